"""Spotify's `fields`: `items(added_by.id,track(name,album(!images)))` says which parts of an answer are wanted."""

from dataclasses import dataclass, field
from typing import Any, Final

from bandstand.platform.errors import Invalid

MAX_TEXT: Final = 2000
MAX_DEPTH: Final = 12


@dataclass
class Wanted:
    """Which keys of an object are wanted, and what of each; all of them where none is named."""

    named: dict[str, "Wanted"] = field(default_factory=dict)
    refused: dict[str, "Wanted"] = field(default_factory=dict)


def prune(answer: Any, text: str | None) -> Any:
    """Keep of an answer what `text` asks for. Raises Invalid for text that cannot be read."""
    if not text:
        return answer
    if len(text) > MAX_TEXT:
        raise Invalid("fields is too long", code="bad_fields")
    wanted, end = _read(text, 0, 0)
    if end != len(text):
        raise Invalid(f"fields cannot be read at character {end + 1}", code="bad_fields")
    return _keep(answer, wanted)


def _read(text: str, at: int, depth: int) -> tuple[Wanted, int]:
    if depth > MAX_DEPTH:
        raise Invalid("fields is nested too deep", code="bad_fields")
    wanted = Wanted()
    while True:
        at = _read_one(text, at, depth, wanted)
        if at >= len(text) or text[at] != ",":
            return wanted, at
        at += 1


def _read_one(text: str, at: int, depth: int, into: Wanted) -> int:
    start = at
    while at < len(text) and text[at] not in ",()":
        at += 1
    name = text[start:at].strip()
    is_refused = name.startswith("!")
    *path, last = name.removeprefix("!").split(".")
    if not last or not all(path):
        raise Invalid(f"fields has no name at character {start + 1}", code="bad_fields")
    for step in path:
        into = into.named.setdefault(step, Wanted())
    inner = Wanted()
    if at < len(text) and text[at] == "(":
        inner, at = _read(text, at + 1, depth + 1)
        if at >= len(text) or text[at] != ")":
            raise Invalid("fields lacks a closing parenthesis", code="bad_fields")
        at += 1
    (into.refused if is_refused else into.named)[last] = inner
    return at


def _keep(answer: Any, wanted: Wanted) -> Any:
    if isinstance(answer, list):
        return [_keep(one, wanted) for one in answer]
    if not isinstance(answer, dict):
        return answer
    refused = {k for k, inner in wanted.refused.items() if not inner.named}
    return {
        key: _keep(value, wanted.named.get(key, Wanted()))
        for key, value in answer.items()
        if key not in refused and (not wanted.named or key in wanted.named)
    }
