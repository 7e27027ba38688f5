"""Plays out repeats, endings and ties: from the printed page to one long row of notes."""

from typing import Final

from bandstand.delivery.starter.model import Bar, Music, Note, Sheet, Tone

_TRILL_STEP: Final = 0.125
_SAME: Final = 0.02
_SECOND: Final = 2


def unfold(sheet: Sheet, times: int = 1, da_capo: int = 0) -> Music:
    """Return `sheet` played `times` times (0: once, without its repeats), then its first `da_capo` bars once more without repeats."""
    flags = [
        _joined([line.bars[i] for line in sheet.lines if i < len(line.bars)]) for i in range(_bars(sheet))
    ]
    if times == 0:
        order = [i for i, bar in enumerate(flags) if 1 not in bar.endings]
    else:
        order = _order(flags) * times
    order += [i for i in range(da_capo) if not flags[i].endings or _SECOND in flags[i].endings]
    starts, at = [], 0.0
    for i in order:
        starts.append(at)
        at += flags[i].length
    tempos = [(start + t, bpm) for i, start in zip(order, starts, strict=True) for t, bpm in flags[i].tempos]
    notes: list[Note] = []
    for number, line in enumerate(sheet.lines):
        tones = [
            (start, tone)
            for i, start in zip(order, starts, strict=True)
            if i < len(line.bars)
            for tone in sorted(line.bars[i].tones, key=lambda t: (t.at, t.pitch))
        ]
        notes += _tied(number, tones)
    notes.sort(key=lambda n: (n.at, n.line, n.pitch))
    return Music(notes, at, sorted(set(tempos)), starts, sheet.fifths, sheet.tonic)


def follow(first: Music, second: Music) -> Music:
    """Return `second` played straight after `first`."""
    gap = first.length
    moved = [
        Note(n.line, n.at + gap, n.length, n.pitch, n.level, n.is_short, n.is_held) for n in second.notes
    ]
    tempos = first.tempos + [(at + gap, bpm) for at, bpm in second.tempos]
    bars = first.bar_lines + [at + gap for at in second.bar_lines]
    return Music(first.notes + moved, gap + second.length, tempos, bars, first.fifths, first.tonic)


def _bars(sheet: Sheet) -> int:
    return max(len(line.bars) for line in sheet.lines)


def _joined(bars: list[Bar]) -> Bar:
    """One bar that carries what any line says about repeats and tempo."""
    return Bar(
        length=max(bar.length for bar in bars),
        tempos=sorted({mark for bar in bars for mark in bar.tempos}),
        starts_repeat=any(bar.starts_repeat for bar in bars),
        ends_repeat=any(bar.ends_repeat for bar in bars),
        endings=frozenset().union(*(bar.endings for bar in bars)),
        is_fine=any(bar.is_fine for bar in bars),
    )


def _order(bars: list[Bar]) -> list[int]:
    order: list[int] = []
    start, i, turn = 0, 0, 1
    while i < len(bars):
        bar = bars[i]
        if bar.starts_repeat and i > start:
            start, turn = i, 1
        if bar.endings and turn not in bar.endings:
            i += 1
            continue
        order.append(i)
        if bar.ends_repeat and turn == 1:
            turn, i = 2, start
            continue
        if bar.ends_repeat or (bar.endings and i + 1 < len(bars) and not bars[i + 1].endings):
            start, turn = i + 1, 1
        i += 1
    return order


def _tied(line: int, tones: list[tuple[float, Tone]]) -> list[Note]:
    """Joins tied notes, spells out trills."""
    notes: list[Note] = []
    open_ties: dict[int, int] = {}
    for start, tone in tones:
        at = start + tone.at
        held = open_ties.pop(tone.pitch, None) if tone.tied_from or tone.pitch in open_ties else None
        if held is not None and abs(notes[held].at + notes[held].length - at) < _SAME:
            old = notes[held]
            notes[held] = Note(
                line,
                old.at,
                old.length + tone.length,
                old.pitch,
                old.level,
                is_held=old.is_held or tone.is_held,
            )
            if tone.tied_to:
                open_ties[tone.pitch] = held
            continue
        if tone.tied_to:
            open_ties[tone.pitch] = len(notes)
        if tone.trill and not tone.tied_to and tone.length >= 4 * _TRILL_STEP:
            notes += _trilled(line, at, tone)
        else:
            notes.append(Note(line, at, tone.length, tone.pitch, tone.level, tone.is_short, tone.is_held))
    return notes


def _trilled(line: int, at: float, tone: Tone) -> list[Note]:
    count = max(3, int(min(tone.length * 0.75, 2.0) / _TRILL_STEP) | 1)
    pitches = [tone.pitch + (tone.trill if n % 2 else 0) for n in range(count)]
    lengths = [_TRILL_STEP] * (count - 1) + [tone.length - _TRILL_STEP * (count - 1)]
    return [
        Note(line, at + n * _TRILL_STEP, lengths[n], pitches[n], tone.level * (1.0 if n == 0 else 0.92))
        for n in range(count)
    ]
