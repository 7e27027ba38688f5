"""First tables.

Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

from bandstand.platform.db import IdType, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts_people",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_people")),
        sa.UniqueConstraint("name_key", name=op.f("uq_accounts_people_name_key")),
    )
    op.create_table(
        "accounts_sign_in_failures",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_sign_in_failures")),
    )
    with op.batch_alter_table("accounts_sign_in_failures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_sign_in_failures_subject"), ["subject"], unique=False)

    op.create_table(
        "catalogue_artworks",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("placeholder", sa.Text(), nullable=False),
        sa.Column("art1", sa.Text(), nullable=False),
        sa.Column("art2", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_artworks")),
    )
    op.create_table(
        "catalogue_genres",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_genres")),
    )
    op.create_table(
        "catalogue_recordings",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("isrc", sa.Text(), nullable=False),
        sa.Column("mbid", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_explicit", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_recordings")),
    )
    with op.batch_alter_table("catalogue_recordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_recordings_isrc"), ["isrc"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_recordings_mbid"), ["mbid"], unique=False)

    op.create_table(
        "catalogue_rights_holders",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_rights_holders")),
    )
    op.create_table(
        "catalogue_sources",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=True),
        sa.Column("kbps", sa.Integer(), nullable=False),
        sa.Column("samples", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("is_exact", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_catalogue_sources")),
    )
    op.create_table(
        "catalogue_writers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalogue_writers")),
    )
    op.create_table(
        "delivery_files",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("root_id", IdType(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("folder_id", IdType(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("sound_hash", sa.Text(), nullable=False),
        sa.Column("track_id", IdType(), nullable=True),
        sa.Column("album_group", sa.Text(), nullable=False),
        sa.Column("main_artist", sa.Text(), nullable=False),
        sa.Column("has_album_artist", sa.Boolean(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_files")),
    )
    with op.batch_alter_table("delivery_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_files_folder_id"), ["folder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_files_root_id"), ["root_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_files_sound_hash"), ["sound_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_files_source_hash"), ["source_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_files_track_id"), ["track_id"], unique=False)

    op.create_table(
        "delivery_problems",
        sa.Column("file_id", IdType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("root_id", IdType(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("pk_delivery_problems")),
    )
    with op.batch_alter_table("delivery_problems", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_problems_root_id"), ["root_id"], unique=False)

    op.create_table(
        "delivery_scans",
        sa.Column("root_id", IdType(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("wanted_at", UtcTime(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("root_id", name=op.f("pk_delivery_scans")),
    )
    op.create_table(
        "library_playlists",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("owner", IdType(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", IdType(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_playlists")),
    )
    with op.batch_alter_table("library_playlists", schema=None) as batch_op:
        batch_op.create_index("ix_library_playlists_owner", ["owner"], unique=False)

    op.create_table(
        "library_plays",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.Column("session", IdType(), nullable=False),
        sa.Column("track", IdType(), nullable=False),
        sa.Column("recording", IdType(), nullable=False),
        sa.Column("played_at", UtcTime(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("is_organic", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_plays")),
    )
    with op.batch_alter_table("library_plays", schema=None) as batch_op:
        batch_op.create_index("ix_library_plays_newest", ["person", "played_at", "id"], unique=False)

    op.create_table(
        "library_saved",
        sa.Column("person", IdType(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", IdType(), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("person", "kind", "item", name=op.f("pk_library_saved")),
    )
    with op.batch_alter_table("library_saved", schema=None) as batch_op:
        batch_op.create_index("ix_library_saved_item", ["kind", "item"], unique=False)
        batch_op.create_index("ix_library_saved_newest", ["person", "kind", "saved_at", "item"], unique=False)

    op.create_table(
        "listening_folds",
        sa.Column("session", IdType(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.PrimaryKeyConstraint("session", "person", name=op.f("pk_listening_folds")),
    )
    with op.batch_alter_table("listening_folds", schema=None) as batch_op:
        batch_op.create_index("ix_listening_folds_person", ["person", "last_at"], unique=False)

    op.create_table(
        "listening_heard",
        sa.Column("session", IdType(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", IdType(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("device_at", UtcTime(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=True),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
        sa.Column("heard_ms", sa.BigInteger(), nullable=True),
        sa.Column("track", sa.Text(), nullable=True),
        sa.Column("told", Json, nullable=False),
        sa.PrimaryKeyConstraint("session", "person", "seq", name=op.f("pk_listening_heard")),
    )
    with op.batch_alter_table("listening_heard", schema=None) as batch_op:
        batch_op.create_index("ix_listening_heard_person", ["person"], unique=False)
        batch_op.create_index("ix_listening_heard_received_at", ["received_at"], unique=False)

    op.create_table(
        "listening_sessions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("device", IdType(), nullable=True),
        sa.Column("track", IdType(), nullable=False),
        sa.Column("recording", IdType(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening_sessions")),
    )
    with op.batch_alter_table("listening_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_listening_sessions_person", ["person"], unique=False)

    op.create_table(
        "log_dead_letters",
        sa.Column("consumer", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "offset", name=op.f("pk_log_dead_letters")),
    )
    op.create_table(
        "log_offsets",
        sa.Column("consumer", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("failing_offset", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_log_offsets")),
    )
    op.create_table(
        "log_outbox",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_outbox")),
    )
    op.create_table(
        "media_makings",
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_hash", "family", name=op.f("pk_media_makings")),
    )
    op.create_table(
        "media_renditions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("bandwidth", sa.BigInteger(), nullable=False),
        sa.Column("average_bandwidth", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_used_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_renditions")),
    )
    with op.batch_alter_table("media_renditions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_renditions_last_used_at"), ["last_used_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_media_renditions_source_hash"), ["source_hash"], unique=False)

    op.create_table(
        "media_source_facts",
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("probe", Json, nullable=False),
        sa.Column("declared_samples", sa.BigInteger(), nullable=False),
        sa.Column("decoded_samples", sa.BigInteger(), nullable=True),
        sa.Column("track_lufs", sa.Float(), nullable=True),
        sa.Column("range_lu", sa.Float(), nullable=True),
        sa.Column("true_peak_dbtp", sa.Float(), nullable=True),
        sa.Column("waveform", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("measured_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("source_hash", name=op.f("pk_media_source_facts")),
    )
    op.create_table(
        "playback_devices",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("codecs", Json, nullable=False),
        sa.Column("first_seen_at", UtcTime(), nullable=False),
        sa.Column("last_seen_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_devices")),
    )
    with op.batch_alter_table("playback_devices", schema=None) as batch_op:
        batch_op.create_index("ix_playback_devices_person", ["person", "last_seen_at"], unique=False)

    op.create_table(
        "playback_sessions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.Column("device", IdType(), nullable=True),
        sa.Column("track", IdType(), nullable=False),
        sa.Column("recording", IdType(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("decision", Json, nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_sessions")),
    )
    with op.batch_alter_table("playback_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_playback_sessions_person", ["person", "opened_at"], unique=False)

    op.create_table(
        "accounts_consents",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["accounts_people.id"], name=op.f("fk_accounts_consents_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_consents")),
    )
    with op.batch_alter_table("accounts_consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_consents_person"), ["person"], unique=False)

    op.create_table(
        "accounts_links",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("person", IdType(), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["accounts_people.id"], name=op.f("fk_accounts_links_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_accounts_links")),
    )
    op.create_table(
        "accounts_pseudonyms",
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["accounts_people.id"], name=op.f("fk_accounts_pseudonyms_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_accounts_pseudonyms")),
        sa.UniqueConstraint("person", name=op.f("uq_accounts_pseudonyms_person")),
    )
    op.create_table(
        "accounts_roles",
        sa.Column("person", IdType(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["accounts_people.id"], name=op.f("fk_accounts_roles_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", "role", name=op.f("pk_accounts_roles")),
    )
    op.create_table(
        "accounts_sessions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["accounts_people.id"], name=op.f("fk_accounts_sessions_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_accounts_sessions_secret_hash")),
    )
    with op.batch_alter_table("accounts_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_sessions_person"), ["person"], unique=False)

    op.create_table(
        "accounts_tokens",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person", IdType(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["accounts_people.id"], name=op.f("fk_accounts_tokens_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_accounts_tokens_secret_hash")),
    )
    with op.batch_alter_table("accounts_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_tokens_person"), ["person"], unique=False)

    op.create_table(
        "catalogue_albums",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "release_date", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("original_date", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("mbid", sa.Text(), nullable=True),
        sa.Column("artwork_id", IdType(), nullable=True),
        sa.Column("track_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("available_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artwork_id"],
            ["catalogue_artworks.id"],
            name=op.f("fk_catalogue_albums_artwork_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_albums")),
    )
    with op.batch_alter_table("catalogue_albums", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_albums_added_at"), ["added_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_albums_release_date"), ["release_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_albums_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "catalogue_artists",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("mbid", sa.Text(), nullable=True),
        sa.Column("artwork_id", IdType(), nullable=True),
        sa.Column("track_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("album_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artwork_id"],
            ["catalogue_artworks.id"],
            name=op.f("fk_catalogue_artists_artwork_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_artists")),
        sa.UniqueConstraint("mbid", name=op.f("uq_catalogue_artists_mbid")),
    )
    with op.batch_alter_table("catalogue_artists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_artists_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_artists_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "catalogue_lyrics",
        sa.Column("recording_id", IdType(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("synced", Json, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["catalogue_recordings.id"],
            name=op.f("fk_catalogue_lyrics_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_catalogue_lyrics")),
    )
    op.create_table(
        "catalogue_recording_genres",
        sa.Column("recording_id", IdType(), nullable=False),
        sa.Column("genre_id", IdType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["genre_id"],
            ["catalogue_genres.id"],
            name=op.f("fk_catalogue_recording_genres_genre_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["catalogue_recordings.id"],
            name=op.f("fk_catalogue_recording_genres_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "genre_id", name=op.f("pk_catalogue_recording_genres")),
    )
    with op.batch_alter_table("catalogue_recording_genres", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catalogue_recording_genres_genre_id"), ["genre_id"], unique=False
        )

    op.create_table(
        "catalogue_recording_rights",
        sa.Column("recording_id", IdType(), nullable=False),
        sa.Column("holder_id", IdType(), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["catalogue_rights_holders.id"],
            name=op.f("fk_catalogue_recording_rights_holder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["catalogue_recordings.id"],
            name=op.f("fk_catalogue_recording_rights_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "holder_id", name=op.f("pk_catalogue_recording_rights")),
    )
    op.create_table(
        "library_playlist_edits",
        sa.Column("playlist", IdType(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", IdType(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("by", IdType(), nullable=False),
        sa.Column("undo", Json, nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("is_undo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist"],
            ["library_playlists.id"],
            name=op.f("fk_library_playlist_edits_playlist"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("playlist", "revision", name=op.f("pk_library_playlist_edits")),
    )
    op.create_table(
        "library_playlist_items",
        sa.Column("playlist", IdType(), nullable=False),
        sa.Column("uid", IdType(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", IdType(), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("added_by", IdType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist"],
            ["library_playlists.id"],
            name=op.f("fk_library_playlist_items_playlist"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("playlist", "uid", name=op.f("pk_library_playlist_items")),
    )
    with op.batch_alter_table("library_playlist_items", schema=None) as batch_op:
        batch_op.create_index("ix_library_playlist_items_item", ["item"], unique=False)
        batch_op.create_index("ix_library_playlist_items_order", ["playlist", "rank"], unique=False)

    op.create_table(
        "catalogue_album_artists",
        sa.Column("album_id", IdType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("artist_id", IdType(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("join_phrase", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"],
            ["catalogue_albums.id"],
            name=op.f("fk_catalogue_album_artists_album_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["artist_id"],
            ["catalogue_artists.id"],
            name=op.f("fk_catalogue_album_artists_artist_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("album_id", "position", name=op.f("pk_catalogue_album_artists")),
    )
    with op.batch_alter_table("catalogue_album_artists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_album_artists_artist_id"), ["artist_id"], unique=False)

    op.create_table(
        "catalogue_album_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("album_id", IdType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"],
            ["catalogue_albums.id"],
            name=op.f("fk_catalogue_album_keys_album_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_catalogue_album_keys")),
    )
    with op.batch_alter_table("catalogue_album_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_album_keys_album_id"), ["album_id"], unique=False)

    op.create_table(
        "catalogue_recording_artists",
        sa.Column("recording_id", IdType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("artist_id", IdType(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("join_phrase", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artist_id"],
            ["catalogue_artists.id"],
            name=op.f("fk_catalogue_recording_artists_artist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["catalogue_recordings.id"],
            name=op.f("fk_catalogue_recording_artists_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "position", name=op.f("pk_catalogue_recording_artists")),
    )
    with op.batch_alter_table("catalogue_recording_artists", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catalogue_recording_artists_artist_id"), ["artist_id"], unique=False
        )

    op.create_table(
        "catalogue_tracks",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="track", nullable=False),
        sa.Column("album_id", IdType(), nullable=False),
        sa.Column("recording_id", IdType(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("disc", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("disc_total", sa.Integer(), nullable=True),
        sa.Column("track_total", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("gain_track_db", sa.Float(), nullable=True),
        sa.Column("gain_track_peak", sa.Float(), nullable=True),
        sa.Column("gain_album_db", sa.Float(), nullable=True),
        sa.Column("gain_album_peak", sa.Float(), nullable=True),
        sa.Column("artwork_id", IdType(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"],
            ["catalogue_albums.id"],
            name=op.f("fk_catalogue_tracks_album_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["artwork_id"],
            ["catalogue_artworks.id"],
            name=op.f("fk_catalogue_tracks_artwork_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["catalogue_recordings.id"],
            name=op.f("fk_catalogue_tracks_recording_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_hash"], ["catalogue_sources.hash"], name=op.f("fk_catalogue_tracks_source_hash")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_tracks")),
    )
    with op.batch_alter_table("catalogue_tracks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_tracks_added_at"), ["added_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_catalogue_tracks_album_id_disc_number"),
            ["album_id", "disc", "number"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_catalogue_tracks_recording_id"), ["recording_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_tracks_sort_key"), ["sort_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_tracks_source_hash"), ["source_hash"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the update")
