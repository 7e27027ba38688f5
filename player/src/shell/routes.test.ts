import { describe, expect, it } from 'vitest';
import { draw } from '../parts/cover';
import { clock } from '../parts/format';
import css from '../styles/app.css?raw';
import { href, match } from './routes';

const at = (path: string) => match(new URL(path, 'http://x'));

describe('routes', () => {
  it('are found and written', () => {
    expect(at('/album/abc/')).toMatchObject({ name: 'album', params: { id: 'abc' } });
    expect(at('/welcome#TOKEN')).toMatchObject({ name: 'welcome', hash: 'TOKEN' });
    expect(at('/library/history')).toMatchObject({ name: 'libraryTab', params: { tab: 'history' } });
    expect(at('/nope/x').name).toBe('missing');
    expect(at('/album/%E0%A4%A').name).toBe('missing');
    expect(href('genre', { id: 'a/b' })).toBe('/genre/a%2Fb');
  });
});

it('draws the same cover for the same title, for ever', () => {
  expect(draw('Tideline')).toEqual(draw('Tideline'));
  expect(draw('Tideline')).not.toEqual(draw('Undertow'));
  expect(draw('').shapes.length).toBeGreaterThan(0);
});
it('writes times', () => { expect([clock(0), clock(61), clock(3661), clock(NaN)]).toEqual(['0:00', '1:01', '1:01:01', '0:00']); });

describe('tokens hold their contrast', () => {
  const light = (hex: string): number => {
    const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join('') : hex.slice(1);
    const [r, g, b] = [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a: string, b: string): number => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p) as [number, number]; return (x + 0.05) / (y + 0.05); };
  for (const [name, selector] of [['light', ':root{color-scheme:light'], ['dark', ':root[data-theme=dark]{'], ['high contrast', ':root[data-contrast=high]{'], ['high contrast, dark', ':root[data-contrast=high][data-theme=dark]{']] as const) {
    it(name, () => {
      const from = css.indexOf(selector);
      const tokens = Object.fromEntries([...css.slice(from, css.indexOf('}', from)).matchAll(/--(\w+):(#[0-9a-f]{3,6})\b/g)].map((m) => [m[1], m[2] as string]));
      for (const ground of ['paper', 'raised', 'sunk']) {
        expect(ratio(tokens['ink'] ?? '', tokens[ground] ?? '')).toBeGreaterThan(12);
        for (const text of ['mute', 'accent', 'bad', 'warn', 'good']) if (tokens[text]) expect(ratio(tokens[text], tokens[ground] ?? ''), `${text} on ${ground}`).toBeGreaterThan(4.5);
      }
    });
  }
});
