"""What can be done with accounts. Nothing here commits or knows HTTP."""

import functools
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bandstand.accounts import model, store
from bandstand.accounts.model import Person, Principal, Role, SignedIn
from bandstand.accounts.tables import people as people_table
from bandstand.accounts.tables import sessions as sessions_table
from bandstand.platform.db import Tx
from bandstand.platform.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from bandstand.platform.ids import Id, is_id, new_id

_hasher = PasswordHasher()  # Argon2id with RFC 9106's low-memory parameters


@functools.cache
def _decoy() -> str:
    """Give a hash nobody knows the password of, so that an unknown name takes as long as a wrong password."""
    return _hasher.hash(secrets.token_hex(16))


def digest(secret: str) -> str:
    """Give what is stored of a 256-bit secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_person(
    tx: Tx,
    name: str,
    password: str | None,
    at: datetime,
    *,
    roles: Sequence[str] = (Role.LISTENER,),
    market: str = "US",
    time_zone: str = "UTC",
    language: str = "en",
) -> Person:
    """Make an account; Conflict when the name is taken."""
    tidy = model.check_name(name)
    if password is not None:
        model.check_password(password)
    if store.by_name(tx, model.name_key(tidy)):
        raise Conflict(f"There is already somebody called {tidy!r}.", code="name_taken", field="name")
    person = Person(
        id=new_id(at),
        name=tidy,
        roles=frozenset(Role(r).value for r in roles),
        plan="premium" if Role.ADMIN in roles else "free",
        market=model.check_market(market),
        time_zone=_check_time_zone(time_zone),
        language=model.check_language(language),
        birth_year=None,
        gender=None,
        created_at=at,
    )
    hashed = _hasher.hash(password) if password is not None else None
    store.insert_person(
        tx, person, name_key=model.name_key(tidy), password_hash=hashed, pseudonym=secrets.token_hex(16)
    )
    return person


def _check_time_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise Invalid(
            f"{zone[:40]!r} is no time zone such as Europe/Lisbon.", code="bad_time_zone", field="time_zone"
        )
    return zone


def remove_person(tx: Tx, person: Id) -> None:
    """Delete an account; its pseudonym is unlinked for ever. The last admin stays."""
    found = store.by_id(tx, person)
    if found is None:
        raise NotFound("There is no such person.")
    if Role.ADMIN in found.roles and sum(Role.ADMIN in p.roles for p in people(tx)) == 1:
        raise Conflict("This is the last admin. Make another one first.", code="last_admin")
    store.delete_person(tx, person)


def people(tx: Tx) -> list[Person]:
    """Give everybody, by name."""
    return store.find_people(tx)


def person_named(tx: Tx, name: str) -> Person:
    """Give the person of that name or NotFound."""
    found = store.by_name(tx, model.name_key(name))
    if found is None:
        raise NotFound(f"There is nobody called {name[:64]!r}.")
    return found


def person_with_id(tx: Tx, person: Id) -> Person:
    """Give the person or NotFound."""
    found = store.by_id(tx, person) if is_id(person) else None
    if found is None:
        raise NotFound("There is no such person.")
    return found


def person_of(tx: Tx, pseudonym: str) -> Id | None:
    """Give whose pseudonym this is, or None once erased."""
    return store.person_of(tx, pseudonym)


def pseudonym_of(tx: Tx, person: Id) -> str:
    """Give the name under which the log knows a person."""
    found = store.pseudonym_of(tx, person)
    if found is None:
        raise NotFound("There is no such person.")
    return found


def needs_setup(tx: Tx) -> bool:
    """Whether nobody has an account yet."""
    return store.count_people(tx) == 0


# --- signing in


def refuse_guessing(tx: Tx, name: str, address: str, at: datetime) -> None:
    """Raise TooMany when this account or address had too many wrong passwords lately."""
    since = at - model.ATTEMPT_WINDOW
    by_account = store.count_failures(tx, f"name:{model.name_key(name)}", since)
    by_address = store.count_failures(tx, f"address:{address}", since)
    if by_account >= model.ATTEMPTS_PER_ACCOUNT or by_address >= model.ATTEMPTS_PER_ADDRESS:
        raise TooMany(
            "Too many wrong passwords. Wait a quarter of an hour, or ask an admin for a one-time link.",
            code="too_many_attempts",
            retry_after_s=int(model.ATTEMPT_WINDOW.total_seconds()),
        )


def find_credentials(tx: Tx, name: str) -> tuple[Id | None, str]:
    """Give (person, hash to check); an unknown name gets a decoy so that timing tells nothing."""
    found = store.by_name(tx, model.name_key(name))
    hashed = store.password_hash(tx, found.id) if found else None
    return (found.id, hashed) if found and hashed else (None, _decoy())


def password_matches(hashed: str, password: str) -> bool:
    """Whether the password is right; slow on purpose, so call it outside a transaction."""
    try:
        return _hasher.verify(hashed, password[: model.PASSWORD_MAX])
    except (VerificationError, InvalidHashError):
        return False


def record_failure(tx: Tx, name: str, address: str, at: datetime) -> None:
    """Remember a wrong password for both the account and the address."""
    for subject in (f"name:{model.name_key(name)}", f"address:{address}"):
        store.insert_failure(tx, new_id(at), subject, at, at - model.ATTEMPT_WINDOW)


def start_session(tx: Tx, person: Id, at: datetime, *, user_agent: str = "", address: str = "") -> SignedIn:
    """Open a session and give its secret, once."""
    secret = secrets.token_urlsafe(32)
    expires = at + model.SESSION_LASTS
    store.delete_sessions(tx, sessions_table.c.expires_at < at)
    store.insert_session(
        tx,
        id=new_id(at),
        person=person,
        secret_hash=digest(secret),
        user_agent=user_agent[:300],
        address=address[:64],
        created_at=at,
        seen_at=at,
        expires_at=expires,
    )
    found = store.by_id(tx, person)
    if found:
        store.clear_failures(tx, f"name:{model.name_key(found.name)}")
    return SignedIn(person=person, secret=secret, expires_at=expires)


def end_session(tx: Tx, person: Id, session: Id) -> None:
    """End one session of a person; NotFound when it is not theirs."""
    ours = (sessions_table.c.id == session, sessions_table.c.person == person)
    if not is_id(session) or not store.delete_sessions(tx, *ours):
        raise NotFound("There is no such session.")


def sessions_of(tx: Tx, person: Id) -> Sequence[Any]:
    """Give a person's sessions, newest first."""
    return store.sessions_of(tx, person)


