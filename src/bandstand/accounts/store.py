"""Queries of accounts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bandstand.accounts.model import Person
from bandstand.accounts.tables import consents, failures, links, people, pseudonyms, roles, sessions, tokens
from bandstand.platform.db import Tx
from bandstand.platform.ids import Id


def insert_person(
    tx: Tx, person: Person, *, name_key: str, password_hash: str | None, pseudonym: str
) -> None:
    """Write a new person with roles and pseudonym."""
    fields = {
        n: getattr(person, n) for n in ("id", "name", "plan", "market", "time_zone", "language", "created_at")
    }
    fields |= {"birth_year": person.birth_year, "gender": person.gender}
    tx.execute(people.insert().values(**fields, name_key=name_key, password_hash=password_hash))
    tx.execute(roles.insert(), [{"person": person.id, "role": r} for r in sorted(person.roles)])
    tx.execute(pseudonyms.insert().values(pseudonym=pseudonym, person=person.id))


def _person(row: Any, held: Iterable[str]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        roles=frozenset(held),
        plan=row.plan,
        market=row.market,
        time_zone=row.time_zone,
        language=row.language,
        birth_year=row.birth_year,
        gender=row.gender,
        created_at=row.created_at,
    )


def find_people(tx: Tx, *where: sa.ColumnElement[bool]) -> list[Person]:
    """Give the people that match, by name."""
    rows = tx.execute(sa.select(people).where(*where).order_by(people.c.name_key)).all()
    held: dict[Id, list[str]] = {}
    for person, role in tx.execute(sa.select(roles.c.person, roles.c.role)):
        held.setdefault(person, []).append(role)
    return [_person(row, held.get(row.id, ())) for row in rows]


def by_id(tx: Tx, person: Id) -> Person | None:
    """Give a person by id."""
    return next(iter(find_people(tx, people.c.id == person)), None)


def by_name(tx: Tx, name_key: str) -> Person | None:
    """Give a person by the key of their name."""
    return next(iter(find_people(tx, people.c.name_key == name_key)), None)


def password_hash(tx: Tx, person: Id) -> str | None:
    """Give the Argon2id hash."""
    return tx.scalar(sa.select(people.c.password_hash).where(people.c.id == person))


def change_person(tx: Tx, person: Id, fields: dict[str, Any]) -> None:
    """Set the given columns."""
    if fields:
        tx.execute(people.update().where(people.c.id == person).values(**fields))


def delete_person(tx: Tx, person: Id) -> None:
    """Delete the person; all that hangs on them goes too."""
    for owned in (roles, pseudonyms, sessions, tokens, links, consents):
        tx.execute(owned.delete().where(owned.c.person == person))
    tx.execute(people.delete().where(people.c.id == person))


def person_of(tx: Tx, pseudonym: str) -> Id | None:
    """Give whose pseudonym this is, or None once erased."""
    return tx.scalar(sa.select(pseudonyms.c.person).where(pseudonyms.c.pseudonym == pseudonym))


def pseudonym_of(tx: Tx, person: Id) -> str | None:
    """Give the name the log knows a person by."""
    return tx.scalar(sa.select(pseudonyms.c.pseudonym).where(pseudonyms.c.person == person))


def insert_session(tx: Tx, **fields: Any) -> None:
    """Write a session."""
    tx.execute(sessions.insert().values(**fields))


def session_owner(tx: Tx, secret_hash: str, at: datetime) -> tuple[Id, Id] | None:
    """Give (session, person) for a live session."""
    row = tx.execute(
        sa.select(sessions.c.id, sessions.c.person).where(
            sessions.c.secret_hash == secret_hash, sessions.c.expires_at > at
        )
    ).first()
    return (row.id, row.person) if row else None


def sessions_of(tx: Tx, person: Id) -> Sequence[Any]:
    """Give a person's sessions, newest first."""
    return tx.execute(
        sa.select(sessions).where(sessions.c.person == person).order_by(sessions.c.created_at.desc())
    ).all()


def delete_sessions(tx: Tx, *where: sa.ColumnElement[bool]) -> int:
    """End sessions."""
    return tx.execute(sessions.delete().where(*where)).rowcount


def insert_token(tx: Tx, **fields: Any) -> None:
    """Write a personal access token."""
    tx.execute(tokens.insert().values(**fields))


def token_owner(tx: Tx, secret_hash: str, at: datetime) -> tuple[Id, str] | None:
    """Give (person, scopes) for a live token."""
    row = tx.execute(
        sa.select(tokens.c.person, tokens.c.scopes).where(
            tokens.c.secret_hash == secret_hash,
            sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > at),
        )
    ).first()
    return (row.person, row.scopes) if row else None


def insert_link(tx: Tx, *, secret_hash: str, person: Id | None, expires_at: datetime) -> None:
    """Write a one-time link."""
    tx.execute(links.insert().values(secret_hash=secret_hash, person=person, expires_at=expires_at))


def take_link(tx: Tx, secret_hash: str, at: datetime) -> tuple[bool, Id | None]:
    """Use up a link: (whether it was good, whose it was; nobody's makes the first admin)."""
    row = tx.execute(
        links.delete()
        .where(links.c.secret_hash == secret_hash, links.c.expires_at > at)
        .returning(links.c.person)
    ).first()
    return (row is not None, row.person if row else None)


def count_failures(tx: Tx, subject: str, since: datetime) -> int:
    """Count wrong passwords of an account or address."""
    return (
        tx.scalar(
            sa.select(sa.func.count())
            .select_from(failures)
            .where(failures.c.subject == subject, failures.c.at > since)
        )
        or 0
    )


def insert_failure(tx: Tx, ident: Id, subject: str, at: datetime, forget_before: datetime) -> None:
    """Remember a wrong password and forget the old ones."""
    tx.execute(failures.delete().where(failures.c.at < forget_before))
    tx.execute(failures.insert().values(id=ident, subject=subject, at=at))


def clear_failures(tx: Tx, subject: str) -> None:
    """Forget wrong passwords after a right one."""
    tx.execute(failures.delete().where(failures.c.subject == subject))


def insert_consent(tx: Tx, **fields: Any) -> None:
    """Add to the history of consents."""
    tx.execute(consents.insert().values(**fields))


def consents_of(tx: Tx, person: Id) -> Sequence[Any]:
    """Give the history of consents, oldest first."""
    return tx.execute(sa.select(consents).where(consents.c.person == person).order_by(consents.c.at)).all()


def count_people(tx: Tx) -> int:
    """Count the accounts."""
    return tx.scalar(sa.select(sa.func.count()).select_from(people)) or 0
