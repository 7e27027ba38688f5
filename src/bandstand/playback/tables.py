"""What playback keeps: devices, and sessions with what was decided for them."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Json, Privacy, UtcTime, col, table

_DEVICE = Privacy("show a person where they are listening", keep="as long as the account", whose="person")
_SESSION = Privacy("serve what was decided and say why", keep="as long as the account", whose="person")

devices = table(
    "playback_devices",
    col("id", IdType, primary_key=True),
    col("person", IdType),
    col("name", sa.Text),
    col("codecs", Json),
    col("first_seen_at", UtcTime),
    col("last_seen_at", UtcTime),
    sa.Index("ix_playback_devices_person", "person", "last_seen_at"),
    about=_DEVICE,
)

sessions = table(
    "playback_sessions",
    col("id", IdType, primary_key=True),
    col("person", IdType),
    col("device", IdType, nullable=True),
    col("track", IdType),
    col("recording", IdType),
    col("source_hash", sa.Text),
    col("decision", Json),
    col("opened_at", UtcTime),
    col("expires_at", UtcTime),
    sa.Index("ix_playback_sessions_person", "person", "opened_at"),
    about=_SESSION,
)
