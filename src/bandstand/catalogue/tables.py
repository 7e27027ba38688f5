"""The tables of the catalogue. Nothing in them is a listener's; names of artists are the artists' own."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Json, Privacy, UtcTime, col, table

_SHOW = Privacy("show the catalogue", keep="while published", whose="nobody")
_CREDIT = Privacy("name who made it", keep="while published", whose="artist")
_MONEY = Privacy("know whom plays are owed to", keep="ten years after the last statement", whose="artist")

_SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Byte order on both engines, so that a page on one is the page on the other."""


def _id(
    name: str = "id", to: str | None = None, *, optional: bool = False, is_key: bool = False
) -> sa.Column[str]:
    references = [sa.ForeignKey(f"catalogue_{to}.id", ondelete="CASCADE")] if to else []
    return col(name, IdType(), *references, nullable=optional, primary_key=is_key)


artworks = table(
    "catalogue_artworks",
    _id(is_key=True),
    col("hash", sa.Text()),
    col("width", sa.Integer()),
    col("height", sa.Integer()),
    col("colour", sa.Text()),
    col("placeholder", sa.Text()),
    col("art1", sa.Text()),
    col("art2", sa.Text()),
    about=_SHOW,
)

artists = table(
    "catalogue_artists",
    _id(is_key=True),
    col("name", sa.Text()),
    col("name_key", sa.Text(), index=True),
    col("sort_name", sa.Text()),
    col("sort_key", _SORTED, index=True),
    col("mbid", sa.Text(), nullable=True, unique=True),
    _id("artwork_id", "artworks", optional=True),
    col("track_count", sa.Integer(), server_default="0"),
    col("album_count", sa.Integer(), server_default="0"),
    col("added_at", UtcTime()),
    about=_CREDIT,
)

albums = table(
    "catalogue_albums",
    _id(is_key=True),
    col("title", sa.Text()),
    col("sort_name", sa.Text()),
    col("sort_key", _SORTED, index=True),
    col("name_key", sa.Text()),
    col("kind", sa.Text()),
    col("release_date", _SORTED, index=True),
    col("original_date", sa.Text()),
    col("label", sa.Text()),
    col("barcode", sa.Text()),
    col("mbid", sa.Text(), nullable=True),
    _id("artwork_id", "artworks", optional=True),
    col("track_count", sa.Integer(), server_default="0"),
    col("available_count", sa.Integer(), server_default="0"),
    col("duration_ms", sa.BigInteger(), server_default="0"),
    col("added_at", UtcTime(), index=True),
    col("updated_at", UtcTime()),
    about=_SHOW,
)

album_keys = table(
    "catalogue_album_keys",
    col("key", sa.Text(), primary_key=True),
    _id("album_id", "albums"),
    sa.Index(None, "album_id"),
    about=_SHOW,
)

album_artists = table(
    "catalogue_album_artists",
    col("album_id", IdType(), sa.ForeignKey("catalogue_albums.id", ondelete="CASCADE"), primary_key=True),
    col("position", sa.Integer(), primary_key=True),
    _id("artist_id", "artists"),
    col("role", sa.Text()),
    col("join_phrase", sa.Text()),
    sa.Index(None, "artist_id"),
    about=_CREDIT,
)

recordings = table(
    "catalogue_recordings",
    _id(is_key=True),
    col("title", sa.Text()),
    col("isrc", sa.Text(), index=True),
    col("mbid", sa.Text(), nullable=True, index=True),
    col("duration_ms", sa.BigInteger()),
    col("is_explicit", sa.Boolean()),
    col("added_at", UtcTime()),
    about=_SHOW,
)

recording_artists = table(
    "catalogue_recording_artists",
    col(
        "recording_id",
        IdType(),
        sa.ForeignKey("catalogue_recordings.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    col("position", sa.Integer(), primary_key=True),
    _id("artist_id", "artists"),
    col("role", sa.Text()),
    col("join_phrase", sa.Text()),
    sa.Index(None, "artist_id"),
    about=_CREDIT,
)

sources = table(
    "catalogue_sources",
    col("hash", sa.Text(), primary_key=True),
    col("container", sa.Text()),
    col("codec", sa.Text()),
    col("sample_rate", sa.Integer()),
    col("channels", sa.Integer()),
    col("bits", sa.Integer(), nullable=True),
    col("kbps", sa.Integer()),
    col("samples", sa.BigInteger()),
    col("duration_ms", sa.BigInteger()),
    col("bytes", sa.BigInteger()),
    col("is_exact", sa.Boolean()),
    about=_SHOW,
)

tracks = table(
    "catalogue_tracks",
    _id(is_key=True),
    col("kind", sa.Text(), server_default="track"),
    _id("album_id", "albums"),
    _id("recording_id", "recordings"),
    col("source_hash", sa.Text(), sa.ForeignKey("catalogue_sources.hash"), index=True),
    col("title", sa.Text()),
    col("sort_key", _SORTED, index=True),
    col("disc", sa.Integer()),
    col("number", sa.Integer()),
    col("disc_total", sa.Integer(), nullable=True),
    col("track_total", sa.Integer(), nullable=True),
    col("status", sa.Text()),
    col("gain_track_db", sa.Float(), nullable=True),
    col("gain_track_peak", sa.Float(), nullable=True),
    col("gain_album_db", sa.Float(), nullable=True),
    col("gain_album_peak", sa.Float(), nullable=True),
    _id("artwork_id", "artworks", optional=True),
    col("facts", Json),
    col("added_at", UtcTime(), index=True),
    col("updated_at", UtcTime()),
    sa.Index(None, "album_id", "disc", "number"),
    sa.Index(None, "recording_id"),
    about=_SHOW,
)

genres = table(
    "catalogue_genres", _id(is_key=True), col("name", sa.Text()), col("sort_key", _SORTED), about=_SHOW
)

recording_genres = table(
    "catalogue_recording_genres",
    col(
        "recording_id",
        IdType(),
        sa.ForeignKey("catalogue_recordings.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    col("genre_id", IdType(), sa.ForeignKey("catalogue_genres.id", ondelete="CASCADE"), primary_key=True),
    col("position", sa.Integer()),
    sa.Index(None, "genre_id"),
    about=_SHOW,
)

lyrics = table(
    "catalogue_lyrics",
    col(
        "recording_id",
        IdType(),
        sa.ForeignKey("catalogue_recordings.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    col("plain", sa.Text()),
    col("synced", Json),
    col("language", sa.Text()),
    about=_SHOW,
)

rights_holders = table("catalogue_rights_holders", _id(is_key=True), col("name", sa.Text()), about=_MONEY)

recording_rights = table(
    "catalogue_recording_rights",
    col(
        "recording_id",
        IdType(),
        sa.ForeignKey("catalogue_recordings.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    col("holder_id", IdType(), sa.ForeignKey("catalogue_rights_holders.id"), primary_key=True),
    col("share_bp", sa.Integer()),
    about=_MONEY,
)

writers = table("catalogue_writers", col("name", sa.Text(), primary_key=True), about=_SHOW)
"""One row that a publishing transaction locks, so that two never make the same artist twice."""
