import { describe, expect, it } from 'vitest';
import { choose, Throughput } from './choice';
import { delayOf } from './fetching';
import { gainOf } from './gain';
import { isGrowing, mimeOf, type Rendition, secondsOf, segmentAt, startsOf } from './manifest';

const rung = (kbps: number, codec: Rendition['codec'] = 'aac', over: Partial<Rendition> = {}): Rendition => ({
  id: `${codec}-${String(kbps)}`, codec, kbps, rate: 48000, channels: 2, mime: 'audio/mp4', codecs: codec === 'aac' ? 'mp4a.40.2' : 'fLaC', priming_samples: codec === 'aac' ? 1024 : 0,
  samples: 480_000, init: 'init.mp4', state: 'ready', segments: [{ uri: '0', duration_s: 4, samples: 192_512 }, { uri: '1', duration_s: 4, samples: 192_512 }, { uri: '2', duration_s: 2, samples: 96_000 }], ...over,
});
const ladder = [rung(64), rung(128), rung(256), rung(900, 'flac')];
const now = { quality: 'auto' as const, throughput: null, bufferS: 0, current: null, canPlay: () => true };

describe('the time line', () => {
  it('begins before zero by the priming', () => {
    const starts = startsOf(rung(128));
    expect(starts[0]).toBeCloseTo(-1024 / 48000, 9);
    expect(starts[1]).toBeCloseTo((192_512 - 1024) / 48000, 9);
  });
  it('finds the segment of a moment', () => {
    expect([0, 3.98, 3.99, 9.9, 99].map((s) => segmentAt(startsOf(rung(128)), s))).toEqual([0, 0, 1, 2, 2]);
  });
  it('lasts its samples, not its segments', () => { expect(secondsOf(rung(128))).toBe(10); });
  it('knows a rendition that is being made', () => {
    expect(isGrowing(rung(128))).toBe(false);
    expect(isGrowing(rung(128, 'aac', { state: 'making', segments: [] }))).toBe(true);
  });
  it('writes codecs in the letters every browser takes', () => {
    expect(mimeOf(rung(900, 'flac'))).toBe('audio/mp4; codecs="flac"');
    expect(mimeOf(rung(64))).toBe('audio/mp4; codecs="mp4a.40.2"');
  });
});

describe('the choice of a rung', () => {
  it('starts in the middle, not at the top', () => { expect(choose(ladder, now)?.kbps).toBe(128); });
  it('takes the best the line carries, never lossless by itself', () => { expect(choose(ladder, { ...now, throughput: 1e8 })?.kbps).toBe(256); });
  it('falls to the lowest on a bad line', () => { expect(choose(ladder, { ...now, throughput: 20_000 })?.kbps).toBe(64); });
  it('does not climb on a thin buffer, nor fall on a thick one', () => {
    expect(choose(ladder, { ...now, throughput: 1e8, bufferS: 2, current: 'aac-64' })?.kbps).toBe(64);
    expect(choose(ladder, { ...now, throughput: 70_000, bufferS: 25, current: 'aac-256' })?.kbps).toBe(256);
  });
  it('does as told', () => {
    expect(choose(ladder, { ...now, quality: 'lossless' })?.codec).toBe('flac');
    expect(choose(ladder, { ...now, quality: 'saver', throughput: 1e8 })?.kbps).toBe(64);
    expect(choose(ladder.slice(0, 3), { ...now, quality: 'lossless' })?.kbps).toBe(256);
  });
  it('is null where nothing can be played', () => { expect(choose(ladder, { ...now, canPlay: () => false })).toBeNull(); });
  it('lets one slow sample speak at once', () => {
    const line = new Throughput();
    expect(line.safe).toBeNull();
    for (let i = 0; i < 4; i++) line.add(1_000_000, 0.01);
    line.add(64_000, 4);
    expect(line.safe).toBeLessThan(128_000);
  });
});

describe('loudness', () => {
  it('lowers what is loud', () => { expect(20 * Math.log10(gainOf({ track_lufs: -9, true_peak_dbtp: 0 }, 'track'))).toBeCloseTo(-5, 6); });
  it('lifts only as far as the peak allows', () => { expect(20 * Math.log10(gainOf({ track_lufs: -24, true_peak_dbtp: -4 }, 'track'))).toBeCloseTo(3, 6); });
  it('never lifts without a known peak', () => { expect(gainOf({ track_lufs: -24, true_peak_dbtp: null }, 'track')).toBe(1); });
  it('does nothing when off or unknown', () => { expect([gainOf(null, 'track'), gainOf({ track_lufs: -5, true_peak_dbtp: 0 }, 'off')]).toEqual([1, 1]); });
});

it('waits as the server asks, else longer and longer', () => {
  expect([delayOf(0, '2'), delayOf(0, null), delayOf(3, null), delayOf(20, null), delayOf(0, '9999')]).toEqual([2000, 300, 2400, 8000, 15000]);
});
