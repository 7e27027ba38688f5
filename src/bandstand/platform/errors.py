"""What can go wrong, as one tree. Rooms raise; only the faces and `app/http.py` translate.

BandstandError            500  something broke inside
├── Invalid               422  the request or file says something that cannot be
├── Unauthenticated       401  nobody is signed in
├── Forbidden             403  this person may not
├── NotFound              404  no such thing, or not yours to know of
├── Conflict              409  somebody was there first
├── Gone                  410  it was here, it is not any more
├── TooLarge              413  more than is taken
├── TooMany               429  slow down; `retry_after_s`
└── Unavailable           503  an engine is away; `retry_after_s`
"""


class BandstandError(Exception):
    """An error with a stable `code`, an HTTP `status` and a message that is safe to show."""

    code = "internal"
    status = 500

    def __init__(self, message: str, *, code: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code is not None:
            self.code = code


class Invalid(BandstandError):
    """The request or file says something that cannot be."""

    code, status = "invalid", 422


class Unauthenticated(BandstandError):
    """Nobody is signed in, or the token is not known."""

    code, status = "unauthenticated", 401


class Forbidden(BandstandError):
    """Not for this person to do."""

    code, status = "forbidden", 403


class NotFound(BandstandError):
    """There is no such thing, or it is not this person's to know of."""

    code, status = "not_found", 404


class Conflict(BandstandError):
    """Somebody was there first."""

    code, status = "conflict", 409


class Gone(BandstandError):
    """It was here and is not any more."""

    code, status = "gone", 410


class TooLarge(BandstandError):
    """More than is taken."""

    code, status = "too_large", 413


class TooMany(BandstandError):
    """Too much at once: come back after `retry_after_s` seconds."""

    code, status = "too_many", 429

    def __init__(
        self, message: str, *, retry_after_s: int = 1, code: str | None = None, **details: object
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after_s = retry_after_s


class Unavailable(BandstandError):
    """An engine (database, log, object store) is away: come back after `retry_after_s` seconds."""

    code, status = "unavailable", 503

    def __init__(
        self, message: str, *, retry_after_s: int = 2, code: str | None = None, **details: object
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after_s = retry_after_s
