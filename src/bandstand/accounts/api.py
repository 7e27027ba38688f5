"""Accounts under /api: the welcome link, sign-in, one's own account, people for admins."""

import hashlib
import hmac
from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from bandstand.accounts import service
from bandstand.accounts.model import PURPOSES, Person, Principal, SignedIn
from bandstand.platform.db import Tx
from bandstand.platform.engines import Engines
from bandstand.platform.errors import Unauthenticated
from bandstand.platform.http import ADMIN, ANYONE, LISTENER, delete, get, patch, post, put

SESSION_COOKIE = "session"
CSRF_COOKIE = "csrf"
CSRF_HEADER = "x-csrf-token"
Req = Request[Any, Any, Any]


class PersonOut(msgspec.Struct):
    """An account as its owner and admins see it."""

    id: str
    name: str
    roles: list[str]
    plan: str
    market: str
    time_zone: str
    language: str
    birth_year: int | None
    gender: str | None
    created_at: datetime


class Credentials(msgspec.Struct):
    """What a person signs in with."""

    name: str
    password: str


class Claim(msgspec.Struct):
    """A one-time link and, for the first admin, the account to make."""

    token: str
    name: str | None = None
    password: str | None = None
    market: str = "US"
    time_zone: str = "UTC"
    language: str = "en"


class PersonChange(msgspec.Struct):
    """What a person may change of their account; what is left out stays."""

    market: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    birth_year: int | msgspec.UnsetType | None = msgspec.UNSET
    gender: str | msgspec.UnsetType | None = msgspec.UNSET


class PasswordChange(msgspec.Struct):
    """The old password proves it is really them."""

    old: str
    new: str


class NewPerson(msgspec.Struct):
    """An account an admin makes."""

    name: str
    password: str
    role: Literal["listener", "artist", "staff", "admin"] = "listener"


class Granted(msgspec.Struct):
    """A consent given or withdrawn."""

    granted: bool


def shown(person: Person) -> PersonOut:
    """Shape an account for the wire."""
    fields = {n: getattr(person, n) for n in PersonOut.__struct_fields__ if n != "roles"}
    return PersonOut(roles=sorted(person.roles), **fields)


def csrf_token(secret: bytes, session: str) -> str:
    """Give the token that unsafe requests must send back: an HMAC, so that it cannot be planted."""
    return hmac.new(secret, b"csrf:" + session.encode(), hashlib.sha256).hexdigest()


def address_of(request: Req) -> str:
    """Give the caller's address."""
    return request.client.host if request.client else "unknown"


def _signed_in(app: Engines, request: Req, session: SignedIn) -> Response[None]:
    secure = request.url.scheme == "https" or (app.public_url or "").startswith("https:")
    lasts = int((session.expires_at - app.clock()).total_seconds())
    return Response(
        None,
        status_code=204,
        cookies=[
            Cookie(
                SESSION_COOKIE,
                value=session.secret,
                httponly=True,
                samesite="lax",
                secure=secure,
                max_age=lasts,
            ),
            Cookie(
                CSRF_COOKIE,
                value=csrf_token(app.secret, session.secret),
                samesite="lax",
                secure=secure,
                max_age=lasts,
            ),
        ],
    )


@get("/api/welcome", who=ANYONE)
def welcome(tx: Tx, app: Engines) -> dict[str, Any]:
    """Say who we are and whether somebody still has to set this server up."""
    return {"name": "Bandstand", "version": app.version, "needs_setup": service.needs_setup(tx)}


@post("/api/welcome", who=ANYONE, status_code=204)
def claim(tx: Tx, app: Engines, request: Req, data: Claim) -> Response[None]:
    """Use a one-time link: makes the first admin, or signs in the person it was made for."""
    person = service.claim_link(
        tx,
        data.token,
        app.clock(),
        name=data.name,
        password=data.password,
        market=data.market,
        time_zone=data.time_zone,
        language=data.language,
    )
    agent = request.headers.get("user-agent", "")
    session = service.start_session(tx, person, app.clock(), user_agent=agent, address=address_of(request))
    return _signed_in(app, request, session)


