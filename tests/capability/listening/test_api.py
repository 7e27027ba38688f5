from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from bandstand import accounts
from bandstand.listening.api import MAX_BODY_BYTES, ROUTES
from bandstand.platform.ids import new_id
from tests.capability.listening.http import client_of, principal
from tests.capability.listening.world import NOON, World, event

PATH = "/api/listening/events"


@pytest.fixture
def me(world: World) -> accounts.Principal:
    return principal(world, "ana")


@pytest.fixture
def client(world: World, me: accounts.Principal) -> Iterator[TestClient[Litestar]]:
    with client_of(world, me, ROUTES) as made:
        yield made


def test_accepted_is_in_the_log(world: World, me: accounts.Principal, client: TestClient[Litestar]) -> None:
    sent = event(new_id(NOON), 0, 0, 5_000, person="somebody else")
    for _ in range(2):
        answer = client.post(PATH, json={"events": [sent, {"id": "x"}]})
        assert answer.status_code == 202
        assert answer.json()["accepted"] == 1
        assert [(one["id"], one["code"]) for one in answer.json()["refused"]] == [("x", "invalid")]
    kept = world.log.read("listening", 0, 10)
    assert [(entry.event.id, entry.event.person) for entry in kept] == [(sent["id"], me.pseudonym)]


def test_ten_thousand_and_not_one_more(world: World, client: TestClient[Litestar]) -> None:
    session = new_id(NOON)
    sent = [event(session, seq, seq, seq + 1) for seq in range(10_000)]
    answer = client.post(PATH, json={"events": sent})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 10_000, "refused": []})
    assert len(world.log.read("listening", 0, 20_000)) == 10_000
    assert client.post(PATH, json={"events": [*sent, sent[0]]}).status_code == 413


def test_a_body_past_the_limit_is_refused(client: TestClient[Litestar]) -> None:
    answer = client.post(PATH, json={"events": ["x" * MAX_BODY_BYTES]})
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"events": 7}', b"{}"])
def test_what_is_no_batch(client: TestClient[Litestar], body: bytes) -> None:
    answer = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_nothing_is_acknowledged_when_the_log_is_away(world: World, client: TestClient[Litestar]) -> None:
    world.log.close()
    answer = client.post(PATH, json={"events": [event(new_id(NOON), 0, 0, 1)]})
    assert answer.status_code == 503
