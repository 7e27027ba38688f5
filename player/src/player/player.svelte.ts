/** The player: joins queue, engine, listening events and the system's media keys. */
import { api, ApiError, type Refusal, type Track } from '../api';
import { Engine, type Entry, type Manifest, MediaFault, type Normalisation, type Opened, type Quality } from '../engine';
import { say, toast, ui, wantSaved } from '../shell/session.svelte';
import { deviceId, keep, recall } from './ids';
import { Listening } from './listening';
import * as Q from './queue';

interface Kept { queue: Q.QueueState; position: number; person: string }

export const player = $state({
  queue: Q.emptyQueue(),
  playing: false, waiting: false, position: 0, duration: 0, buffered: 0,
  volume: recall('volume', 0.9), muted: false,
  quality: recall<Quality>('quality', 'auto'), normalisation: recall<Normalisation>('normalisation', 'track'),
  manifest: null as Manifest | null, rendition: null as string | null, refused: [] as Refusal[],
  fault: null as { text: string; track: string } | null,
  loaded: false,
});

const listening = new Listening();
const refusals = new Map<string, Refusal[]>();
let reason = 'chosen';
let failures = 0;
let resumeAt = 0;

const CODECS: [string, string][] = [['aac', 'audio/mp4; codecs="mp4a.40.2"'], ['flac', 'audio/mp4; codecs="flac"']];
function codecs(): string[] {
  if (typeof MediaSource === 'undefined') return ['aac'];
  return CODECS.filter(([, mime]) => MediaSource.isTypeSupported(mime)).map(([name]) => name);
}

async function open(track: string, signal: AbortSignal): Promise<Opened> {
  try {
    const network = (navigator as { connection?: { effectiveType?: string } }).connection?.effectiveType;
    const session = await api.openPlayback({ track, device: deviceId(), codecs: codecs(), ...(network ? { network } : {}) }, signal);
    refusals.set(track, session.decision.refused);
    const url = new URL(session.manifest_url, location.href);
    const manifestUrl = new URL(url.pathname + url.search, location.origin).href;
    const { fetchMedia } = await import('../engine/fetching');
    const manifest = JSON.parse(new TextDecoder().decode(await fetchMedia(manifestUrl, signal))) as Manifest;
    return { session: session.session, manifestUrl, manifest };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ApiError) throw new MediaFault(error.status === 0 ? 'network' : error.status === 404 || error.status === 410 ? 'missing' : 'server', error.message);
    throw error;
  }
}

const audio = document.createElement('audio');
const engine = new Engine(audio, {
  open,
  remembered: recall('throughput', 0),
  onThroughput: (bps) => keep('throughput', Math.round(bps)),
  next: () => { const next = Q.peekNext(player.queue); return next ? { key: keyOf(next), track: next.track.id } : null; },
  onTrack: (entry, joined) => became(entry, joined),
  onState: () => sync(),
  onStall: () => listening.stalled(engine.position),
  onEnd: () => ended(),
  onFault: (fault) => failed(fault),
});
listening.where = () => engine.position;

/** Repeat-one plays the same item again as a new entry of the time line. */
let rounds = 0;
const keyOf = (item: Q.QueueItem): string => (player.queue.repeat === 'one' && item === player.queue.now ? `${item.key}#${String(rounds + 1)}` : item.key);

function became(entry: Entry, joined: boolean): void {
  if (joined) {
    const before = engine.duration;
    listening.end(player.duration || before, player.duration || before, 'ended');
    if (entry.key.includes('#')) rounds++;
    player.queue = Q.advance(player.queue);
    reason = 'next';
  }
  failures = 0;
  player.fault = null;
  player.loaded = true;
  player.manifest = entry.opened.manifest;
  player.refused = refusals.get(entry.track) ?? [];
  const now = player.queue.now;
  if (now) {
    listening.begin({
      session: entry.opened.session, track: entry.track, recording: entry.opened.manifest.recording || (now.track.bandstand?.recording_id ?? null),
      context: player.queue.context?.uri ?? null, organic: reason !== 'next' || now.yours, reason,
    });
    announce(now.track);
  }
  if (joined) listening.playing(0);
  sync();
  persist();
}

function sync(): void {
  const starting = !player.playing && !engine.paused;
  player.playing = !engine.paused;
  player.waiting = engine.waiting && !engine.paused;
  player.position = engine.position;
  if (engine.current) player.duration = engine.duration;
  player.buffered = engine.position + engine.bufferS;
  player.rendition = engine.current?.rendition?.id ?? null;
  listening.stream(player.rendition, engine.current?.bytes ?? 0);
  if (engine.current && !audio.paused && !engine.waiting) listening.playing(engine.position);
  else if (engine.current && engine.paused && !audio.ended) listening.paused(engine.position);
  if (starting) failures = 0;
  mediaState();
}
setInterval(() => {
  if (!player.playing) return;
  player.position = engine.position;
  player.buffered = engine.position + engine.bufferS;
  listening.progress(engine.position);
}, 250);
setInterval(() => { if (player.playing) persist(); }, 5000);
addEventListener('pagehide', () => persist());

