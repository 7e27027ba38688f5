/**
 * Gapless playback on one MediaSource and one SourceBuffer. Tracks lie one after another on the element's time line; append windows
 * cut priming and padding away sample by sample, so a join has no gap. What plays is told by the time line, not by `ended`.
 */
import { choose, type Quality, Throughput } from './choice';
import { fetchMedia, MediaFault } from './fetching';
import { gainOf, type Normalisation } from './gain';
import { isGrowing, type Manifest, mimeOf, type Rendition, secondsOf, segmentAt, startsOf } from './manifest';

export interface Source { key: string; track: string }
/** What the server answered when asked to play a track. */
export interface Opened { session: string; manifestUrl: string; manifest: Manifest }

export interface Entry extends Source {
  start: number; end: number; opened: Opened; rendition: Rendition | null; have: Map<number, string>; reopened: number; bytes: number;
}

export interface Hooks {
  open: (track: string, signal: AbortSignal) => Promise<Opened>;
  /** The track after the one playing; asked when it is time to prefetch. */
  next: () => Source | null;
  /** A track became the one that is heard: by a join, or because it was chosen. */
  onTrack: (entry: Entry, joined: boolean) => void;
  onState: () => void;
  onEnd: () => void;
  onStall: () => void;
  onFault: (fault: MediaFault, source: Source) => void;
  remembered?: number;
  onThroughput?: (bps: number) => void;
}

const AHEAD_S = 30;
const BEHIND_S = 30;
const PREFETCH_S = 40;

export class Engine {
  quality: Quality = 'auto';
  normalisation: Normalisation = 'track';
  waiting = false;
  current: Entry | null = null;

  private media: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private mime = '';
  private initOf = '';
  private entries: Entry[] = [];
  private cursor = 0;
  private chain: Promise<void> = Promise.resolve();
  private pumping = false;
  private again = false;
  private pumped = -1;
  private generation = 0;
  private abort = new AbortController();
  private opening: AbortController | null = null;
  private nextFailed = '';
  private ahead = AHEAD_S;
  private context: AudioContext | null = null;
  private node: GainNode | null = null;
  private level = 1;
  private muted = false;
  private wish = false;
  readonly throughput: Throughput;

  constructor(readonly audio: HTMLAudioElement, private hooks: Hooks) {
    this.throughput = new Throughput(hooks.remembered);
    audio.preload = 'auto';
    for (const kind of ['play', 'pause', 'playing', 'seeked'] as const) {
      audio.addEventListener(kind, () => { if (kind === 'playing') this.waiting = false; this.tick(); hooks.onState(); });
    }
    audio.addEventListener('waiting', () => {
      this.waiting = true;
      if (this.current && !audio.seeking && this.position > 0.3) hooks.onStall();
      hooks.onState();
      void this.pump();
    });
    audio.addEventListener('timeupdate', () => this.tick());
    audio.addEventListener('ended', () => { if (this.current && this.wish) { this.wish = false; hooks.onEnd(); } });
    audio.addEventListener('error', () => this.broken());
    setInterval(() => { if (!audio.paused) this.tick(); }, 200);
  }

