"""The outgrown event log: NATS JetStream, one stream per topic, offset = stream sequence.

Durability is the server's: three replicas (`nats://host/prefix?replicas=3`), or `sync_interval: always` on one node.
"""

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig
from nats.js.kv import KeyValue

from bandstand.platform.errors import Invalid, Unavailable
from bandstand.platform.log.model import Entry, Event, check_topic, decode, encode

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

ANSWER_TIMEOUT_S: Final = 5.0
"""How long one operation may take before the caller hears Unavailable."""
IN_FLIGHT: Final = 1000
READ_AT_MOST: Final = 1000
DUPLICATE_WINDOW_S: Final = 120.0
_RECHECK_S: Final = 1.0
_SOON_S: Final = 0.02
_END_OF_BATCH: Final = "204"
_NOTHING: Final = "404"


@dataclass(frozen=True, slots=True)
class _Address:
    servers: list[str]
    prefix: str
    replicas: int


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    prefix = parts.path.strip("/") or "bandstand"
    if not prefix.replace("-", "").replace("_", "").isalnum():
        raise Invalid(f"log address {url!r}: the path names a prefix of letters, digits, - and _")
    replicas = parse_qs(parts.query).get("replicas", ["1"])[0]
    if replicas not in {"1", "3", "5"}:
        raise Invalid(f"log address {url!r}: replicas is 1, 3 or 5")
    servers = [f"{parts.scheme}://{host}" for host in parts.netloc.split(",") if host]
    if not servers:
        raise Invalid(f"log address {url!r} names no server")
    return _Address(servers, prefix, int(replicas))


@dataclass(slots=True)
class _News:
    """How many messages of a topic were heard of, and the bell for the next."""

    bell: asyncio.Event
    heard: int = 0