/** Position by the audio clock, for what is drawn every frame. */
export const positionNow = (): number => (engine.current ? engine.position : player.position);

function ended(): void {
  listening.end(engine.duration, engine.duration, 'ended');
  const next = Q.peekNext(player.queue);
  if (!next) { player.playing = false; player.position = engine.duration; mediaState(); say('The queue has ended.'); return; }
  player.queue = Q.advance(player.queue);
  reason = 'next';
  void begin();
}

function failed(fault: MediaFault): void {
  const track = player.queue.now?.track;
  listening.failed(engine.position, fault.reason);
  const skip = fault.reason !== 'network' && Q.peekNext(player.queue) && failures++ < 3;
  player.fault = { text: fault.message, track: track?.name ?? '' };
  if (skip) {
    toast(`“${track?.name ?? 'This track'}” cannot be played: ${fault.message} Going on with the next.`, undefined, 'bad');
    if (player.queue.repeat === 'one') player.queue = { ...player.queue, repeat: 'off' };
    player.queue = Q.advance(player.queue, true);
    reason = 'next';
    void begin();
  } else {
    toast(`“${track?.name ?? 'This track'}” cannot be played. ${fault.message}`, () => { void begin(engine.position); }, 'bad');
  }
}

async function begin(at = 0, play = true): Promise<void> {
  const now = player.queue.now;
  if (!now) return;
  player.fault = null;
  player.position = at;
  player.duration = now.track.duration_ms / 1000;
  player.manifest = null;
  player.rendition = null;
  player.waiting = true;
  player.playing = play;
  announce(now.track);
  persist();
  await engine.load({ key: now.key, track: now.track.id }, at, play);
}

function leave(why: string): void { listening.end(engine.position, engine.duration || player.duration, why); }

export const playable = (track: Track): boolean => track.is_playable !== false && !track.bandstand?.is_missing;

export const act = {
  playAll(tracks: readonly Track[], index: number, context: Q.Context): void {
    const target = tracks[index];
    if (!target) return;
    const list = tracks.filter((t) => playable(t) || t === target);
    leave('chosen');
    reason = 'chosen';
    player.queue = Q.startFrom(player.queue, list, list.indexOf(target), context);
    void begin();
  },
  shuffleAll(tracks: readonly Track[], context: Q.Context): void {
    const list = tracks.filter(playable);
    if (!list.length) return;
    leave('chosen');
    reason = 'shuffle';
    player.queue = Q.startFrom({ ...player.queue, shuffle: true }, list, Math.floor(Math.random() * list.length), context);
    void begin();
  },
  toggle(): void {
    if (!player.queue.now) return;
    if (!engine.current) { reason = 'resume'; void begin(resumeAt || player.position); resumeAt = 0; return; }
    if (engine.paused) void engine.play(); else engine.pause();
    sync();
  },
  pause(): void { engine.pause(); sync(); },
  seek(seconds: number): void {
    const to = Math.max(0, Math.min(seconds, player.duration));
    if (!engine.current) { player.position = to; resumeAt = to; return; }
    listening.sought(engine.position, to);
    engine.seek(to);
    player.position = to;
    mediaState();
  },
  next(): void {
    if (!Q.peekNext(player.queue, true)) { toast('Nothing comes after this.'); return; }
    leave('next');
    player.queue = Q.advance(player.queue, true);
    reason = 'next_pressed';
    void begin();
  },
  previous(): void {
    if (positionNow() > 3 || !player.queue.past.length) { act.seek(0); return; }
    leave('previous');
    player.queue = Q.goBack(player.queue);
    reason = 'previous_pressed';
    void begin();
  },
  jump(key: string): void { leave('chosen'); reason = 'chosen'; player.queue = Q.jumpTo(player.queue, key); void begin(); },
  addNext(tracks: readonly Track[]): void { edit(Q.addNext(player.queue, tracks), tracks.length > 1 ? `${String(tracks.length)} songs play next` : `Plays next: ${tracks[0]?.name ?? ''}`); },
  addLast(tracks: readonly Track[]): void { edit(Q.addLast(player.queue, tracks), tracks.length > 1 ? `${String(tracks.length)} songs queued` : `Queued: ${tracks[0]?.name ?? ''}`); },
  remove(key: string): void { edit(Q.removeItem(player.queue, key), 'Taken out of the queue'); },
  move(key: string, by: number): void { player.queue = Q.moveItem(player.queue, key, by); replanned(); },
  clear(): void { edit({ ...player.queue, yours: [] }, 'Your queue is empty'); },
  shuffle(): void { player.queue = Q.setShuffle(player.queue, !player.queue.shuffle); say(player.queue.shuffle ? 'Shuffle on' : 'Shuffle off'); replanned(); },
  repeat(): void {
    const repeat = ({ off: 'all', all: 'one', one: 'off' } as const)[player.queue.repeat];
    player.queue = { ...player.queue, repeat };
    say(`Repeat ${repeat}`);
    replanned();
  },
  volume(level: number): void {
    player.volume = Math.max(0, Math.min(1, level));
    player.muted = false;
    keep('volume', player.volume);
    engine.volume(player.volume ** 2, false);
  },
  mute(): void { player.muted = !player.muted; engine.volume(player.volume ** 2, player.muted); say(player.muted ? 'Muted' : 'Sound on'); },
  quality(quality: Quality): void { player.quality = quality; keep('quality', quality); engine.quality = quality; engine.retune(); },
  normalisation(mode: Normalisation): void { player.normalisation = mode; keep('normalisation', mode); engine.normalisation = mode; engine.retune(); },
  retry(): void { void begin(player.position); },
  /** Signing out: nothing of this person stays. */
  forget(): void { leave('signed_out'); void listening.flush(); engine.stop(); player.queue = Q.emptyQueue(); player.loaded = false; keep('queue', null); },
};

