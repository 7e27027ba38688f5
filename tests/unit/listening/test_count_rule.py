from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.listening.model import Heard, Session, believable_ms, fold_all, judge, merge, needed_ms
from bandstand.platform.ids import derived_id

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SESSION = derived_id("session")


def _session(duration_ms: int) -> Session:
    return Session(SESSION, "ana", None, derived_id("track"), derived_id("recording"), duration_ms, NOON)


@st.composite
def reports(draw: st.DrawFn) -> list[Heard]:
    made = []
    for seq in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, 200_000))
        end = start + draw(st.integers(0, 20_000))
        at = NOON + timedelta(milliseconds=draw(st.integers(0, 600_000)))
        told = draw(st.dictionaries(st.sampled_from(["context", "reason_end"]), st.sampled_from(["a", "b"])))
        heard = draw(st.none() | st.integers(0, 40_000))
        made.append(
            Heard(
                SESSION,
                "ana",
                seq,
                derived_id(str(seq)),
                "progressed",
                at,
                at,
                at,
                start,
                end,
                heard,
                told=told,
            )
        )
    return made


@given(reports(), st.randoms(use_true_random=False), st.sampled_from([8_000, 180_000]))
@settings(max_examples=100, deadline=None)
def test_the_order_of_reports_makes_no_difference(
    sent: list[Heard], random: object, duration_ms: int
) -> None:
    session = _session(duration_ms)
    shuffled = list(sent)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = fold_all(sent, session), fold_all(shuffled, session)
    assert one == other
    assert judge(one, "ana", session) == judge(other, "ana", session)


@given(reports())
@settings(max_examples=60, deadline=None)
def test_hearing_a_report_twice_changes_nothing(sent: list[Heard]) -> None:
    session = _session(180_000)
    assert fold_all([*sent, *sent], session) == fold_all(sent, session)


@given(reports())
@settings(max_examples=60, deadline=None)
def test_a_play_needs_thirty_seconds_of_intervals(sent: list[Heard]) -> None:
    session = _session(180_000)
    verdict = judge(fold_all(sent, session), "ana", session)
    assert verdict.counted == (verdict.heard_ms >= 30_000)
    assert verdict.heard_ms <= sum((one.to_ms or 0) - (one.from_ms or 0) for one in sent)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)).map(lambda s: (s[0], s[0] + s[1]))))
@settings(max_examples=60, deadline=None)
def test_merged_intervals_cover_what_the_parts_cover(spans: list[tuple[int, int]]) -> None:
    merged = merge(spans)
    inside = {moment for start, end in spans for moment in range(start, end)}
    assert {moment for start, end in merged for moment in range(start, end)} == inside
    assert all(end < start for (_, end), (start, _) in pairwise(merged))


def test_what_is_needed() -> None:
    assert needed_ms(180_000) == 30_000
    assert needed_ms(30_000) == 30_000
    assert needed_ms(20_000) == 19_500
    assert needed_ms(400) == 380
    assert needed_ms(0) == 1


def test_a_report_is_worth_at_most_its_interval() -> None:
    def worth(start: int | None, end: int | None, heard: int | None) -> int:
        return believable_ms(
            Heard(SESSION, "ana", 0, SESSION, "progressed", NOON, NOON, NOON, start, end, heard)
        )

    assert worth(0, 5_000, 60_000) == 5_000
    assert worth(0, 5_000, None) == 5_000
    assert worth(None, None, 7_000) == 7_000
    assert worth(None, None, None) == 0
