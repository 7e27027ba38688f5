"""What listening keeps: agreed sessions, each report, and the fold of every session."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Json, Privacy, UtcTime, col, table

_AGREED = Privacy(
    "check what devices report against what was agreed", keep="as long as the account", whose="person"
)
_REPORTED = Privacy("count plays; a view of the log", keep="as long as the account", whose="person")
_COUNTED = Privacy("count plays; a view of the log", keep="as long as the account", whose="person")

sessions = table(
    "listening_sessions",
    col("id", IdType, primary_key=True),
    col("person", sa.Text),
    col("device", IdType, nullable=True),
    col("track", IdType),
    col("recording", IdType),
    col("duration_ms", sa.Integer),
    col("opened_at", UtcTime),
    sa.Index("ix_listening_sessions_person", "person"),
    about=_AGREED,
)

heard = table(
    "listening_heard",
    col("session", IdType, primary_key=True),
    col("person", sa.Text, primary_key=True),
    col("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    col("event", IdType),
    col("kind", sa.Text),
    col("at", UtcTime),
    col("device_at", UtcTime),
    col("received_at", UtcTime),
    col("from_ms", sa.BigInteger, nullable=True),
    col("to_ms", sa.BigInteger, nullable=True),
    col("heard_ms", sa.BigInteger, nullable=True),
    col("track", sa.Text, nullable=True),
    col("told", Json),
    sa.Index("ix_listening_heard_received_at", "received_at"),
    sa.Index("ix_listening_heard_person", "person"),
    about=_REPORTED,
)

folds = table(
    "listening_folds",
    col("session", IdType, primary_key=True),
    col("person", sa.Text, primary_key=True),
    col("counted", sa.Boolean),
    col("reason", sa.Text),
    col("heard_ms", sa.BigInteger),
    col("last_at", UtcTime),
    col("state", Json),
    sa.Index("ix_listening_folds_person", "person", "last_at"),
    about=_COUNTED,
)
