"""How a job's arguments, results and errors are written down: as JSON anybody can read."""

import json
from datetime import datetime
from typing import Any


class JobFailed(Exception):
    """The error of a job as it was written down: its class and what it said."""


class JsonSerializer:
    """How DBOS writes arguments, results and errors: JSON, never pickled objects."""

    def name(self) -> str:
        """What DBOS notes beside each value."""
        return "bandstand_json"

    def serialize(self, data: Any) -> str:
        """Write a value, or an exception as its class and what it said."""
        return json.dumps(data, default=_plain)

    def deserialize(self, text: str) -> Any:
        """Read what `serialize` wrote; an exception comes back as JobFailed."""
        data = json.loads(text)
        if isinstance(data, dict) and set(data) == {"$error"}:
            return JobFailed(data["$error"])
        return data


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, BaseException):
        cause = getattr(value, "errors", None)
        if isinstance(cause, list) and cause and isinstance(cause[-1], BaseException):
            return _plain(cause[-1])  # DBOS' "too many tries" hides what went wrong
        return {"$error": f"{type(value).__name__}: {value}"[:2000]}
    raise TypeError(f"{type(value).__name__} is not JSON")
