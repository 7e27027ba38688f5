import type { Loudness } from './manifest';

export type Normalisation = 'off' | 'track' | 'album';

/** Linear gain that brings a track to `target` LUFS without its true peak passing −1 dBTP; 1 when nothing is known. */
export function gainOf(loudness: Loudness | null, mode: Normalisation, target = -14): number {
  if (!loudness || mode === 'off') return 1;
  const measured = (mode === 'album' ? loudness.album_lufs : null) ?? loudness.track_lufs;
  if (measured === null || measured === undefined || !Number.isFinite(measured)) return 1;
  const wanted = target - measured;
  const room = loudness.true_peak_dbtp === null ? 0 : -1 - loudness.true_peak_dbtp;
  const decibels = wanted > 0 ? Math.max(0, Math.min(wanted, room)) : wanted;
  return 10 ** (decibels / 20);
}