def principal_of_session(tx: Tx, secret: str, at: datetime) -> Principal | None:
    """Give who holds this session cookie."""
    owner = store.session_owner(tx, digest(secret), at)
    return _principal(tx, owner[1], None, session=owner[0]) if owner else None


def principal_of_token(tx: Tx, secret: str, at: datetime) -> Principal | None:
    """Give who holds this access token."""
    owner = store.token_owner(tx, digest(secret), at)
    if owner is None:
        return None
    scopes = None if owner[1] == "*" else frozenset(owner[1].split())
    return _principal(tx, owner[0], scopes)


def _principal(
    tx: Tx, person: Id, scopes: frozenset[str] | None, session: Id | None = None
) -> Principal | None:
    found = store.by_id(tx, person)
    pseudonym = store.pseudonym_of(tx, person)
    if found is None or pseudonym is None:
        return None
    return Principal(
        id=found.id,
        name=found.name,
        roles=found.roles,
        pseudonym=pseudonym,
        market=found.market,
        plan=found.plan,
        time_zone=found.time_zone,
        language=found.language,
        scopes=scopes,
        session=session,
    )


def authenticate(
    tx: Tx, *, cookie: str | None, bearer: str | None, role: str, scopes: Sequence[str], at: datetime
) -> Principal:
    """Give who calls; Unauthenticated without good credentials, Forbidden without the role or a scope."""
    me = None
    if bearer:
        me = principal_of_token(tx, bearer, at)
    elif cookie:
        me = principal_of_session(tx, cookie, at)
    if me is None:
        raise Unauthenticated("Sign in first.")
    if role != Role.LISTENER and not me.may(role):
        raise Forbidden(f"This needs the role {role}.", code="needs_role", role=role)
    lacking = [s for s in scopes if me.scopes is not None and s not in me.scopes]
    if lacking:
        raise Forbidden(
            f"Insufficient client scope: needs {', '.join(lacking)}.", code="needs_scope", scopes=lacking
        )
    return me


# --- one-time links and tokens