  get position(): number {
    return this.current ? Math.max(0, Math.min(this.audio.currentTime - this.current.start, this.duration)) : 0;
  }
  get duration(): number {
    return this.current ? this.current.end - this.current.start : 0;
  }
  get paused(): boolean {
    return !this.wish;
  }
  /** Seconds buffered beyond the position, without a hole. */
  get bufferS(): number {
    const { buffered, currentTime } = this.audio;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) > currentTime) return buffered.end(i) - currentTime;
    }
    return 0;
  }

  /** Plays `source` from `at` seconds: what was prefetched for it is used, everything else is dropped. */
  async load(source: Source, at = 0, play = true): Promise<void> {
    const generation = ++this.generation;
    this.abort.abort();
    this.abort = new AbortController();
    this.opening?.abort();
    this.nextFailed = '';
    this.wish = play;
    if (play) this.wake();
    const ready = this.entries.find((entry) => entry.key === source.key && entry !== this.current);
    try {
      const entry = ready ?? (await this.place(source, this.abort.signal));
      if (generation !== this.generation) return;
      this.entries = [entry];
      await this.attach(entry);
      if (generation !== this.generation) return;
      if (!ready) this.drop(0, entry.start);
      this.current = entry;
      this.applyGain();
      this.hooks.onTrack(entry, false);
      this.waiting = true;
      this.audio.currentTime = entry.start + at;
      void this.pump();
      if (this.wish) await this.start();
    } catch (error) {
      if (generation === this.generation) this.fail(error, source);
    }
  }

  async play(): Promise<void> {
    this.wish = true;
    this.wake();
    await this.start();
  }
  pause(): void {
    this.wish = false;
    this.audio.pause();
    this.hooks.onState();
  }
  seek(seconds: number): void {
    if (!this.current) return;
    const to = Math.max(0, Math.min(seconds, this.duration - 0.05));
    this.waiting = true;
    this.audio.currentTime = this.current.start + to;
    void this.pump(true);
  }
  volume(level: number, muted: boolean): void {
    this.level = level;
    this.muted = muted;
    this.applyGain();
  }
  /** The queue changed: what was prefetched may no longer be what comes next. */
  replan(): void {
    this.nextFailed = '';
    const at = this.current ? this.entries.indexOf(this.current) : -1;
    const planned = this.entries[at + 1];
    if (!planned || !this.current) return;
    if (planned.key === this.hooks.next()?.key) return;
    this.entries.length = at + 1;
    this.cursor = this.current.end;
    this.abort.abort();
    this.abort = new AbortController();
    this.drop(this.current.end, Infinity);
    void this.pump();
  }
  /** Quality or loudness changed; what is buffered ahead is kept, the next segment follows the new wish. */
  retune(): void {
    this.applyGain();
    if (!this.current) return;
    const from = this.audio.currentTime + 8;
    for (const entry of this.entries) {
      const rendition = entry.rendition;
      if (!rendition) continue;
      const starts = startsOf(rendition);
      for (const index of [...entry.have.keys()]) if (entry.start + (starts[index] ?? 0) > from) entry.have.delete(index);
    }
    void this.pump();
  }
  stop(): void {
    this.generation++;
    this.abort.abort();
    this.wish = false;
    this.audio.pause();
    this.current = null;
    this.entries = [];
    this.hooks.onState();
  }

  private async start(): Promise<void> {
    try {
      await this.audio.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') { this.wish = false; this.hooks.onState(); }
    }
  }

  private async place(source: Source, signal: AbortSignal): Promise<Entry> {
    const opened = await this.hooks.open(source.track, signal);
    const rendition = this.pick(opened.manifest, null);
    if (!rendition) throw new MediaFault('unsupported', 'This browser cannot play any form of this track.');
    const start = this.cursor;
    const end = start + secondsOf(rendition);
    this.cursor = end;
    return { ...source, start, end, opened, rendition, have: new Map(), reopened: 0, bytes: 0 };
  }

  private pick(manifest: Manifest, current: string | null): Rendition | null {
    return choose(manifest.renditions, {
      quality: this.quality, throughput: this.throughput.safe, bufferS: this.bufferS, current,
      canPlay: (r) => MediaSource.isTypeSupported(mimeOf(r)),
    });
  }

  private async attach(entry: Entry): Promise<void> {
    const rendition = entry.rendition;
    if (!rendition) return;
    if (!this.media || this.media.readyState === 'closed' || !this.buffer) {
      const media = new MediaSource();
      this.media = media;
      this.buffer = null;
      this.audio.src = URL.createObjectURL(media);
      await new Promise<void>((resolve) => media.addEventListener('sourceopen', () => resolve(), { once: true }));
      URL.revokeObjectURL(this.audio.src);
      this.mime = mimeOf(rendition);
      this.initOf = '';
      this.buffer = media.addSourceBuffer(this.mime);
      this.buffer.mode = 'segments';
    }
    await this.queue((buffer, media) => {
      if (media.readyState === 'ended') buffer.remove(0, 0.001);
    });
    await this.queue((_, media) => { if (!(media.duration >= entry.end)) media.duration = entry.end; });
  }

  /** One operation on the source buffer at a time. */
  private queue(operation: (buffer: SourceBuffer, media: MediaSource) => void): Promise<void> {
    const run = async () => {
      const { buffer, media } = this;
      if (!buffer || !media || media.readyState === 'closed') return;
      operation(buffer, media);
      if (buffer.updating) {
        await new Promise<void>((resolve, reject) => {
          const done = (event: Event) => {
            buffer.removeEventListener('updateend', done);
            buffer.removeEventListener('error', done);
            if (event.type === 'error') reject(new MediaFault('unsupported', 'A piece of this track is damaged.'));
            else resolve();
          };
          buffer.addEventListener('updateend', done);
          buffer.addEventListener('error', done);
        });
      }
    };
    const turn = this.chain.then(run);
    this.chain = turn.catch(() => undefined);
    return turn;
  }

  private drop(from: number, to: number): void {
    if (to - from < 0.01) return;
    void this.queue((buffer) => buffer.remove(from, to)).catch(() => undefined);
  }

  /** Fills the buffer: the track that plays, then the one after it. */
  private async pump(restart = false): Promise<void> {
    if (restart) { this.abort.abort(); this.abort = new AbortController(); }
    if (this.pumping) { this.again = true; return; }
    this.pumping = true;
    try {
      do {
        this.again = false;
        while (await this.step()) { /* one segment at a time */ }
      } while (this.again && this.generation !== this.pumped);
      this.pumped = this.generation;
    } finally {
      this.pumping = false;
    }
  }

  /** Loads one segment; false when there is nothing to do now. */
  private async step(): Promise<boolean> {
    const entry = this.current;
    const generation = this.generation;
    if (!entry) return false;
    const signal = this.abort.signal;
    const at = Math.max(0, this.audio.currentTime - entry.start);
    let target: Entry = entry;
    try {
      if (this.bufferS > this.ahead && this.missing(entry, at) !== null) return false;
      let index = this.missing(entry, at);
      if (index === null) {
        const next = await this.upcoming(entry);
        if (!next || generation !== this.generation) return false;
        target = next;
        if (next.start - this.audio.currentTime > 12 && this.bufferS > this.ahead + 8) return false;
        if (next.have.size && this.bufferS > this.ahead) return false;
        index = this.missing(next, 0);
      }
      if (index === null) return false;
      await this.bring(target, index, signal);
      return generation === this.generation && entry === this.current;
    } catch (error) {
      if (generation !== this.generation) return false;
      if (signal.aborted) return true;
      if (error instanceof MediaFault && (error.reason === 'expired' || error.reason === 'gone') && target.reopened < 2) {
        return this.reopen(target, generation);
      }
      if (target !== this.current) { this.nextFailed = target.key; this.forget(target); return false; }
      this.fail(error, target);
      return false;
    }
  }

  private forget(entry: Entry): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.length = at;
    if (this.current) this.cursor = this.current.end;
  }

  private async reopen(entry: Entry, generation: number): Promise<boolean> {
    entry.reopened++;
    try {
      entry.opened = await this.hooks.open(entry.track, this.abort.signal);
      this.initOf = '';
      return generation === this.generation;
    } catch (error) {
      if (generation === this.generation) this.fail(error, entry);
      return false;
    }
  }

  /** First segment at or after `at` seconds that is not in the buffer. */
  private missing(entry: Entry, at: number): number | null {
    const rendition = entry.opened.manifest.renditions.find((r) => r.id === entry.rendition?.id) ?? entry.rendition;
    if (!rendition) return null;
    const starts = startsOf(rendition);
    for (let i = segmentAt(starts, at); i < starts.length; i++) if (!entry.have.has(i)) return i;
    return isGrowing(rendition) ? starts.length : null;
  }

  private async upcoming(entry: Entry): Promise<Entry | null> {
    const known = this.entries[this.entries.indexOf(entry) + 1];
    if (known) return known;
    if (entry.end - this.audio.currentTime > PREFETCH_S) return null;
    const source = this.hooks.next();
    if (!source || source.key === this.nextFailed) { this.finish(entry); return null; }
    this.opening = new AbortController();
    const generation = this.generation;
    try {
      this.cursor = entry.end;
      const next = await this.place(source, this.opening.signal);
      if (generation !== this.generation || this.hooks.next()?.key !== source.key) return null;
      this.entries.push(next);
      await this.attach(next);
      return next;
    } catch {
      this.nextFailed = source.key;
      return null;
    }
  }

  private finish(entry: Entry): void {
    if (this.entries.at(-1) !== entry || entry.have.size === 0) return;
    void this.queue((_, media) => {
      if (media.readyState === 'open' && this.current === entry && this.entries.at(-1) === entry) media.endOfStream();
    }).catch(() => undefined);
  }

  private async bring(entry: Entry, index: number, signal: AbortSignal): Promise<void> {
    const before = entry.rendition;
    const rendition = this.pick(entry.opened.manifest, before?.id ?? null) ?? before;
    if (!rendition) throw new MediaFault('unsupported', 'This browser cannot play any form of this track.');
    const segment = rendition.segments[index];
    if (!segment) { await this.refresh(entry, signal); return; }
    const base = entry.opened.manifestUrl;
    const wait = () => { this.hooks.onState(); };
    if (this.initOf !== entry.key + rendition.id) {
      const init = await fetchMedia(new URL(rendition.init, base).href, signal, wait);
      await this.tune(entry, rendition);
      await this.append(init);
      this.initOf = entry.key + rendition.id;
    }
    const begun = performance.now();
    const body = await fetchMedia(new URL(segment.uri, base).href, signal, wait);
    this.throughput.add(body.byteLength, (performance.now() - begun) / 1000);
    if (this.throughput.safe) this.hooks.onThroughput?.(this.throughput.safe);
    if (signal.aborted) throw new DOMException('aborted', 'AbortError');
    await this.append(body);
    entry.rendition = rendition;
    entry.bytes += body.byteLength;
    entry.have.set(index, rendition.id);
    this.evict();
    this.hooks.onState();
  }

  /** Sets the windows that cut priming and padding away, and the codec. */
  private tune(entry: Entry, rendition: Rendition): Promise<void> {
    return this.queue((buffer) => {
      const mime = mimeOf(rendition);
      if (mime !== this.mime) { buffer.changeType(mime); this.mime = mime; }
      buffer.appendWindowStart = 0;
      buffer.appendWindowEnd = Infinity;
      buffer.timestampOffset = entry.start - rendition.priming_samples / rendition.rate;
      buffer.appendWindowEnd = entry.start + rendition.samples / rendition.rate;
      buffer.appendWindowStart = entry.start;
    });
  }

  private async append(bytes: ArrayBuffer): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.queue((buffer) => buffer.appendBuffer(bytes));
        return;
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError' || attempt > 2) throw error;
        this.ahead = Math.max(8, this.ahead / 2);
        this.evict(5);
      }
    }
  }

  /** The server is still making this track: read its manifest again in a second. */
  private async refresh(entry: Entry, signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const body = await fetchMedia(entry.opened.manifestUrl, signal);
    entry.opened.manifest = JSON.parse(new TextDecoder().decode(body)) as Manifest;
  }

  private evict(keep = BEHIND_S): void {
    const limit = this.audio.currentTime - keep;
    if (limit <= 1) return;
    const { buffered } = this.audio;
    if (!buffered.length || buffered.start(0) > limit - 10) return;
    for (const entry of this.entries) {
      if (!entry.rendition) continue;
      const starts = startsOf(entry.rendition);
      for (const index of [...entry.have.keys()]) if (entry.start + (starts[index + 1] ?? Infinity) <= limit + 4) entry.have.delete(index);
    }
    this.drop(0, limit);
  }

  private tick(): void {
    const entry = this.current;
    if (!entry) return;
    const now = this.audio.currentTime;
    if (now >= entry.end - 0.01 && !this.audio.seeking) {
      const next = this.entries[this.entries.indexOf(entry) + 1];
      if (next) {
        this.entries = this.entries.slice(this.entries.indexOf(next));
        this.current = next;
        this.applyGain();
        this.hooks.onTrack(next, true);
      } else if (this.wish && this.waiting && !this.pumping) {
        this.wish = false;
        this.audio.pause();
        this.hooks.onEnd();
        return;
      }
    }
    void this.pump();
  }

  /** The element broke (a damaged segment): begin anew from the same place, once. */
  private broken(): void {
    const entry = this.current;
    if (!entry || !this.audio.error) return;
    const at = this.position;
    this.media = null;
    this.buffer = null;
    this.cursor = 0;
    if (entry.reopened++ > 1) { this.fail(new MediaFault('unsupported', 'This track is damaged and cannot be played.'), entry); return; }
    void this.load(entry, Math.min(at + 0.5, this.duration), this.wish);
  }

  private fail(error: unknown, source: Source): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    this.wish = false;
    this.audio.pause();
    this.waiting = false;
    const fault = error instanceof MediaFault ? error : new MediaFault('server', error instanceof Error ? error.message : String(error));
    this.hooks.onFault(fault, source);
    this.hooks.onState();
  }

  /** Sound goes through a gain node once the browser lets it run; before that, and on iOS, the element's volume does what it can. */
  private wake(): void {
    const apple = /iPad|iPhone|iPod/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent));
    if (apple || typeof AudioContext === 'undefined') return;
    this.context ??= new AudioContext({ latencyHint: 'playback' });
    const context = this.context;
    const connect = () => {
      if (this.node || context.state !== 'running') return;
      this.node = context.createGain();
      context.createMediaElementSource(this.audio).connect(this.node).connect(context.destination);
      this.applyGain();
    };
    if (context.state === 'running') connect();
    else void context.resume().then(connect, () => undefined);
  }

  private applyGain(): void {
    const gain = gainOf(this.current?.opened.manifest.loudness ?? null, this.normalisation);
    this.audio.muted = this.muted;
    if (this.node && this.context) {
      this.audio.volume = this.level;
      this.node.gain.setTargetAtTime(gain, this.context.currentTime, 0.007);
    } else {
      this.audio.volume = Math.min(1, this.level * gain);
    }
  }
}
