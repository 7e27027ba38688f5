import type { Manifest } from '../engine';

/** Quality as a word: "Lossless · 24/96", "AAC 128". */
export function qualityOf(manifest: Manifest | null, rendition: string | null): string {
  const found = manifest?.renditions.find((r) => r.id === rendition);
  if (!found) return '';
  if (found.codec === 'flac') return `Lossless · ${String(found.bits ?? 16)}/${String(Math.round(found.rate / 100) / 10)}`;
  const word = found.kbps >= 192 ? 'High' : found.kbps >= 96 ? 'Normal' : 'Saver';
  return `${word} · ${found.codec.toUpperCase()} ${String(found.kbps)}`;
}