def make_link(tx: Tx, person: Id | None, at: datetime, lasts: timedelta = model.LINK_LASTS) -> str:
    """Make the secret of a link that signs `person` in once, or (None) makes the first admin."""
    secret = secrets.token_urlsafe(32)
    store.insert_link(tx, secret_hash=digest(secret), person=person, expires_at=at + lasts)
    return secret


def claim_link(
    tx: Tx, secret: str, at: datetime, *, name: str | None = None, password: str | None = None, **about: str
) -> Id:
    """Use up a link and give the person it signs in; one that makes the first admin needs a name and a password."""
    good, person = store.take_link(tx, digest(secret), at)
    if not good:
        raise Unauthenticated(
            "This link was used already or has expired. Start again for a new one.", code="bad_link"
        )
    if person is not None:
        return person
    if not needs_setup(tx):
        raise Conflict("Somebody has set this server up already. Sign in.", code="already_set_up")
    if not name or not password:
        raise Invalid("Choose a name and a password.", code="name_and_password_needed", field="name")
    return add_person(tx, name, password, at, roles=[Role.ADMIN, Role.STAFF, Role.LISTENER], **about).id


def make_token(
    tx: Tx,
    person: Id,
    at: datetime,
    *,
    label: str = "",
    scopes: Sequence[str] | None = None,
    days: int | None = None,
) -> str:
    """Make a personal access token (all scopes by default) and give it, once."""
    secret = "bs_" + secrets.token_urlsafe(32)
    store.insert_token(
        tx,
        id=new_id(at),
        person=person,
        secret_hash=digest(secret),
        label=label[:100],
        scopes="*" if scopes is None else " ".join(scopes),
        created_at=at,
        expires_at=at + timedelta(days=days) if days else None,
    )
    return secret


# --- one's own account


def change_person(tx: Tx, person: Id, changes: dict[str, Any], at: datetime) -> Person:
    """Change market, time zone, language, birth year or gender."""
    checks: dict[str, Callable[[Any], Any]] = {
        "market": model.check_market,
        "time_zone": _check_time_zone,
        "language": model.check_language,
        "birth_year": lambda year: model.check_birth_year(year, at.year),
        "gender": model.check_gender,
    }
    store.change_person(tx, person, {k: checks[k](v) for k, v in changes.items()})
    return person_with_id(tx, person)


def change_password(tx: Tx, person: Id, old: str, new: str) -> None:
    """Set a new password after the old one was shown; every session ends."""
    model.check_password(new)
    if not password_matches(store.password_hash(tx, person) or _decoy(), old):
        raise Forbidden("The old password is not right.", code="wrong_password", field="old")
    store.change_person(tx, person, {"password_hash": _hasher.hash(new)})


def record_consent(tx: Tx, person: Id, purpose: str, *, granted: bool, at: datetime) -> None:
    """Add to the history of what a person agreed to."""
    if purpose not in model.PURPOSES:
        raise Invalid(
            f"Consent is asked for {', '.join(model.PURPOSES)}.", code="bad_purpose", field="purpose"
        )
    store.insert_consent(tx, id=new_id(at), person=person, purpose=purpose, granted=granted, at=at)


def consent_history(tx: Tx, person: Id) -> Sequence[Any]:
    """Give every consent given or withdrawn, oldest first."""
    return store.consents_of(tx, person)


def export_person(tx: Tx, person: Id) -> dict[str, Any]:
    """Give all this room knows of a person, secrets left out."""
    found = person_with_id(tx, person)
    return {
        "account": {
            "id": found.id,
            "name": found.name,
            "roles": sorted(found.roles),
            "plan": found.plan,
            "market": found.market,
            "time_zone": found.time_zone,
            "language": found.language,
            "birth_year": found.birth_year,
            "gender": found.gender,
            "created_at": found.created_at.isoformat(),
            "pseudonym": store.pseudonym_of(tx, person),
        },
        "sessions": [
            {"user_agent": s.user_agent, "address": s.address, "created_at": s.created_at.isoformat()}
            for s in store.sessions_of(tx, person)
        ],
        "consents": [
            {"purpose": c.purpose, "granted": c.granted, "at": c.at.isoformat()}
            for c in store.consents_of(tx, person)
        ],
    }


def erase_person(tx: Tx, person: Id) -> None:
    """Delete the account and the tie between pseudonym and person."""
    remove_person(tx, person)


def name_of(tx: Tx, person: Id) -> str | None:
    """Give a person's name, or None."""
    found = store.find_people(tx, people_table.c.id == person)
    return found[0].name if found else None
