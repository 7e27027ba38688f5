"""Pictures on their way from files to the object store: each content once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bandstand import catalogue
from bandstand.delivery.drafts import Ready
from bandstand.delivery.model import Picture, Problem
from bandstand.delivery.pool import ReaderPool
from bandstand.platform import images, objects
from bandstand.platform.db import Database, Tx
from bandstand.platform.ids import Id, derived_id

_FRONT_COVER = 3
"""ID3v2.4, 4.14: picture type."""


def artwork_id(content_hash: str) -> Id:
    """The id of a picture, the same for the same bytes."""
    return derived_id("artwork", content_hash)


def front(pictures: Sequence[Picture]) -> Picture | None:
    """The picture that stands for a track: the front cover, else the first."""
    return next((p for p in pictures if p.kind == _FRONT_COVER), pictures[0] if pictures else None)


@dataclass
class Gallery:
    """What is known of pictures during one scan."""

    db: Database
    kept: objects.Objects
    pool: ReaderPool
    known: dict[str, Id | None] = field(default_factory=dict)
    fresh: dict[str, catalogue.Artwork] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)

    def bring_in(self, ready: Sequence[Ready]) -> None:
        """Make the pictures of these files that are not known yet."""
        wanted: dict[str, bytes] = {}
        for one in ready:
            picture = front(one.tags.pictures)
            if picture and picture.hash not in self.known:
                wanted.setdefault(picture.hash, one.path)
        with self.db.read() as tx:
            for content_hash in list(wanted):
                if catalogue.get_artwork(tx, artwork_id(content_hash)):
                    self.known[content_hash] = artwork_id(content_hash)
                    del wanted[content_hash]
        asked = list(wanted.items())
        for number, (kind, found) in self.pool.ask([("picture", (path, h)) for h, path in asked]):
            self._keep(asked[number][0], kind, found)

    def bring_in_image(self, path: bytes) -> Id | None:
        """Make a picture file's artwork; None when it is none."""
        for _, (kind, found) in self.pool.ask([("image", (path,))]):
            if kind == "ok":
                content_hash, artwork = found
                self._keep(content_hash, "ok", artwork)
                return self.known[content_hash]
        return None

    def of(self, ready: Ready) -> tuple[Id | None, list[Problem]]:
        """The artwork of a file and what is wrong with it."""
        picture = front(ready.tags.pictures)
        if picture is None:
            return None, []
        problem = self.problems.get(picture.hash)
        return self.known.get(picture.hash), [problem] if problem else []

    def write(self, tx: Tx) -> None:
        """Write the rows of pictures made since the last call."""
        for content_hash, artwork in self.fresh.items():
            catalogue.keep_artwork(tx, artwork, content_hash)

    def written(self) -> None:
        """The transaction that wrote them is committed."""
        self.fresh.clear()

    def _keep(self, content_hash: str, kind: str, found: Any) -> None:
        if kind != "ok":
            hint = "Embed the picture again as JPEG or PNG."
            self.problems[content_hash] = Problem(
                "artwork_unusable", "warning", f"Its artwork is left out: {found}", hint
            )
            self.known[content_hash] = None
            return
        made: images.Artwork = found
        name = artwork_id(content_hash)
        for size, body in made.variants.items():
            objects.put(self.kept, catalogue.artwork_key(name, size), body, "image/webp")
        self.fresh[content_hash] = catalogue.Artwork(
            name, made.width, made.height, made.colour, made.placeholder, made.art1, made.art2
        )
        self.known[content_hash] = name
