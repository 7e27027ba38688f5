/** Covers drawn from a title: a few shapes, a small palette, the same for ever. */
export interface Shape { tag: 'circle' | 'path' | 'rect' | 'line'; attrs: Record<string, string | number> }
export interface Drawing { paper: string; shapes: Shape[] }

/** Paper, then three inks, light or dark of their own. */
const PALETTES: readonly (readonly [string, string, string, string])[] = [
  ['#e76f51', '#264653', '#fbe9d3', '#f4a261'], ['#e9d8a6', '#1b5e72', '#0a2533', '#bb3e03'], ['#14240f', '#ecebb0', '#3f6b35', '#a7c957'],
  ['#1d1b3a', '#ffbd3d', '#54508f', '#f4e7c5'], ['#f6bd60', '#3a1230', '#84274b', '#fff3dc'], ['#ff8c25', '#0f4c5c', '#07222a', '#ffd8a8'],
  ['#f1b5d6', '#6b3fa0', '#2f1247', '#fff0f8'], ['#ebc334', '#31539b', '#1c2536', '#f8efcf'], ['#f3c9a5', '#d6402b', '#241a17', '#fff4e6'],
  ['#0f3d3e', '#e2dcc8', '#d9572b', '#6fa89a'], ['#dfe7d8', '#2f5d50', '#c8553d', '#1d2d2a'], ['#23355c', '#e8c6a0', '#d1495b', '#7fa7c9'],
  ['#d8e2ef', '#274c77', '#e26d5c', '#12263f'], ['#3c1a2e', '#f2a4a0', '#b5446e', '#f9e2c7'],
];