function edit(queue: Q.QueueState, words: string): void {
  const before = player.queue;
  player.queue = queue;
  toast(words, () => { player.queue = { ...player.queue, yours: before.yours, order: before.order }; replanned(); });
  if (!queue.now) { player.queue = Q.advance(queue, true); reason = 'chosen'; void begin(); return; }
  replanned();
}
function replanned(): void { engine.replan(); persist(); }

function persist(): void {
  const { queue } = player;
  if (!ui.me) return;
  const near = queue.base.length > 400 ? { base: [] as Q.QueueItem[], order: [] as number[], at: -1 } : {};
  const kept: Kept = { queue: { ...queue, ...near, past: queue.past.slice(-20) }, position: positionNow(), person: ui.me.id };
  keep('queue', kept);
}
/** What was playing when the page was left, paused at its place. */
export function restore(): void {
  const kept = recall<Kept | null>('queue', null);
  if (!kept || kept.person !== ui.me?.id || !kept.queue.now) return;
  player.queue = kept.queue;
  player.position = resumeAt = kept.position;
  player.duration = (kept.queue.now.track.duration_ms || 0) / 1000;
  wantSaved([kept.queue.now.track.uri]);
}

function announce(track: Track): void {
  const artists = track.artists.map((a) => a.name).join(', ');
  document.title = `${track.name} · ${artists}`;
  say(`Now playing: ${track.name} by ${artists}`);
  wantSaved([track.uri]);
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({
    title: track.name, artist: artists, album: track.album?.name ?? '',
    artwork: (track.album?.images ?? []).map((image) => ({ src: image.url, sizes: image.width ? `${String(image.width)}x${String(image.width)}` : '', type: 'image/webp' })),
  });
}
function mediaState(): void {
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.playbackState = player.queue.now ? (player.playing ? 'playing' : 'paused') : 'none';
  if (engine.current && Number.isFinite(engine.duration) && engine.duration > 0) {
    try { navigator.mediaSession.setPositionState({ duration: engine.duration, position: Math.min(engine.position, engine.duration), playbackRate: 1 }); } catch { /* between tracks */ }
  }
}
export function listenToKeys(): void {
  engine.quality = player.quality;
  engine.normalisation = player.normalisation;
  engine.volume(player.volume ** 2, player.muted);
  if (!('mediaSession' in navigator)) return;
  const set = (kind: MediaSessionAction, run: MediaSessionActionHandler) => { try { navigator.mediaSession.setActionHandler(kind, run); } catch { /* not known here */ } };
  set('play', () => act.toggle());
  set('pause', () => act.pause());
  set('nexttrack', () => act.next());
  set('previoustrack', () => act.previous());
  set('seekto', (details) => { if (details.seekTime !== undefined) act.seek(details.seekTime); });
  set('seekbackward', (details) => act.seek(positionNow() - (details.seekOffset ?? 10)));
  set('seekforward', (details) => act.seek(positionNow() + (details.seekOffset ?? 10)));
  set('stop', () => act.pause());
}

Object.defineProperty(window, 'bandstand', { value: Object.freeze({ state: () => ({
  track: player.queue.now?.track.id ?? null, title: player.queue.now?.track.name ?? null, playing: player.playing, waiting: player.waiting,
  position: positionNow(), duration: player.duration, currentTime: audio.currentTime, rendition: player.rendition, buffered: engine.bufferS,
  gain: audio.volume, pendingEvents: listening.waiting, fault: player.fault?.text ?? null, error: audio.error?.message ?? null,
}) }) });
