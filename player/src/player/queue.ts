/** The two queues, as plain data: what the person queued ("yours") goes before the rest of where they play from. */
import type { Track } from '../api/types';

export interface QueueItem { key: string; track: Track; yours: boolean; why: string }
export interface Context { uri: string; name: string; href: string; why: string }
export type Repeat = 'off' | 'all' | 'one';

export interface QueueState {
  context: Context | null; base: QueueItem[]; order: number[]; at: number; yours: QueueItem[]; now: QueueItem | null; past: QueueItem[];
  shuffle: boolean; repeat: Repeat;
}

let counter = 0;
const stamp = Date.now().toString(36);
export function itemOf(track: Track, yours: boolean, why: string): QueueItem {
  return { key: `${stamp}-${(counter++).toString(36)}`, track, yours, why };
}

export function emptyQueue(): QueueState {
  return { context: null, base: [], order: [], at: -1, yours: [], now: null, past: [], shuffle: false, repeat: 'off' };
}

/** 0…length−1 shuffled (Fisher–Yates) with `first` in front. */
export function shuffled(length: number, first: number, random: () => number = Math.random): number[] {
  const order = Array.from({ length }, (_, i) => i).filter((i) => i !== first);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return first >= 0 && first < length ? [first, ...order] : order;
}

export function startFrom(q: QueueState, tracks: readonly Track[], index: number, context: Context, random?: () => number): QueueState {
  const base = tracks.map((track) => itemOf(track, false, context.why));
  const order = q.shuffle ? shuffled(base.length, index, random) : base.map((_, i) => i);
  const at = q.shuffle ? 0 : index;
  return { ...q, context, base, order, at, now: base[index] ?? null, past: remember(q) };
}

function remember(q: QueueState): QueueItem[] {
  return q.now ? [...q.past, q.now].slice(-100) : q.past;
}

/** What plays after the current one; `manual` is the person pressing next, which leaves repeat-one. */
export function peekNext(q: QueueState, manual = false): QueueItem | null {
  if (q.repeat === 'one' && !manual && q.now) return q.now;
  if (q.yours[0]) return q.yours[0];
  const next = q.base[q.order[q.at + 1] ?? -1];
  if (next) return next;
  return q.repeat !== 'off' && q.base.length ? (q.base[q.order[0] ?? 0] ?? null) : null;
}

export function advance(q: QueueState, manual = false): QueueState {
  const next = peekNext(q, manual);
  if (!next) return q;
  if (next === q.now && q.repeat === 'one' && !manual) return q;
  if (q.yours[0] === next) return { ...q, yours: q.yours.slice(1), now: next, past: remember(q) };
  const at = q.at + 1 < q.order.length ? q.at + 1 : 0;
  return { ...q, at, now: next, past: remember(q) };
}

export function goBack(q: QueueState): QueueState {
  const previous = q.past.at(-1);
  if (!previous) return q;
  const position = q.order.findIndex((i) => q.base[i]?.key === previous.key);
  return { ...q, at: position >= 0 ? position : q.at, now: previous, past: q.past.slice(0, -1) };
}

export function jumpTo(q: QueueState, key: string): QueueState {
  const mine = q.yours.findIndex((item) => item.key === key);
  if (mine >= 0) return { ...q, yours: q.yours.filter((_, i) => i !== mine), now: q.yours[mine] ?? null, past: remember(q) };
  const at = q.order.findIndex((i) => q.base[i]?.key === key);
  return at < 0 ? q : { ...q, at, now: q.base[q.order[at] ?? -1] ?? null, past: remember(q) };
}

export const addNext = (q: QueueState, tracks: readonly Track[]): QueueState =>
  ({ ...q, yours: [...tracks.map((t) => itemOf(t, true, 'You put it next.')), ...q.yours] });
export const addLast = (q: QueueState, tracks: readonly Track[]): QueueState =>
  ({ ...q, yours: [...q.yours, ...tracks.map((t) => itemOf(t, true, 'You queued it.'))] });

export function removeItem(q: QueueState, key: string): QueueState {
  if (q.yours.some((item) => item.key === key)) return { ...q, yours: q.yours.filter((item) => item.key !== key) };
  return { ...q, order: q.order.filter((i, place) => place <= q.at || q.base[i]?.key !== key) };
}

/** Moves an item up (−1) or down (+1) inside its own queue. */
export function moveItem(q: QueueState, key: string, by: number): QueueState {
  const swap = <I>(list: I[], from: number, lowest: number): I[] => {
    const to = from + by;
    if (from < lowest || to < lowest || to >= list.length) return list;
    const copy = [...list];
    [copy[from], copy[to]] = [copy[to] as I, copy[from] as I];
    return copy;
  };
  const mine = q.yours.findIndex((item) => item.key === key);
  if (mine >= 0) return { ...q, yours: swap(q.yours, mine, 0) };
  return { ...q, order: swap(q.order, q.order.findIndex((i) => q.base[i]?.key === key), q.at + 1) };
}

export function setShuffle(q: QueueState, shuffle: boolean, random?: () => number): QueueState {
  const current = q.order[q.at] ?? -1;
  if (shuffle) return { ...q, shuffle, order: shuffled(q.base.length, current, random), at: current >= 0 ? 0 : -1 };
  return { ...q, shuffle, order: q.base.map((_, i) => i), at: current };
}

export function upNext(q: QueueState, most = 50): QueueItem[] {
  return q.order.slice(q.at + 1, q.at + 1 + most).flatMap((i) => q.base[i] ?? []);
}