export function hashOf(text: string): number {
  let hash = 2166136261;
  for (const char of text.normalize('NFC')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822507);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** mulberry32: small, even, and the same everywhere. */
function dice(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Maker = (roll: () => number, ink: readonly string[]) => Shape[];
const r1 = (value: number): number => Math.round(value * 10) / 10;

const waves: Maker = (roll, ink) => {
  const shapes: Shape[] = [];
  const lines = 8 + Math.floor(roll() * 4);
  for (let i = 0; i < lines; i++) {
    const y = ((i + 0.3) / lines) * 100 + roll() * 4;
    const a = 3 + roll() * 9;
    const b = -a * (0.4 + roll() * 0.8);
    shapes.push({ tag: 'path', attrs: { d: `M-4 ${r1(y + a)}C22 ${r1(y - a * 1.4)} 46 ${r1(y + b)} 64 ${r1(y + a * 0.4)}S92 ${r1(y + b)} 104 ${r1(y - a * 0.5)}`, fill: 'none', stroke: ink[i % 4 === 2 ? 1 : 0] ?? '', 'stroke-width': r1(0.6 + roll() ** 2 * 4.2) } });
  }
  return shapes;
};
const rings: Maker = (roll, ink) => Array.from({ length: 8 }, (_, i): Shape => {
  const big = i < 3;
  return { tag: 'circle', attrs: { cx: r1(12 + roll() * 80), cy: r1(12 + roll() * 80), r: r1(big ? 16 + roll() * 14 : 4 + roll() * 28), fill: 'none', stroke: ink[big ? (i === 2 ? 1 : 0) : i % 3] ?? '', 'stroke-width': r1(big ? 5 + roll() * 4 : 0.6 + roll() * 1.2) } };
});
const burst: Maker = (roll, ink) => {
  const cx = 38 + roll() * 24;
  const cy = 38 + roll() * 24;
  const rays = 26 + Math.floor(roll() * 16);
  const shapes: Shape[] = [];
  for (let i = 0; i < rays; i++) {
    const angle = (i / rays) * Math.PI * 2 + roll() * 0.08;
    const far = 22 + roll() * 24;
    shapes.push({ tag: 'path', attrs: { d: `M${r1(cx)} ${r1(cy)}L${r1(cx + Math.cos(angle) * far)} ${r1(cy + Math.sin(angle) * far)}`, stroke: ink[i % 3 === 1 ? 1 : 0] ?? '', 'stroke-width': r1(0.9 + roll() * 1.6), 'stroke-linecap': 'round' } });
  }
  shapes.push({ tag: 'circle', attrs: { cx: r1(cx), cy: r1(cy), r: r1(8 + roll() * 5), fill: ink[0] ?? '' } });
  return shapes;
};
const hills: Maker = (roll, ink) => {
  const ridge = (base: number, height: number): string => {
    let d = `M0 100V${r1(base + roll() * 8)}`;
    let x = 0;
    while (x < 100) { x += 14 + roll() * 18; d += `L${r1(x)} ${r1(base - roll() * height)}`; x += 10 + roll() * 12; d += `L${r1(x)} ${r1(base + roll() * 8)}`; }
    return `${d}V100Z`;
  };
  const shapes: Shape[] = [
    { tag: 'circle', attrs: { cx: r1(20 + roll() * 60), cy: r1(18 + roll() * 16), r: r1(7 + roll() * 7), fill: ink[2] ?? '' } },
    { tag: 'path', attrs: { d: ridge(62, 34), fill: ink[0] ?? '' } }, { tag: 'path', attrs: { d: ridge(84, 28), fill: ink[1] ?? '' } },
  ];
  return shapes;
};
const blocks: Maker = (roll, ink) => {
  const shapes: Shape[] = Array.from({ length: 7 }, (_, i): Shape => {
    const w = 16 + roll() * 40;
    const h = i % 3 === 2 ? 8 + roll() * 6 : 14 + roll() * 34;
    const x = roll() * 92 - 8;
    const y = roll() * 92 - 8;
    return { tag: 'rect', attrs: { x: r1(x), y: r1(y), width: r1(w), height: r1(h), fill: ink[i % 3 === 2 ? 1 : 0] ?? '', opacity: i % 2 ? 0.82 : 1, transform: `rotate(${r1((roll() - 0.5) * 44)} ${r1(x + w / 2)} ${r1(y + h / 2)})` } };
  });
  shapes.push({ tag: 'circle', attrs: { cx: r1(28 + roll() * 50), cy: r1(26 + roll() * 48), r: r1(11 + roll() * 8), fill: ink[2] ?? '' } });
  return shapes;
};
const arches: Maker = (roll, ink) => {
  const shapes: Shape[] = [];
  const cols = 2 + Math.floor(roll() * 2);
  const size = 100 / cols;
  for (let x = 0; x < cols; x++) for (let y = 0; y < cols; y++) {
    const turn = Math.floor(roll() * 4) * 90;
    for (let k = 0; k < 3; k++) {
      const r = size * (1 - k * 0.3);
      shapes.push({ tag: 'path', attrs: { d: `M0 0H${r1(r)}A${r1(r)} ${r1(r)} 0 0 1 0 ${r1(r)}Z`, fill: (k === 0 ? ink[Math.floor(roll() * 2)] : k === 1 ? 'PAPER' : ink[2]) ?? '', transform: `translate(${r1(x * size)} ${r1(y * size)}) rotate(${turn} ${r1(size / 2)} ${r1(size / 2)})` } });
    }
  }
  return shapes;
};
const bars: Maker = (roll, ink) => {
  const count = 11 + Math.floor(roll() * 6);
  const step = 84 / count;
  return Array.from({ length: count }, (_, i): Shape => {
    const swell = Math.sin(((i + 0.5) / count) * Math.PI);
    const h = 10 + swell * 34 * (0.5 + roll()) + roll() * 12;
    return { tag: 'rect', attrs: { x: r1(8 + i * step), y: r1(50 - h / 2), width: r1(step * 0.56), height: r1(h), rx: r1(step * 0.28), fill: ink[i % 5 === 3 ? 2 : i % 2] ?? '' } };
  });
};

const MAKERS: readonly Maker[] = [waves, rings, burst, hills, blocks, arches, bars];

export function draw(title: string): Drawing {
  const seed = hashOf(title || 'untitled');
  const palette = PALETTES[seed % PALETTES.length] ?? (PALETTES[0] as (typeof PALETTES)[number]);
  const roll = dice(seed);
  const maker = MAKERS[Math.floor(seed / 97) % MAKERS.length] ?? waves;
  const shapes = maker(roll, palette.slice(1)).map((shape) => (shape.attrs['fill'] === 'PAPER' ? { ...shape, attrs: { ...shape.attrs, fill: palette[0] } } : shape));
  return { paper: palette[0], shapes };
}
/** The colour that stands for a title where there is no room for a cover. */
export function colourOf(title: string): string {
  return (PALETTES[hashOf(title) % PALETTES.length] ?? PALETTES[0])?.[hashOf(title + '.') % 2 ? 0 : 1] ?? '#888';
}
