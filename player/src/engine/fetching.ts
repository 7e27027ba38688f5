/** Fetching that outlives a busy server and a bad line. */
export class MediaFault extends Error {
  constructor(readonly reason: 'expired' | 'gone' | 'network' | 'server' | 'unsupported' | 'missing', message: string) {
    super(message);
  }
}

const PATIENCE = 9;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => { clearTimeout(timer); reject(new DOMException('aborted', 'AbortError')); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', stop); resolve(); }, ms);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Milliseconds to wait before try number `attempt`, honouring Retry-After (seconds). */
export function delayOf(attempt: number, retryAfter: string | null): number {
  const asked = Number(retryAfter);
  if (retryAfter && Number.isFinite(asked)) return Math.min(Math.max(asked, 0.2), 15) * 1000;
  return Math.min(300 * 2 ** attempt, 8000);
}

/** The body of `url`; retries 5xx and network faults, tells an expired or vanished address apart. */
export async function fetchMedia(url: string, signal: AbortSignal, onWait?: () => void): Promise<ArrayBuffer> {
  for (let attempt = 0; ; attempt++) {
    let answer: Response | null = null;
    try {
      answer = await fetch(url, { signal, credentials: 'same-origin' });
      if (answer.ok) return await answer.arrayBuffer();
    } catch (error) {
      if (signal.aborted) throw error;
    }
    const status = answer?.status ?? 0;
    if (status === 401 || status === 403 || status === 410) throw new MediaFault('expired', 'The address of this track has expired.');
    if (status === 404) throw new MediaFault('gone', 'The server no longer has this piece of the track.');
    if (attempt >= PATIENCE) {
      throw status === 0
        ? new MediaFault('network', 'The server cannot be reached.')
        : new MediaFault('server', `The server could not send this track (${status}).`);
    }
    onWait?.();
    await pause(delayOf(attempt, answer?.headers.get('Retry-After') ?? null), signal);
  }
}
