import { describe, expect, it } from 'vitest';
import type { Track } from '../api/types';
import { base62, newId } from './ids';
import { intervalOf } from './listening';
import { addLast, addNext, advance, emptyQueue, goBack, jumpTo, moveItem, peekNext, removeItem, setShuffle, shuffled, startFrom, upNext } from './queue';

const track = (name: string): Track => ({ id: name, name, type: 'track', uri: `x:${name}`, artists: [], duration_ms: 1000, disc_number: 1, track_number: 1 });
const list = ['a', 'b', 'c', 'd'].map(track);
const context = { uri: 'c', name: 'C', href: '/', why: 'w' };
const begin = (at = 0) => startFrom(emptyQueue(), list, at, context);
const names = (q: ReturnType<typeof begin>) => upNext(q).map((i) => i.track.name).join('');

describe('the queue', () => {
  it('goes on from where it was begun', () => { expect([begin(1).now?.track.name, names(begin(1))]).toEqual(['b', 'cd']); });
  it('plays yours first and then comes back', () => {
    let q = addLast(addNext(begin(), [track('x')]), [track('y')]);
    const heard: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) { q = advance(q); heard.push(q.now?.track.name); }
    expect(heard).toEqual(['x', 'y', 'b', 'c']);
  });
  it('ends, or begins again', () => {
    expect(peekNext(begin(3))).toBeNull();
    expect(peekNext({ ...begin(3), repeat: 'all' })?.track.name).toBe('a');
    expect(peekNext({ ...begin(1), repeat: 'one' })?.track.name).toBe('b');
    expect(peekNext({ ...begin(1), repeat: 'one' }, true)?.track.name).toBe('c');
  });
  it('goes back', () => { expect(goBack(advance(begin())).now?.track.name).toBe('a'); });
  it('jumps, moves and removes', () => {
    const q = begin();
    const c = upNext(q)[1]?.key ?? '';
    expect(jumpTo(q, c).now?.track.name).toBe('c');
    expect(names(moveItem(q, c, -1))).toBe('cbd');
    expect(names(moveItem(moveItem(q, c, -1), c, -1))).toBe('cbd');
    expect(names(removeItem(q, c))).toBe('bd');
  });
  it('shuffles with the current one first and back again', () => {
    const on = setShuffle(begin(2), true, () => 0.3);
    expect([on.now?.track.name, upNext(on).length]).toEqual(['c', 3]);
    expect(names(setShuffle(on, false))).toBe('d');
    expect([...shuffled(50, 7)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe('ids and intervals', () => {
  it('are 22 digits, in order of time', () => {
    const [early, late] = [newId(1_700_000_000_000), newId(1_700_000_000_001)];
    expect(early).toMatch(/^[0-9A-Za-z]{22}$/);
    expect(early < late).toBe(true);
    expect(base62(2n ** 128n - 1n)).toHaveLength(22);
  });
  it('never hear more than the clock allows', () => {
    expect(intervalOf(1000, 4000, 3000)).toEqual({ from_ms: 1000, to_ms: 4000, heard_ms: 3000 });
    expect(intervalOf(0, 60_000, 1000).heard_ms).toBe(2500);
    expect(intervalOf(5000, 1000, 1000)).toEqual({ from_ms: 5000, to_ms: 5000, heard_ms: 0 });
  });
});
