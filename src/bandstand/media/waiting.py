"""Waiting for a part that is being made: up to ten seconds, then the client is told when to come back."""

import asyncio
import time

from bandstand.media.makers import PREEMPTED
from bandstand.media.model import Making, segments_of
from bandstand.media.studio import Studio
from bandstand.platform import objects
from bandstand.platform.errors import BandstandError, Invalid, NotFound, TooMany, Unavailable

WAIT_S = 10.0
_LOOK_EVERY_S = 0.03
_LOOK_REMOTE_EVERY_S = 0.2
_ASK_EVERY_S = 1.0


class Waiting:
    """Waits for objects of renditions, and sees that somebody makes them."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._is_local = objects.local_path(studio.kept, "x") is not None

    async def for_object(self, source_hash: str, name: str, file: str, key: str) -> None:
        """Return when the object is there.

        NotFound for what no plan holds, Unavailable or TooMany (with Retry-After) when it is not there in time,
        Invalid when its source holds no sound.
        """
        await asyncio.to_thread(self._check_planned, source_hash, name, file)
        family = name.partition("-")[0]
        until = time.monotonic() + WAIT_S
        problem = await self._ask(source_hash, family, key, is_first=True)
        while time.monotonic() < until:
            if await self._appears(key, min(until, time.monotonic() + _ASK_EVERY_S)):
                return
            problem = await self._ask(source_hash, family, key, is_first=False)
        raise problem or Unavailable("This part is still being made.", code="still_making", retry_after_s=2)

    def _check_planned(self, source_hash: str, name: str, file: str) -> None:
        specs = self._studio.snapshot(source_hash)[0].specs
        spec = next((s for s in specs if s.name == name), None)
        if spec is None:
            raise NotFound("This track has no such rendition.", code="rendition_unknown")
        if file != "init.mp4" and int(file[:5]) >= len(segments_of(spec)):
            raise NotFound("This track is not that long.", code="segment_unknown")

    async def _appears(self, key: str, until: float) -> bool:
        while True:
            if await self._is_there(key):
                return True
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(_LOOK_EVERY_S if self._is_local else _LOOK_REMOTE_EVERY_S)

    async def _is_there(self, key: str) -> bool:
        if self._is_local:
            path = objects.local_path(self._studio.kept, key)
            return path is not None and path.exists()
        return await asyncio.to_thread(objects.exists, self._studio.kept, key)

    async def _ask(self, source_hash: str, family: str, key: str, *, is_first: bool) -> BandstandError | None:
        """See that somebody makes it; gives why nobody does for the moment."""
        self._studio.want(source_hash, family)
        try:
            if not is_first:
                making = await asyncio.to_thread(self._studio.making, source_hash, family)
                if making is not None and making.state == "failed" and not _gave_way(making):
                    raise _why(making)
            making = await asyncio.to_thread(self._studio.ensure, source_hash, family)
            if making is not None and making.state == "ready" and not await self._is_there(key):
                await asyncio.to_thread(self._remake, source_hash, family)
        except TooMany as busy:
            return busy  # a slot may come free while we wait
        return None

    def _remake(self, source_hash: str, family: str) -> None:
        self._studio.ensure(source_hash, family, is_lost=True)


def _gave_way(making: Making) -> bool:
    return (making.error or "").startswith(PREEMPTED)


def _why(making: Making) -> BandstandError:
    code, _, message = (making.error or "").partition(": ")
    if code == "undecodable":
        return Invalid(message, code=code)
    return Unavailable(message or "This sound could not be made.", code="making_failed", retry_after_s=2)
