"""Alembic asks for this file by name; Bandstand calls Alembic as a library (see `__init__.py`) and nothing runs here."""

raise SystemExit("Use `bandstand migrate`, `make migration NAME=…` or `make drift`.")
