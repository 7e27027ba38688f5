"""Signed media addresses: a path prefix, outside the cache key, that says who may fetch one source and until when."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from bandstand.platform.errors import Forbidden

VERSION = "v1"
_NONCE_BYTES = 9
_MAC_BYTES = 18


@dataclass(frozen=True)
class Grant:
    """What a good signature says: `bearer` names the person (or session) without saying who it is."""

    bearer: str
    expires_at: int


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(secret: bytes, message: str, length: int) -> str:
    return _text(hmac.digest(secret, message.encode(), hashlib.sha256)[:length])


def _bearer(secret: bytes, person: str) -> str:
    return _digest(secret, f"media-bearer\n{person}", _NONCE_BYTES)


def _mac(secret: bytes, expiry: str, bearer: str, source_hash: str) -> str:
    return _digest(secret, f"media\n{VERSION}\n{expiry}\n{bearer}\n{source_hash}", _MAC_BYTES)


def sign(secret: bytes, source_hash: str, person: str, expires_at: datetime) -> str:
    """Give the signature that lets `person` (or a session's id) fetch one source until `expires_at`."""
    expiry, bearer = str(int(expires_at.timestamp())), _bearer(secret, person)
    return f"{VERSION}.{expiry}.{bearer}.{_mac(secret, expiry, bearer, source_hash)}"


def verify(secret: bytes, signature: str, source_hash: str, now: float, person: str | None = None) -> Grant:
    """Check a signature at `now` (Unix seconds), for `person` where given; Forbidden when altered, foreign or expired."""
    version, _, rest = signature.partition(".")
    expiry, _, rest = rest.partition(".")
    bearer, _, mac = rest.partition(".")
    is_shaped = version == VERSION and expiry.isascii() and expiry.isdigit() and len(expiry) <= 12  # noqa: PLR2004
    # Compared as bytes: compare_digest refuses text that is not ASCII.
    is_ours = hmac.compare_digest(_mac(secret, expiry, bearer, source_hash).encode(), mac.encode())
    if not is_shaped or not is_ours:
        raise Forbidden("This media address is not one of ours.", code="media_signature")
    if person is not None and bearer != _bearer(secret, person):
        raise Forbidden("This media address was given to somebody else.", code="media_signature")
    if int(expiry) <= now:
        raise Forbidden("This media address has expired; ask for a new one.", code="media_expired")
    return Grant(bearer, int(expiry))
