"""`bandstand user`: people, from the command line."""

import sys
from typing import Annotated

import typer

from bandstand.cli.terminal import AsJson, DataDir, say, say_json, settings_for, telling_errors

user = typer.Typer(help="People: add, list, remove, and their access tokens.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name they sign in with.")]


@user.command()
def add(
    name: Name,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    role: Annotated[str, typer.Option(help="listener, artist, staff or admin.")] = "listener",
    market: Annotated[str, typer.Option(help="Country, ISO 3166-1 alpha-2.")] = "US",
    data: DataDir = None,
) -> None:
    """Make an account. The password comes from standard input: `echo "$PW" | bandstand user add ana --password-stdin`."""
    from bandstand import accounts
    from bandstand.app.wiring import open_engines

    with telling_errors():
        if role not in set(accounts.Role):
            raise typer.BadParameter("the role is listener, artist, staff or admin")
        if not password_stdin:
            raise typer.BadParameter("say --password-stdin and give the password on standard input")
        password = sys.stdin.readline().rstrip("\r\n")
        app = open_engines(settings_for(data), migrate=True)
        roles = ["listener", role] if role != "listener" else ["listener"]
        with app.db.begin() as tx:
            person = accounts.add_person(tx, name, password, app.clock(), roles=roles, market=market)
        say(f"Added {person.name} ({', '.join(sorted(person.roles))}).")


@user.command("list")
def list_people(data: DataDir = None, as_json: AsJson = False) -> None:
    """List everybody."""
    from bandstand import accounts
    from bandstand.app.wiring import open_engines

    with telling_errors():
        app = open_engines(settings_for(data), migrate=True)
        with app.db.read() as tx:
            found = accounts.people(tx)
        for person in found:
            if as_json:
                say_json(
                    {"id": person.id, "name": person.name, "roles": sorted(person.roles), "plan": person.plan}
                )
            else:
                say(f"{person.name}\t{', '.join(sorted(person.roles))}\t{person.plan}")
        if not found and not as_json:
            say("Nobody yet. `bandstand user add NAME --password-stdin --role admin` makes the first.")


@user.command()
def remove(name: Name, data: DataDir = None) -> None:
    """Erase an account and what every room keeps of it."""
    from bandstand import accounts, privacy
    from bandstand.app.wiring import build

    with telling_errors():
        app = build(settings_for(data))
        with app.engines.db.begin() as tx:
            person = accounts.person_named(tx, name)
            privacy.erase_person(tx, app.engines.services["privacy"], person.id)
        say(f"Erased {person.name}.")


@user.command()
def token(
    name: Name,
    scopes: Annotated[str | None, typer.Option(help="Scopes, separated by commas; all by default.")] = None,
    days: Annotated[int | None, typer.Option(help="Days until it ends; never by default.", min=1)] = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a personal access token for /v1 and /api, printed once."""
    from bandstand import accounts
    from bandstand.app.wiring import open_engines

    with telling_errors():
        app = open_engines(settings_for(data), migrate=True)
        wanted = [s.strip() for s in scopes.split(",") if s.strip()] if scopes else None
        with app.db.begin() as tx:
            person = accounts.person_named(tx, name)
            secret = accounts.make_token(tx, person.id, app.clock(), label=label, scopes=wanted, days=days)
        if as_json:
            say_json({"token": secret, "scopes": wanted or "all", "days": days})
        else:
            say(secret)


@user.command()
def link(name: Name, data: DataDir = None) -> None:
    """Make a one-time sign-in link for somebody who forgot their password."""
    from bandstand import accounts
    from bandstand.app.wiring import open_engines

    with telling_errors():
        settings = settings_for(data)
        app = open_engines(settings, migrate=True)
        with app.db.begin() as tx:
            secret = accounts.make_link(tx, accounts.person_named(tx, name).id, app.clock())
        say(f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/welcome#{secret}")
