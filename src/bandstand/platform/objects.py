"""Objects: obstore is the port, opened from an address; here are the few calls rooms make, with our errors.

An object is there whole or not at all: a folder gets it under another name first and renames, S3 does so itself.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore import exceptions
from obstore.store import LocalStore, S3Store

from bandstand.platform.errors import Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

Objects = LocalStore | S3Store

_RETRY_S: Final = 4
"""S3 is tried again for this long before the caller hears Unavailable."""
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_FULL: Final = ("No space left", "Disk quota", "StorageFull", "os error 28", "XMinioStorageFull")


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What the store knows of an object without reading it."""

    key: str
    size_bytes: int
    modified_at: datetime


def open_objects(url: str) -> Objects:
    """Open `file:///folder` (made if missing) or `s3://bucket/prefix` with the usual AWS variables.

    Raises Invalid for other addresses, Unavailable when the folder cannot be used.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path:
        folder = Path(unquote(parts.path))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return LocalStore(folder)
        except (OSError, exceptions.BaseError) as error:
            raise Unavailable(f"object folder {folder} cannot be used: {error}") from error
    if parts.scheme == "s3" and parts.netloc:
        return _open_s3(parts.netloc, parts.path.strip("/"))
    raise Invalid(f"objects address {url!r}: use file:///folder or s3://bucket/prefix")


def _open_s3(bucket: str, prefix: str) -> S3Store:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    client: ClientConfig = {"connect_timeout": timedelta(seconds=2), "timeout": timedelta(seconds=30)}
    if endpoint and urlsplit(endpoint).scheme == "http":
        allowed = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}
        if not allowed and urlsplit(endpoint).hostname not in _LOOPBACK:
            raise Invalid(
                f"AWS_ENDPOINT_URL {endpoint}: use https, or set AWS_ALLOW_HTTP=true for a private network"
            )
        client["allow_http"] = True
    retry: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=_RETRY_S)}
    try:
        if endpoint:
            return S3Store(
                bucket, prefix=prefix or None, endpoint=endpoint, client_options=client, retry_config=retry
            )
        return S3Store(bucket, prefix=prefix or None, client_options=client, retry_config=retry)
    except exceptions.BaseError as error:
        raise Invalid(f"S3 bucket {bucket!r} cannot be used: {_first_line(error)}") from error


def put(store: Objects, key: str, body: bytes | Path, content_type: str | None = None) -> None:
    """Store bytes, or a file's content, under `key`: whole or not at all. Replaces what was there."""
    attributes = (
        {"Content-Type": content_type} if content_type and not isinstance(store, LocalStore) else None
    )
    with _answering(key):
        obstore.put(store, _checked(key), body, attributes=attributes)


def get(store: Objects, key: str) -> bytes:
    """The whole object. Raises NotFound."""
    with _answering(key):
        return bytes(obstore.get(store, _checked(key)).bytes())


def get_range(store: Objects, key: str, start: int, length: int) -> bytes:
    """`length` bytes from `start`, fewer at the end of the object. Raises NotFound; Invalid past the end."""
    if start < 0 or length < 1:
        raise Invalid(f"object {key}: bytes {start}+{length} is no range")
    with _answering(key):
        return bytes(obstore.get_range(store, _checked(key), start=start, length=length))


def head(store: Objects, key: str) -> ObjectInfo:
    """Size and time of an object. Raises NotFound."""
    with _answering(key):
        found = obstore.head(store, _checked(key))
    return ObjectInfo(key, found["size"], found["last_modified"].astimezone(UTC))


def exists(store: Objects, key: str) -> bool:
    """Whether there is an object of this name."""
    try:
        head(store, key)
    except NotFound:
        return False
    return True


def delete(store: Objects, *keys: str) -> None:
    """Delete objects; those that are not there are fine."""
    for key in keys:
        try:
            with _answering(key):
                obstore.delete(store, _checked(key))
        except NotFound:
            continue


def list_prefix(store: Objects, prefix: str = "") -> Iterator[ObjectInfo]:
    """Every object below the folder `prefix`, in no promised order; half-made ones never appear."""
    with _answering(prefix):
        for page in obstore.list(store, prefix.strip("/") or None):
            for found in page:
                yield ObjectInfo(found["path"], found["size"], found["last_modified"].astimezone(UTC))


def size(store: Objects, prefix: str = "") -> int:
    """Bytes of all objects below the folder `prefix`."""
    return sum(found.size_bytes for found in list_prefix(store, prefix))


def local_path(store: Objects, key: str) -> Path | None:
    """Where a folder store keeps the object, whether or not it is there; None for other stores."""
    if not isinstance(store, LocalStore) or store.prefix is None:
        return None
    return Path(store.prefix) / _checked(key)


def presign(store: Objects, key: str, expires_in_s: int) -> str | None:
    """An address that reads the object until it expires; None where the store cannot make one."""
    if not isinstance(store, S3Store):
        return None
    with _answering(key):
        return obstore.sign(store, "GET", _checked(key), timedelta(seconds=expires_in_s))


def check(store: Objects) -> None:
    """Reach the store. Raises Unavailable when it is away: for readiness and the doctor."""
    exists(store, "bandstand-probe")


def _checked(key: str) -> str:
    parts = key.split("/")
    if not key or any(part in {"", ".", ".."} for part in parts) or any(ord(char) < 32 for char in key):  # noqa: PLR2004 - control characters
        raise Invalid(f"{key!r} is no object key")
    return key


@contextmanager
def _answering(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, exceptions.NotFoundError) as error:
        raise NotFound(f"there is no object {key!r}") from error
    except (exceptions.BaseError, OSError, ValueError) as error:
        reason = _first_line(error)
        text = str(error)
        if any(word in text for word in _FULL):
            raise Unavailable(
                f"no space left for object {key!r}: free some space or lower the size limit"
            ) from error
        if "range" in text.lower() and "start" in text.lower():
            raise Invalid(f"object {key!r}: the range starts past its end") from error
        raise Unavailable(f"the object store did not take or give {key!r}: {reason}") from error


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:300] if lines else type(error).__name__
