"""What library keeps: saved things, playlists with their items and edits, plays."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Json, Privacy, UtcTime, col, table

_SAVED = Privacy(
    "keep what a person saved or follows", keep="until removed or the account ends", whose="person"
)
_PLAYLIST = Privacy(
    "keep a person's playlists",
    keep="as long as the account, deleted ones too, so that they can be restored",
    whose="person",
)
_EDITS = Privacy("take back edits of a playlist", keep="the last 200 edits", whose="person")
_PLAYS = Privacy(
    "show a person their history; a view of the log", keep="as long as the account", whose="person"
)

saved = table(
    "library_saved",
    col("person", IdType, primary_key=True),
    col("kind", sa.Text, primary_key=True),
    col("item", IdType, primary_key=True),
    col("saved_at", UtcTime),
    sa.Index("ix_library_saved_newest", "person", "kind", "saved_at", "item"),
    sa.Index("ix_library_saved_item", "kind", "item"),
    about=_SAVED,
)

playlists = table(
    "library_playlists",
    col("id", IdType, primary_key=True),
    col("owner", IdType),
    col("name", sa.Text),
    col("description", sa.Text),
    col("is_public", sa.Boolean),
    col("revision", sa.Integer),
    col("snapshot_id", IdType),
    col("total", sa.Integer),
    col("created_at", UtcTime),
    col("changed_at", UtcTime),
    col("deleted_at", UtcTime, nullable=True),
    sa.Index("ix_library_playlists_owner", "owner"),
    about=_PLAYLIST,
)

items = table(
    "library_playlist_items",
    col("playlist", IdType, sa.ForeignKey("library_playlists.id", ondelete="CASCADE"), primary_key=True),
    col("uid", IdType, primary_key=True),
    col("rank", sa.BigInteger),
    col("kind", sa.Text),
    col("item", IdType),
    col("added_at", UtcTime),
    col("added_by", IdType),
    sa.Index("ix_library_playlist_items_order", "playlist", "rank"),
    sa.Index("ix_library_playlist_items_item", "item"),
    about=_PLAYLIST,
)

edits = table(
    "library_playlist_edits",
    col("playlist", IdType, sa.ForeignKey("library_playlists.id", ondelete="CASCADE"), primary_key=True),
    col("revision", sa.Integer, primary_key=True, autoincrement=False),
    col("before", IdType),
    col("at", UtcTime),
    col("by", IdType),
    col("undo", Json),
    col("is_undone", sa.Boolean),
    col("is_undo", sa.Boolean),
    about=_EDITS,
)

plays = table(
    "library_plays",
    col("id", IdType, primary_key=True),
    col("person", IdType),
    col("session", IdType),
    col("track", IdType),
    col("recording", IdType),
    col("played_at", UtcTime),
    col("received_at", UtcTime),
    col("heard_ms", sa.BigInteger),
    col("context", sa.Text, nullable=True),
    col("is_organic", sa.Boolean, nullable=True),
    sa.Index("ix_library_plays_newest", "person", "played_at", "id"),
    about=_PLAYS,
)
