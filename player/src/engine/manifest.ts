/** The track manifest (`/media/…/track.json`): where the sound is, and the facts a sample-exact join needs. */
export interface Segment { uri: string; duration_s: number; samples: number }

export interface Rendition {
  id: string; codec: 'aac' | 'flac' | 'opus'; kbps: number; rate: number; channels: number; bits?: number | null;
  mime: string; codecs: string; priming_samples: number; samples: number; init: string; segments: Segment[];
  bandwidth?: number | null; average_bandwidth?: number | null; state: 'ready' | 'making';
}

export interface Loudness { track_lufs: number | null; album_lufs?: number | null; true_peak_dbtp: number | null }

export interface Manifest {
  version: number; recording: string; duration_ms: number; rate: number; channels: number;
  loudness: Loudness | null; waveform: number[] | null; renditions: Rendition[];
}

/** The type string Media Source Extensions want; browsers differ on capitals, lower case works everywhere. */
export function mimeOf(rendition: Rendition): string {
  const codecs = /^(opus|flac)$/i.test(rendition.codecs) ? rendition.codecs.toLowerCase() : rendition.codecs;
  return `${rendition.mime}; codecs="${codecs}"`;
}

/** Seconds of sound that are heard: priming and padding left out. */
export function secondsOf(rendition: Rendition): number {
  return rendition.samples / rendition.rate;
}

/** When each segment begins in the heard time line, in seconds; the first may lie before 0 by the priming. */
export function startsOf(rendition: Rendition): number[] {
  let at = -rendition.priming_samples;
  return rendition.segments.map((segment) => {
    const start = at / rendition.rate;
    at += segment.samples;
    return start;
  });
}

/** Index of the segment that holds `seconds`; the last one when it lies beyond the end. */
export function segmentAt(starts: readonly number[], seconds: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= seconds) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** True when segments are still missing because the server is making them. */
export function isGrowing(rendition: Rendition): boolean {
  const listed = rendition.segments.reduce((sum, segment) => sum + segment.samples, 0);
  return rendition.state === 'making' && listed < rendition.priming_samples + rendition.samples;
}