@post("/api/session", who=ANYONE, status_code=204)
def sign_in(app: Engines, request: Req, data: Credentials) -> Response[None]:
    """Sign in with a password; a wrong one is remembered even though the request fails."""
    at, address = app.clock(), address_of(request)
    with app.db.read() as tx:
        service.refuse_guessing(tx, data.name, address, at)
        person, hashed = service.find_credentials(tx, data.name)
    right = service.password_matches(hashed, data.password)
    if not right or person is None:
        with app.db.begin() as tx:
            service.record_failure(tx, data.name, address, at)
        raise Unauthenticated("That name and password do not go together.", code="wrong_credentials")
    with app.db.begin() as tx:
        agent = request.headers.get("user-agent", "")
        session = service.start_session(tx, person, at, user_agent=agent, address=address)
    return _signed_in(app, request, session)


@delete("/api/session", who=LISTENER, status_code=204)
def sign_out(tx: Tx, me: Principal) -> Response[None]:
    """End this session."""
    if me.session:
        service.end_session(tx, me.id, me.session)
    gone = [Cookie(name, value="", max_age=0, samesite="lax") for name in (SESSION_COOKIE, CSRF_COOKIE)]
    return Response(None, status_code=204, cookies=gone)


@get("/api/me", who=LISTENER)
def my_account(tx: Tx, me: Principal) -> PersonOut:
    """Give one's own account."""
    return shown(service.person_with_id(tx, me.id))


@patch("/api/me", who=LISTENER)
def change_me(tx: Tx, me: Principal, app: Engines, data: PersonChange) -> PersonOut:
    """Change one's own account."""
    changes = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) is not msgspec.UNSET}
    return shown(service.change_person(tx, me.id, changes, app.clock()))


@post("/api/me/password", who=LISTENER, status_code=204)
def change_password(tx: Tx, me: Principal, data: PasswordChange) -> None:
    """Set a new password."""
    service.change_password(tx, me.id, data.old, data.new)


@get("/api/me/sessions", who=LISTENER)
def my_sessions(tx: Tx, me: Principal) -> dict[str, Any]:
    """Give where one is signed in."""
    return {
        "items": [
            {
                "id": s.id,
                "user_agent": s.user_agent,
                "address": s.address,
                "created_at": s.created_at,
                "expires_at": s.expires_at,
                "is_this_one": s.id == me.session,
            }
            for s in service.sessions_of(tx, me.id)
        ]
    }


@delete("/api/me/sessions/{session:str}", who=LISTENER, status_code=204)
def end_session(tx: Tx, me: Principal, session: str) -> None:
    """Sign out somewhere else."""
    service.end_session(tx, me.id, session)


@get("/api/me/consents", who=LISTENER)
def my_consents(tx: Tx, me: Principal) -> dict[str, Any]:
    """Give what one agreed to now, and the whole history."""
    history = [
        {"purpose": c.purpose, "granted": c.granted, "at": c.at} for c in service.consent_history(tx, me.id)
    ]
    now = dict.fromkeys(PURPOSES, False) | {str(c["purpose"]): c["granted"] for c in history}
    return {"consents": now, "history": history}


@put("/api/me/consents/{purpose:str}", who=LISTENER, status_code=204)
def consent(tx: Tx, me: Principal, app: Engines, purpose: str, data: Granted) -> None:
    """Give or withdraw a consent."""
    service.record_consent(tx, me.id, purpose, granted=data.granted, at=app.clock())


@get("/api/people", who=ADMIN)
def everybody(tx: Tx) -> dict[str, list[PersonOut]]:
    """Give every account."""
    return {"items": [shown(p) for p in service.people(tx)]}


@post("/api/people", who=ADMIN, status_code=201)
def add(tx: Tx, app: Engines, data: NewPerson) -> PersonOut:
    """Make an account."""
    roles = ["listener", data.role] if data.role != "listener" else ["listener"]
    return shown(service.add_person(tx, data.name, data.password, app.clock(), roles=roles))


@post("/api/people/{person:str}/link", who=ADMIN, status_code=201)
def link(tx: Tx, app: Engines, person: str) -> dict[str, str]:
    """Make a one-time sign-in link for somebody who cannot sign in."""
    return {"token": service.make_link(tx, service.person_with_id(tx, person).id, app.clock())}


ROUTES = [
    welcome,
    claim,
    sign_in,
    sign_out,
    my_account,
    change_me,
    change_password,
    my_sessions,
    end_session,
    my_consents,
    consent,
    everybody,
    add,
    link,
]
