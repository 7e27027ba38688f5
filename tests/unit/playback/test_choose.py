import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandstand.platform.ids import derived_id
from bandstand.playback.model import Decision, Rung, Wishes, choose, is_lossless


def _rung(codec: str, kbps: int) -> Rung:
    name = f"{codec}-{kbps}"
    codecs = "flac" if codec == "flac" else "mp4a.40.2"
    return Rung(derived_id(name), name, codec, codecs, kbps, kbps * 1_250, "ready")


LADDER = [_rung("aac", 64), _rung("aac", 128), _rung("aac", 256), _rung("flac", 900)]


def _chosen(wishes: Wishes) -> str:
    decision = choose(LADDER, wishes)
    assert isinstance(decision, Decision)
    return decision.chosen.name


@pytest.mark.parametrize(
    ("wishes", "name"),
    [
        (Wishes(), "flac-900"),
        (Wishes(("aac",)), "aac-256"),
        (Wishes(("mp4a.40.2", "fLaC")), "flac-900"),
        (Wishes(('audio/mp4; codecs="flac"',)), "flac-900"),
        (Wishes(max_kbps=200), "aac-128"),
        (Wishes(max_kbps=10), "aac-64"),
        (Wishes(network="3g"), "aac-128"),
        (Wishes(network="Cellular"), "aac-256"),
        (Wishes(network="wifi"), "flac-900"),
        (Wishes(("flac",), network="2g"), "flac-900"),
    ],
)
def test_the_best_within_what_is_asked_for(wishes: Wishes, name: str) -> None:
    assert _chosen(wishes) == name


def test_a_device_that_plays_none_is_told_why_for_each() -> None:
    refused = choose(LADDER, Wishes(("opus",)))
    assert isinstance(refused, tuple)
    assert [one.code for one in refused] == ["codec"] * 4


wishes = st.builds(
    Wishes,
    st.lists(st.sampled_from(["aac", "flac", "opus", "mp4a.40.2"]), max_size=3).map(tuple),
    st.none() | st.integers(1, 2_000),
    st.none() | st.sampled_from(["2g", "3g", "4g", "wifi", ""]),
)


@given(st.lists(st.sampled_from(LADDER), unique=True, min_size=1), wishes)
@settings(max_examples=60, deadline=None)
def test_every_rendition_is_chosen_or_refused_once_with_a_reason(ladder: list[Rung], wish: Wishes) -> None:
    decision = choose(ladder, wish)
    refused = decision.refused if isinstance(decision, Decision) else decision
    chosen = [decision.chosen.id] if isinstance(decision, Decision) else []
    assert sorted([*chosen, *(one.rendition for one in refused)]) == sorted(rung.id for rung in ladder)
    assert all(one.code and one.why for one in refused)
    if isinstance(decision, Decision):
        assert decision.chosen.id in decision.allowed


def test_what_keeps_every_bit() -> None:
    assert is_lossless("pcm_s24le")
    assert is_lossless("alac")
    assert not is_lossless("mp3")
