"""What the server process loads: settings from the environment, the app put together."""

import os
from typing import Any

from bandstand.app.http import asgi_app
from bandstand.app.serve import leave_when_orphaned
from bandstand.app.settings import read_settings
from bandstand.app.wiring import build
from bandstand.platform.telemetry import set_up_logs


def create() -> Any:
    """Make the ASGI app of this process."""
    set_up_logs()
    leave_when_orphaned()
    app = build(read_settings(os.environ))
    app.engines.services["media"].makers.warm()
    return asgi_app(app)