class NatsLog:
    """An EventLog on JetStream. Connects at first use and again whenever the server comes back."""

    def __init__(self, url: str) -> None:
        """Take the address `nats://[user:password@]host[:port][,host…][/prefix][?replicas=3]`."""
        self._address = _address(url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="event-log-nats", daemon=True)
        self._client: Client | None = None
        self._stream_api: JetStreamContext | None = None
        self._connecting: asyncio.Lock | None = None
        self._streams: set[str] = set()
        self._news: dict[str, _News] = {}
        self._acks: KeyValue | None = None
        self._closed = threading.Event()
        self._thread.start()

    def append(self, topic: str, events: Sequence[Event]) -> None:
        """See EventLog. On Unavailable some events of the call may be stored; say it again, ids are known."""
        bodies = [(event.id, encode(event)) for event in events]
        if bodies:
            self._run(self._append(check_topic(topic), bodies), ANSWER_TIMEOUT_S * (2 + len(bodies) / 10_000))

    def read(self, topic: str, after: int, limit: int) -> list[Entry]:
        """See EventLog."""
        return self._run(
            self._read(check_topic(topic), after, limit), ANSWER_TIMEOUT_S * (2 + limit / 10_000)
        )

    def last(self, topic: str) -> int:
        """See EventLog."""
        return self._run(self._last(check_topic(topic)))

    def wait(self, topic: str, after: int, timeout_s: float) -> bool:
        """See EventLog."""
        return self._run(self._wait(check_topic(topic), after, timeout_s), timeout_s + 2 * ANSWER_TIMEOUT_S)

    def ack(self, topic: str, consumer: str, offset: int) -> None:
        """See EventLog."""
        self._run(self._ack(check_topic(topic), consumer, offset))

    def lag(self, topic: str) -> dict[str, int]:
        """See EventLog."""
        return self._run(self._lag(check_topic(topic)))

    def close(self) -> None:
        """See EventLog."""
        if self._closed.is_set():
            return
        self._closed.set()
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(ANSWER_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_TIMEOUT_S)
        if not self._thread.is_alive():
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T], timeout_s: float = 2 * ANSWER_TIMEOUT_S) -> T:
        if self._closed.is_set():
            work.close()
            raise Unavailable("the event log is closed")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s)
        except TimeoutError as error:
            future.cancel()
            raise Unavailable(f"event log {self._where()} did not answer in time", retry_after_s=1) from error
        except (nats.errors.Error, OSError) as error:
            self._streams.clear()
            raise Unavailable(
                f"event log {self._where()} is away: {_said(error)}", retry_after_s=1
            ) from error

    def _where(self) -> str:
        return ", ".join(urlsplit(server).netloc.rpartition("@")[2] for server in self._address.servers)

    async def _connected(self) -> JetStreamContext:
        if self._connecting is None:
            self._connecting = asyncio.Lock()
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
        if not self._client.is_connected:
            deadline = time.monotonic() + ANSWER_TIMEOUT_S / 2
            while not self._client.is_connected:
                if time.monotonic() > deadline:
                    raise nats.errors.NoServersError
                await asyncio.sleep(0.05)
        if self._stream_api is None:
            self._stream_api = self._client.jetstream(
                timeout=ANSWER_TIMEOUT_S, publish_async_max_pending=4 * IN_FLIGHT
            )
        return self._stream_api

    async def _connect(self) -> Client:
        client = Client()
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S / 2):
                await client.connect(
                    self._address.servers,
                    connect_timeout=2,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=1,
                    error_cb=_report,
                    name="bandstand",
                )
        except BaseException:
            await client.close()
            raise
        return client

    async def _stream(self, topic: str) -> JetStreamContext:
        stream = await self._connected()
        if topic not in self._streams:
            config = StreamConfig(
                name=self._name(topic),
                subjects=[self._subject(topic)],
                storage=StorageType.FILE,
                num_replicas=self._address.replicas,
                duplicate_window=DUPLICATE_WINDOW_S,
                allow_direct=True,
                deny_delete=True,
            )
            try:
                await stream.add_stream(config)
            except nats.js.errors.BadRequestError:
                # An operator may have changed the stream (more replicas, another window): keep what is there.
                await stream.stream_info(self._name(topic))
            self._streams.add(topic)
        return stream

    async def _append(self, topic: str, bodies: list[tuple[str, bytes]]) -> None:
        stream = await self._stream(topic)
        subject, name = self._subject(topic), self._name(topic)
        for start in range(0, len(bodies), IN_FLIGHT):
            waiting = [
                await stream.publish_async(
                    subject, body, wait_stall=ANSWER_TIMEOUT_S, stream=name, headers={"Nats-Msg-Id": event_id}
                )
                for event_id, body in bodies[start : start + IN_FLIGHT]
            ]
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await asyncio.gather(*waiting)

    async def _read(self, topic: str, after: int, limit: int) -> list[Entry]:
        await self._stream(topic)
        entries: list[Entry] = []
        while len(entries) < limit:
            batch, more = await self._batch(topic, after, min(READ_AT_MOST, limit - len(entries)))
            entries.extend(batch)
            if not more or not batch:
                break
            after = batch[-1].offset
        return entries

    async def _batch(self, topic: str, after: int, limit: int) -> tuple[list[Entry], bool]:
        """One direct get of many messages: no consumer is created, the server streams them to an inbox."""
        client = self._client
        if client is None:
            raise nats.errors.ConnectionClosedError
        inbox = client.new_inbox()
        subscription = await client.subscribe(inbox)
        try:
            question = json.dumps({"seq": after + 1, "batch": limit}).encode()
            await client.publish(f"$JS.API.DIRECT.GET.{self._name(topic)}", question, reply=inbox)
            entries: list[Entry] = []
            while True:
                message = await subscription.next_msg(timeout=ANSWER_TIMEOUT_S)
                headers = message.headers or {}
                status = headers.get("Status")
                if status == _END_OF_BATCH:
                    return entries, int(headers.get("Nats-Num-Pending", "0")) > 0
                if status == _NOTHING:
                    return entries, False
                if status is not None:
                    raise nats.errors.Error(f"{status} {headers.get('Description', '')}")
                entries.append(_entry(headers, message.data))
        finally:
            await subscription.unsubscribe()

    async def _last(self, topic: str) -> int:
        stream = await self._stream(topic)
        return (await stream.stream_info(self._name(topic))).state.last_seq

    async def _wait(self, topic: str, after: int, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        news = await self._listen(topic)
        pause = _RECHECK_S
        while True:
            heard = news.heard
            if await self._last(topic) > after:
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            if news.heard != heard:
                continue
            news.bell.clear()
            try:
                await asyncio.wait_for(news.bell.wait(), min(remaining, pause))
                pause = _SOON_S  # heard of, perhaps not stored yet
            except TimeoutError:
                pause = _RECHECK_S

    async def _listen(self, topic: str) -> _News:
        if topic not in self._news:
            await self._stream(topic)
            news = self._news[topic] = _News(asyncio.Event())

            async def heard(_: Msg) -> None:
                news.heard += 1
                news.bell.set()

            if self._client is not None:
                await self._client.subscribe(self._subject(topic), cb=heard)
        return self._news[topic]

    async def _bucket(self) -> KeyValue:
        if self._acks is None:
            stream = await self._connected()
            self._acks = await stream.create_key_value(
                bucket=f"{self._address.prefix}-acks", history=1, replicas=self._address.replicas
            )
        return self._acks

    async def _ack(self, topic: str, consumer: str, offset: int) -> None:
        await (await self._bucket()).put(f"{topic}.{consumer}", str(offset).encode())

    async def _lag(self, topic: str) -> dict[str, int]:
        bucket = await self._bucket()
        try:
            keys = [key for key in await bucket.keys() if key.startswith(f"{topic}.")]
        except nats.js.errors.NoKeysError:
            return {}
        newest = await self._last(topic)
        values = [await bucket.get(key) for key in keys]
        return {
            key.partition(".")[2]: max(0, newest - int(value.value or b"0"))
            for key, value in zip(keys, values, strict=True)
        }

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0)

    def _name(self, topic: str) -> str:
        return f"{self._address.prefix}-{topic}"

    def _subject(self, topic: str) -> str:
        return f"{self._address.prefix}.{topic}"


def _entry(headers: dict[str, str], body: bytes) -> Entry:
    received = datetime.fromisoformat(headers["Nats-Time-Stamp"]).astimezone(UTC)
    return Entry(int(headers["Nats-Sequence"]), received, decode(body))


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__


async def _report(error: Exception) -> None:
    _LOG.debug("event log: %s", _said(error))
