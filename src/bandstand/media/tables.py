"""The tables of media. Nothing in them is a person's: what a source is, who makes its renditions, what is kept."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Json, Privacy, UtcTime, col, table

_SOUND = Privacy("play the sound as it is", keep="while the source is known")
_WORK = Privacy("make each rendition once", keep="while the rendition is kept")

source_facts = table(
    "media_source_facts",
    col("source_hash", sa.Text(), primary_key=True),
    col("probe", Json),
    col("declared_samples", sa.BigInteger()),
    col("decoded_samples", sa.BigInteger(), nullable=True),
    col("track_lufs", sa.Float(), nullable=True),
    col("range_lu", sa.Float(), nullable=True),
    col("true_peak_dbtp", sa.Float(), nullable=True),
    col("waveform", sa.LargeBinary(), nullable=True),
    col("revision", sa.Integer()),
    col("added_at", UtcTime()),
    col("measured_at", UtcTime(), nullable=True),
    about=_SOUND,
)

makings = table(
    "media_makings",
    col("source_hash", sa.Text(), primary_key=True),
    col("family", sa.Text(), primary_key=True),
    col("owner", sa.Text()),
    col("lease_until", UtcTime()),
    col("state", sa.Text()),
    col("error", sa.Text(), nullable=True),
    about=_WORK,
)

renditions = table(
    "media_renditions",
    col("id", IdType(), primary_key=True),
    col("source_hash", sa.Text(), index=True),
    col("recipe", sa.Text()),
    col("family", sa.Text()),
    col("name", sa.Text()),
    col("size_bytes", sa.BigInteger()),
    col("bandwidth", sa.BigInteger()),
    col("average_bandwidth", sa.BigInteger()),
    col("state", sa.Text()),
    col("last_used_at", UtcTime(), index=True),
    about=_WORK,
)
