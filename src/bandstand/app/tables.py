"""Imports every room's tables, so that `metadata` is whole: for migrations and for the drift check."""

import importlib
import importlib.util
import pkgutil

import bandstand
import bandstand.platform.log  # the outbox, offsets and dead letters
from bandstand.platform.db import metadata

for _room in pkgutil.iter_modules(bandstand.__path__):
    if _room.ispkg and importlib.util.find_spec(f"bandstand.{_room.name}.tables"):
        importlib.import_module(f"bandstand.{_room.name}.tables")

__all__ = ["metadata"]
