"""The tables of accounts."""

import sqlalchemy as sa

from bandstand.platform.db import IdType, Privacy, UtcTime, col, table

_ACCOUNT = Privacy("run the account", "until the account is erased", "person")
_INSIGHT = Privacy("insight in groups of ten and more, with consent", "until withdrawn or erased", "person")
_SECURITY = Privacy("keep the account safe", "30 days after it ends", "person")

people = table(
    "accounts_people",
    col("id", IdType, primary_key=True),
    col("name", sa.Text),
    col("name_key", sa.Text, unique=True),
    col("password_hash", sa.Text, nullable=True, about=_SECURITY),
    col("plan", sa.Text),
    col("market", sa.Text),
    col("time_zone", sa.Text),
    col("language", sa.Text),
    col("birth_year", sa.Integer, nullable=True, about=_INSIGHT),
    col("gender", sa.Text, nullable=True, about=_INSIGHT),
    col("created_at", UtcTime),
    about=_ACCOUNT,
)

roles = table(
    "accounts_roles",
    col("person", IdType, sa.ForeignKey("accounts_people.id", ondelete="CASCADE"), primary_key=True),
    col("role", sa.Text, primary_key=True),
    about=_ACCOUNT,
)

pseudonyms = table(
    "accounts_pseudonyms",
    col("pseudonym", sa.Text, primary_key=True),
    col("person", IdType, sa.ForeignKey("accounts_people.id", ondelete="CASCADE"), unique=True),
    about=Privacy("tie events in the log to a person", "until the account is erased", "person"),
)

sessions = table(
    "accounts_sessions",
    col("id", IdType, primary_key=True),
    col("person", IdType, sa.ForeignKey("accounts_people.id", ondelete="CASCADE"), index=True),
    col("secret_hash", sa.Text, unique=True),
    col("user_agent", sa.Text),
    col("address", sa.Text),
    col("created_at", UtcTime),
    col("seen_at", UtcTime),
    col("expires_at", UtcTime),
    about=_SECURITY,
)

tokens = table(
    "accounts_tokens",
    col("id", IdType, primary_key=True),
    col("person", IdType, sa.ForeignKey("accounts_people.id", ondelete="CASCADE"), index=True),
    col("secret_hash", sa.Text, unique=True),
    col("label", sa.Text),
    col("scopes", sa.Text),
    col("created_at", UtcTime),
    col("expires_at", UtcTime, nullable=True),
    about=_SECURITY,
)

links = table(
    "accounts_links",
    col("secret_hash", sa.Text, primary_key=True),
    col("person", IdType, sa.ForeignKey("accounts_people.id", ondelete="CASCADE"), nullable=True),
    col("expires_at", UtcTime),
    about=_SECURITY,
)

failures = table(
    "accounts_sign_in_failures",
    col("id", IdType, primary_key=True),
    col("subject", sa.Text, index=True),
    col("at", UtcTime),
    about=Privacy("slow down guessing", "15 minutes", "person"),
)

consents = table(
    "accounts_consents",
    col("id", IdType, primary_key=True),
    col("person", IdType, sa.ForeignKey("accounts_people.id", ondelete="CASCADE"), index=True),
    col("purpose", sa.Text),
    col("granted", sa.Boolean),
    col("at", UtcTime),
    about=Privacy("prove what was agreed to and when", "until the account is erased", "person"),
)
