"""The `bandstand` command."""

from bandstand.cli.main import app, main

__all__ = ["app", "main"]
