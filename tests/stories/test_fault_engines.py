"""An engine is gone for a while: requests wait or say when to come back, and nothing accepted is lost."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import sqlalchemy as sa

from tests.engines import s3_environment
from tests.stories.conftest import Server, eventually, running
from tests.stories.test_faults import (
    SHORT_S,
    flac,
    folders,
    holds,
    kill_one,
    listened,
    patient_get_all,
    plays_of,
    send,
)
from tests.stories.test_press_play import add_admin, decode, play, rendition

Address = tuple[str, int] | str


class Gate:
    """A door on loopback between the server and an engine: shut it, and the engine is gone as far as anybody can tell."""

    def __init__(self, engine: Address) -> None:
        self._engine = engine
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._is_open = True
        self._pairs: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        """Cut every connection and take no other: they are accepted and dropped at once, as by a dying engine."""
        with self._lock:
            self._is_open = False
            for side in self._pairs:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Let everybody through again."""
        with self._lock:
            self._is_open = True

    def close(self) -> None:
        """Take the door away."""
        self.shut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _dial(self) -> socket.socket:
        if isinstance(self._engine, str):
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._engine)
            return engine
        return socket.create_connection(self._engine)

    def _carry(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            with self._lock:
                if not self._is_open:
                    return
                engine = self._dial()
                pair = {client, engine}
                self._pairs |= pair
            with engine, selectors.DefaultSelector() as both:
                both.register(client, selectors.EVENT_READ, engine)
                both.register(engine, selectors.EVENT_READ, client)
                try:
                    while all(_pass_on(key) for key, _ in both.select()):
                        pass
                finally:
                    with self._lock:
                        self._pairs -= pair


def _pass_on(key: selectors.SelectorKey) -> bool:
    source, target = key.fileobj, key.data
    assert isinstance(source, socket.socket)
    data = source.recv(65_536)
    if data:
        target.sendall(data)
    return bool(data)


@contextlib.contextmanager
def gated(url: str) -> Iterator[tuple[Gate, str]]:
    """Put a gate before the TCP engine at `url`; gives it and the address through it."""
    parts = urlsplit(url)
    gate = Gate((parts.hostname or "127.0.0.1", parts.port or 0))
    try:
        yield gate, parts._replace(netloc=f"127.0.0.1:{gate.port}").geturl()
    finally:
        gate.close()


@contextlib.contextmanager
def gated_postgres(url: str) -> Iterator[tuple[Gate, str]]:
    """Put a gate before PostgreSQL, which may listen on a Unix socket in a folder."""
    parsed = sa.make_url(url)
    folder = parsed.query.get("host")
    port = parsed.port or 5432
    gate = Gate(
        f"{folder}/.s.PGSQL.{port}" if isinstance(folder, str) else (parsed.host or "127.0.0.1", port)
    )
    through = parsed.set(
        host="127.0.0.1", port=gate.port, query={"sslmode": "disable", "gssencmode": "disable"}
    )
    try:
        yield gate, through.render_as_string(hide_password=False)
    finally:
        gate.close()


@contextlib.contextmanager
def away(gate: Gate, *, seconds: float) -> Iterator[Callable[[], bool]]:
    """Shut the gate for at least so long; gives whether it is still to stay shut."""
    until = time.monotonic() + seconds
    gate.shut()
    try:
        yield lambda: time.monotonic() < until
    finally:
        gate.open()


def refused(answer: httpx.Response) -> bool:
    """Whether an answer says that an engine is away, as it should: 503, a word, and when to come back."""
    if answer.status_code == 503:
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"].startswith("application/")
        assert "Traceback" not in answer.text
        return True
    assert answer.status_code < 400, answer.text
    return False


def until_taken(server: Server, ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until it is no longer refused."""
    del server
    taken: list[httpx.Response] = []

    def look() -> bool:
        answer = ask()
        taken.append(answer)
        return not refused(answer)

    eventually(look, seconds=60, what="an answer after the engine came back")
    return taken[-1]


@pytest.mark.engines
def test_each_engine_is_gone_for_a_while(
    postgres_url: str, nats_url: str, s3_server: str, tmp_path: Path
) -> None:
    music = tmp_path / "music"
    folders(music, 1, 2)
    with (
        gated_postgres(postgres_url) as (postgres, database_url),
        gated(nats_url) as (nats, log_url),
        gated(s3_server) as (s3, endpoint),
    ):
        environment = s3_environment(endpoint) | {
            "BANDSTAND_DATABASE_URL": database_url,
            "BANDSTAND_LOG_URL": log_url,
            "BANDSTAND_OBJECTS_URL": f"s3://t-{tmp_path.name.replace('_', '-')[:40]}-{time.time_ns()}/music",
        }
        with running(tmp_path / "data", music, environment) as server:
            client = add_admin(server)
            eventually(holds(client, 2), seconds=60, what="two tracks")
            story = Story(server, client, music)
            story.database_gone(postgres)
            story.log_gone(nats)
            story.objects_gone(s3)


class Story:
    """One server lives through one outage after the other."""

    def __init__(self, server: Server, client: httpx.Client, music: Path) -> None:
        self.server, self.client, self.music = server, client, music
        self.tracks = [t["id"] for t in client.get("/api/tracks").json()["items"]]
        self.plays = dict.fromkeys(self.tracks, 0)

    def reports(self, track: str) -> list[dict[str, Any]]:
        """Start playing while all is well, and hear the whole track."""
        session = play(self.client, track, ["aac"])["session"]
        self.plays[track] += 1
        return listened(session, track, pieces=4, length_ms=round(SHORT_S * 1_000))

    def counted(self) -> None:
        """Wait until every play that was taken counts, once."""
        want = {track: plays for track, plays in self.plays.items() if plays}
        eventually(
            lambda: (
                until_taken(self.server, lambda: self.client.get("/api/most-played"))
                and plays_of(self.client) == want
            ),
            seconds=60,
            what="every play, once",
        )

    def database_gone(self, gate: Gate) -> None:
        """Events taken just before are counted after; requests in between are refused politely."""
        first, later = self.reports(self.tracks[0]), self.reports(self.tracks[1])
        send(self.client, first)
        seen = []
        with away(gate, seconds=10.0) as is_away:
            flac(self.music / "Meanwhile" / "Meanwhile.flac", seconds=SHORT_S, seed=77, album="Meanwhile")
            while is_away():
                seen += [refused(self.client.get(path)) for path in ("/api/tracks", "/v1/me", "/api/history")]
                seen.append(refused(self.client.post("/api/listening/events", json={"events": later})))
                assert self.client.get("/healthz").status_code == 200
                assert self.client.get("/readyz").status_code == 503
                time.sleep(0.5)
        assert all(seen), "nothing was answered from nowhere"
        until_taken(self.server, lambda: self.client.post("/api/listening/events", json={"events": later}))
        self.counted()
        eventually(holds(self.client, 3), seconds=60, what="the file that came while the database was gone")

    def log_gone(self, gate: Gate) -> None:
        """What is not durable is not accepted; said again, it is counted once."""
        events = self.reports(self.tracks[0])
        with away(gate, seconds=4.0) as is_away:
            assert refused(self.client.post("/api/listening/events", json={"events": events}))
            assert self.client.get("/api/tracks").status_code == 200, "music goes on without the log"
            liked = self.client.put("/v1/me/tracks", params={"ids": self.tracks[0]})
            assert liked.status_code == 200, liked.text
            while is_away():
                time.sleep(0.1)
        for _ in range(2):
            until_taken(
                self.server, lambda: self.client.post("/api/listening/events", json={"events": events})
            )
        self.counted()

    def objects_gone(self, gate: Gate) -> None:
        """Sound that cannot be kept is refused politely, and made when the store is back."""
        manifest_url = play(self.client, self.tracks[0], ["flac"])["manifest_url"]
        manifest = self.client.get(manifest_url).raise_for_status().json()
        part = (
            httpx.URL(self.server.url)
            .join(manifest_url)
            .join(manifest["renditions"][0]["segments"][0]["uri"])
        )
        with away(gate, seconds=4.0) as is_away:
            assert refused(self.client.get(part))
            assert self.client.get("/api/tracks").status_code == 200
            while is_away():
                time.sleep(0.1)
        patient_get_all(self.client, manifest_url)
        sound_is_right(self.client, manifest_url, self.music)


def sound_is_right(client: httpx.Client, manifest_url: str, music: Path) -> None:
    """What is served is one of the sources, bit for bit."""
    _, served = rendition(client, manifest_url, "flac")
    sources = [decode(path.read_bytes()) for path in music.rglob("*.flac")]
    assert any(np.array_equal(served, source) for source in sources)


def test_the_objects_folder_is_gone_for_a_while(tmp_path: Path) -> None:
    music = tmp_path / "music"
    folders(music, 1, 1)
    with running(tmp_path / "data", music) as server:
        client = add_admin(server)
        eventually(holds(client, 1), what="a track")
        track = client.get("/api/tracks").json()["items"][0]["id"]
        manifest_url = play(client, track, ["flac"])["manifest_url"]
        patient_get_all(client, manifest_url)
        base = httpx.URL(server.url).join(manifest_url)
        parts = [base.join(r["segments"][0]["uri"]) for r in client.get(manifest_url).json()["renditions"]]
        before = [client.get(part).content for part in parts]
        folder, hidden = tmp_path / "data" / "objects", tmp_path / "unplugged"
        folder.rename(hidden)
        folder.write_text("in the way: nothing can be made here, not even by root")
        kill_one(server, "bandstand.media.maker")
        for part in parts:
            assert refused(client.get(part)), "not there, and it says when to come back"
        folder.unlink()
        hidden.rename(folder)
        for part, whole in zip(parts, before, strict=True):
            answer = until_taken(server, partial(client.get, part))
            assert answer.content == whole
        sound_is_right(client, manifest_url, music)
