"""Accounts on a real database: sign-in, links, tokens, limits, erasure."""

from datetime import UTC, datetime, timedelta

import pytest

from bandstand import accounts
from bandstand.accounts import model, service
from bandstand.platform.clock import FixedClock
from bandstand.platform.db import Database
from bandstand.platform.errors import Conflict, Forbidden, Invalid, TooMany, Unauthenticated

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_password_is_kept_as_argon2id_and_opens_a_session(db: Database) -> None:
    with db.begin() as tx:
        person = accounts.add_person(tx, "Ana", "correct horse", AT)
        found, hashed = service.find_credentials(tx, " ANA ")
        assert found == person.id
        assert hashed.startswith("$argon2id$")
        assert service.password_matches(hashed, "correct horse")
        assert not service.password_matches(hashed, "wrong horse")
        session = service.start_session(tx, person.id, AT)
        me = service.principal_of_session(tx, session.secret, AT)
        assert me is not None
        assert me.name == "Ana"
        assert service.principal_of_session(tx, session.secret, AT + timedelta(days=31)) is None


def test_two_names_that_look_alike_are_one(db: Database) -> None:
    with db.begin() as tx:
        accounts.add_person(tx, "Zoë", "password1", AT)
        with pytest.raises(Conflict, match="already"):
            accounts.add_person(tx, "ZOË", "password2", AT)


def test_guessing_is_slowed_per_account_and_per_address(db: Database, clock: FixedClock) -> None:
    with db.begin() as tx:
        for _ in range(model.ATTEMPTS_PER_ACCOUNT):
            service.refuse_guessing(tx, "ana", "10.0.0.1", clock())
            service.record_failure(tx, "ana", "10.0.0.1", clock())
        with pytest.raises(TooMany):
            service.refuse_guessing(tx, "Ana", "10.0.0.2", clock())
        service.refuse_guessing(tx, "ben", "10.0.0.1", clock())
        for i in range(model.ATTEMPTS_PER_ADDRESS):
            service.record_failure(tx, f"name{i}", "10.0.0.9", clock())
        with pytest.raises(TooMany):
            service.refuse_guessing(tx, "somebody", "10.0.0.9", clock())
        clock.advance(16 * 60)
        service.refuse_guessing(tx, "ana", "10.0.0.9", clock())


def test_the_first_link_makes_an_admin_once(db: Database) -> None:
    with db.begin() as tx:
        secret = accounts.make_link(tx, None, AT)
        other = accounts.make_link(tx, None, AT)
        admin = accounts.claim_link(tx, secret, AT, name="Root", password="long enough", market="pt")
        assert accounts.person_named(tx, "root").market == "PT"
        assert accounts.Role.ADMIN in service.person_with_id(tx, admin).roles
        with pytest.raises(Unauthenticated):
            accounts.claim_link(tx, secret, AT, name="Again", password="long enough")
        with pytest.raises(Conflict):
            accounts.claim_link(tx, other, AT, name="Again", password="long enough")
        late = accounts.make_link(tx, admin, AT)
        with pytest.raises(Unauthenticated):
            accounts.claim_link(tx, late, AT + timedelta(days=2))
        with pytest.raises(Conflict, match="last admin"):
            accounts.remove_person(tx, admin)


def test_tokens_carry_their_scopes(db: Database) -> None:
    with db.begin() as tx:
        person = accounts.add_person(tx, "Ana", "password1", AT)
        narrow = accounts.make_token(tx, person.id, AT, scopes=["user-read-private"], days=1)
        wide = accounts.make_token(tx, person.id, AT)
        ask = {"cookie": None, "role": "listener", "at": AT}
        accounts.authenticate(tx, bearer=narrow, scopes=["user-read-private"], **ask)  # type: ignore[arg-type]
        accounts.authenticate(tx, bearer=wide, scopes=["user-top-read"], **ask)  # type: ignore[arg-type]
        with pytest.raises(Forbidden, match="scope"):
            accounts.authenticate(tx, bearer=narrow, scopes=["user-top-read"], **ask)  # type: ignore[arg-type]
        ask["at"] = AT + timedelta(days=2)
        with pytest.raises(Unauthenticated):
            accounts.authenticate(tx, bearer=narrow, scopes=[], **ask)  # type: ignore[arg-type]
        with pytest.raises(Forbidden, match="admin"):
            accounts.authenticate(tx, cookie=None, bearer=wide, role="admin", scopes=[], at=AT)


def test_erasing_cuts_the_tie_to_the_log(db: Database) -> None:
    with db.begin() as tx:
        person = accounts.add_person(tx, "Ana", "password1", AT)
        pseudonym = accounts.pseudonym_of(tx, person.id)
        service.record_consent(tx, person.id, "insight", granted=True, at=AT)
        exported = accounts.export_person(tx, person.id)
        assert exported["account"]["name"] == "Ana"
        assert exported["consents"][0]["granted"] is True
        assert "password" not in str(exported)
        accounts.erase_person(tx, person.id)
        assert accounts.person_of(tx, pseudonym) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("market", "XX"),
        ("time_zone", "Mars/Base"),
        ("language", "english!"),
        ("birth_year", 1700),
        ("gender", "x"),
    ],
)
def test_what_an_account_refuses(db: Database, field: str, value: object) -> None:
    with db.begin() as tx:
        person = accounts.add_person(tx, "Ana", "password1", AT)
        with pytest.raises(Invalid):
            service.change_person(tx, person.id, {field: value}, AT)
