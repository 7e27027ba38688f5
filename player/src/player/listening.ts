/** What was heard, told to the server: every event stays in local storage until the server has it. */
import { csrf } from '../api/client';
import { deviceId, keep, newId, recall } from './ids';

export type Kind = 'started' | 'progressed' | 'paused' | 'resumed' | 'sought' | 'skipped' | 'completed' | 'failed' | 'stalled';
export interface ListeningEvent {
  id: string; session: string; seq: number; device: string; recording: string | null; track: string; context: string | null; at: string; kind: Kind;
  position_ms: number; from_ms: number; to_ms: number; heard_ms: number; reason_start?: string; reason_end?: string; is_organic: boolean;
  rendition: string | null; bytes: number; is_offline: boolean;
}
export interface Heard { session: string; track: string; recording: string | null; context: string | null; organic: boolean; reason: string }

const BATCH = 100;
const MOST = 5000;

/** The interval heard since the last event; never longer than the clock on the wall allows. */
export function intervalOf(fromMs: number, toMs: number, wallMs: number): { from_ms: number; to_ms: number; heard_ms: number } {
  const from = Math.max(0, Math.round(fromMs));
  const to = Math.max(from, Math.round(toMs));
  return { from_ms: from, to_ms: to, heard_ms: Math.min(to - from, Math.round(wallMs) + 1500) };
}

export class Listening {
  private pending = recall<ListeningEvent[]>('events', []);
  private now: (Heard & { seq: number; mark: number; wall: number; playing: boolean; started: boolean; rendition: string | null; bytes: number }) | null = null;
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    addEventListener('pagehide', () => this.leave());
    addEventListener('online', () => void this.flush());
    if (this.pending.length) this.soon(2000);
  }
  get waiting(): number { return this.pending.length; }

  begin(heard: Heard): void {
    this.now = { ...heard, seq: 0, mark: 0, wall: performance.now(), playing: false, started: false, rendition: null, bytes: 0 };
  }
  stream(rendition: string | null, bytes: number): void {
    if (this.now) Object.assign(this.now, { rendition, bytes });
  }
  playing(positionS: number): void {
    const now = this.now;
    if (!now || now.playing) return;
    now.playing = true;
    now.wall = performance.now();
    now.mark = positionS * 1000;
    this.say(now.started ? 'resumed' : 'started', positionS, now.started ? {} : { reason_start: now.reason });
    now.started = true;
  }
  paused(positionS: number): void {
    if (!this.now?.playing) return;
    this.say('paused', positionS);
    this.now.playing = false;
  }
  sought(fromS: number, toS: number): void {
    if (!this.now?.started) return;
    this.say('sought', fromS, {}, toS);
  }
  stalled(positionS: number): void { if (this.now?.playing) this.say('stalled', positionS); }
  failed(positionS: number, why: string): void { if (this.now) { this.say('failed', positionS, { reason_end: why }); this.now = null; } }
  /** Called often; says `progressed` every 30 s of sound. */
  progress(positionS: number): void {
    if (this.now?.playing && positionS * 1000 - this.now.mark >= 30_000) this.say('progressed', positionS);
  }
  end(positionS: number, durationS: number, reason: string): void {
    if (!this.now?.started) { this.now = null; return; }
    const whole = reason === 'ended' || durationS - positionS < 1;
    this.say(whole ? 'completed' : 'skipped', whole ? durationS : positionS, { reason_end: reason });
    this.now = null;
  }

  private say(kind: Kind, positionS: number, extra: Partial<ListeningEvent> = {}, toS?: number): void {
    const now = this.now;
    if (!now) return;
    const here = positionS * 1000;
    const interval = now.playing ? intervalOf(now.mark, here, performance.now() - now.wall) : intervalOf(here, here, 0);
    const after = toS === undefined ? here : toS * 1000;
    this.pending.push({
      id: newId(), session: now.session, seq: now.seq++, device: deviceId(), recording: now.recording, track: now.track, context: now.context,
      at: new Date().toISOString(), kind, position_ms: Math.max(0, Math.round(after)), ...interval, is_organic: now.organic,
      rendition: now.rendition, bytes: now.bytes, is_offline: !navigator.onLine, ...extra,
    });
    now.mark = after;
    now.wall = performance.now();
    this.store();
    this.soon(kind === 'progressed' ? 4000 : 800);
  }
  private store(): void {
    if (this.pending.length > MOST) this.pending = this.pending.slice(-MOST);
    keep('events', this.pending);
  }
  private soon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }
  private post(events: ListeningEvent[], keepalive: boolean): Promise<Response> {
    return fetch('/api/listening/events', {
      method: 'POST', credentials: 'same-origin', keepalive, body: JSON.stringify({ events }),
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf() },
    });
  }
  async flush(): Promise<void> {
    if (this.sending || !this.pending.length) return;
    this.sending = true;
    const batch = this.pending.slice(0, BATCH);
    let wait = 15_000;
    try {
      const answer = await this.post(batch, false);
      // 202: durable. 400 and 422 will never be taken: keeping them would block all that follow.
      if (answer.status === 202 || answer.status === 400 || answer.status === 422) {
        const sent = new Set(batch.map((event) => event.id));
        this.pending = this.pending.filter((event) => !sent.has(event.id));
        this.store();
        wait = 200;
      }
    } catch { /* kept for the next try */ } finally {
      this.sending = false;
    }
    if (this.pending.length) this.soon(wait);
  }
  /** The page goes away: say where we are, and send what fits into a keepalive request. The server knows an id twice. */
  private leave(): void {
    const now = this.now;
    if (now?.playing) this.say('paused', (this.where?.() ?? now.mark / 1000));
    if (now) now.playing = false;
    if (this.pending.length) void this.post(this.pending.slice(-60), true).catch(() => undefined);
  }
  /** Tells the position when the page is left. */
  where: (() => number) | null = null;
}
