"""What every test may ask for. Tests reach nothing but loopback."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import bandstand.app.tables  # noqa: F401  (declares every table)
from bandstand.platform.clock import FixedClock
from bandstand.platform.db import Database, metadata

pytest_plugins = ["tests.engines"]
# A shared machine is slow now and then; that is no fault of the rule under test.
hypothesis.settings.register_profile(
    "shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared")
ROOT = Path(__file__).parent.parent
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
_real_connect = socket.socket.connect


def _connect(self: socket.socket, address: Any) -> None:
    if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
        raise OSError(f"tests stay on loopback, not {address[0]}")
    _real_connect(self, address)


socket.socket.connect = _connect  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of given material: real music, broken files, specifications."""
    folder = Path(os.environ.get("BANDSTAND_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("no shared material here (BANDSTAND_SHARED)")
    return folder


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon until moved."""
    return FixedClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite file with every table."""
    made = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    metadata.create_all(made.engine)
    yield made
    made.dispose()
