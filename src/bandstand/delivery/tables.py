"""The tables of delivery: which files were seen, what was wrong with them, how a scan stands."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Json, Privacy, UtcTime, col, table

_FILES = Privacy("know which files hold the music", keep="while the folder is scanned", whose="operator")

files = table(
    "delivery_files",
    col("id", IdType(), primary_key=True),
    col("root_id", IdType(), index=True),
    col("path", sa.LargeBinary()),
    col("folder_id", IdType(), index=True),
    col("size", sa.BigInteger()),
    col("mtime_ns", sa.BigInteger()),
    col("inode", sa.BigInteger()),
    col("reader", sa.Integer()),
    col("state", sa.Text()),
    col("reason", sa.Text()),
    col("source_hash", sa.Text(), index=True),
    col("sound_hash", sa.Text(), index=True),
    col("track_id", IdType(), nullable=True, index=True),
    col("album_group", sa.Text()),
    col("main_artist", sa.Text()),
    col("has_album_artist", sa.Boolean()),
    col("read_at", UtcTime()),
    about=_FILES,
)

problems = table(
    "delivery_problems",
    col("file_id", IdType(), primary_key=True),
    col("position", sa.Integer(), primary_key=True),
    col("root_id", IdType(), index=True),
    col("path", sa.LargeBinary()),
    col("code", sa.Text()),
    col("severity", sa.Text()),
    col("message", sa.Text()),
    col("hint", sa.Text()),
    about=_FILES,
)

scans = table(
    "delivery_scans",
    col("root_id", IdType(), primary_key=True),
    col("root", sa.LargeBinary()),
    col("state", sa.Text()),
    col("done", sa.BigInteger()),
    col("total", sa.BigInteger()),
    col("counts", Json),
    col("message", sa.Text()),
    col("started_at", UtcTime(), nullable=True),
    col("finished_at", UtcTime(), nullable=True),
    col("wanted_at", UtcTime(), nullable=True),
    col("lease_owner", sa.Text()),
    col("lease_until", UtcTime(), nullable=True),
    about=_FILES,
)
