import type { Rendition } from './manifest';

/** What the listener asked for: automatic, or a fixed rung. */
export type Quality = 'auto' | 'saver' | 'normal' | 'high' | 'lossless';

const CEILING: Record<Quality, number> = { auto: 256, saver: 64, normal: 128, high: 256, lossless: Infinity };

/** Throughput as measured: the smaller of the last sample and the harmonic mean of the last four, times 0.8. Bits per second. */
export class Throughput {
  private samples: number[] = [];
  constructor(remembered?: number) {
    if (remembered && remembered > 0) this.samples.push(remembered);
  }
  add(bytes: number, seconds: number): void {
    if (bytes < 1024) return;
    this.samples = [...this.samples.slice(-3), (bytes * 8) / Math.max(seconds, 0.001)];
  }
  /** Safe bits per second; null while nothing was measured. */
  get safe(): number | null {
    const last = this.samples.at(-1);
    if (last === undefined) return null;
    const harmonic = this.samples.length / this.samples.reduce((sum, sample) => sum + 1 / sample, 0);
    return Math.min(last, harmonic) * 0.8;
  }
}

/** Bits per second a rung needs while it streams. */
export function needOf(rendition: Rendition): number {
  return rendition.average_bandwidth || rendition.bandwidth || rendition.kbps * 1000;
}

export interface Situation { quality: Quality; throughput: number | null; bufferS: number; current: string | null; canPlay: (r: Rendition) => boolean }

/**
 * The rung for the next segment. A fixed wish is met when it can be; automatic takes the best lossy rung the line carries,
 * never jumps up on a thin buffer, and keeps its rung while the buffer alone can carry it.
 */
export function choose(renditions: readonly Rendition[], now: Situation): Rendition | null {
  const able = renditions.filter((r) => r.segments.length > 0 && now.canPlay(r));
  const lossless = able.find((r) => r.codec === 'flac');
  const ladder = able.filter((r) => r.codec !== 'flac').sort((a, b) => a.kbps - b.kbps);
  if (now.quality === 'lossless' && lossless) return lossless;
  const allowed = ladder.filter((r) => r.kbps <= CEILING[now.quality]);
  const rungs = allowed.length ? allowed : ladder.slice(0, 1);
  if (!rungs.length) return lossless ?? null;
  if (now.quality !== 'auto') return rungs.at(-1) ?? null;
  if (now.throughput === null) return rungs[Math.min(1, rungs.length - 1)] ?? null;
  const line = now.throughput;
  const carried = rungs.filter((r) => needOf(r) <= line);
  const best = carried.at(-1) ?? rungs[0] ?? null;
  const current = rungs.find((r) => r.id === now.current);
  if (!best || !current) return best;
  if (best.kbps > current.kbps && now.bufferS < 6) return current;
  if (best.kbps < current.kbps && now.bufferS > 20) return current;
  return best;
}
