"""Each house rule finds what it is for and lets the rest be."""

import pytest

from tools.lints import Finding, Rule, Source
from tools.lints.clock import no_clock_of_its_own
from tools.lints.edge import only_the_edge_commits
from tools.lints.names import names
from tools.lints.places import no_places
from tools.lints.routes import routes_say_who
from tools.lints.sizes import sizes
from tools.lints.tables import own_tables

SERVICE = "src/bandstand/library/service.py"


def found(rule: Rule, text: str, path: str = SERVICE) -> list[Finding]:
    return list(rule(Source(path, text)))


BAD: list[tuple[Rule, str, str]] = [
    (only_the_edge_commits, SERVICE, "def f(tx): tx.commit()"),
    (only_the_edge_commits, SERVICE, "def f(db):\n    with db.begin() as tx: pass"),
    (only_the_edge_commits, "src/bandstand/search/store.py", "def f(tx): tx.rollback()"),
    (no_clock_of_its_own, SERVICE, "from datetime import datetime, UTC\nx = datetime.now(UTC)"),
    (no_clock_of_its_own, SERVICE, "import time\nx = time.time()"),
    (no_clock_of_its_own, "src/bandstand/cli/serve.py", "import datetime\nx = datetime.datetime.utcnow()"),
    (own_tables, "src/bandstand/library/tables.py", "x = table('catalogue_likes', about=A)"),
    (own_tables, SERVICE, "x = text('SELECT id FROM catalogue_tracks')"),
    (own_tables, SERVICE, "x = f'update accounts_people set name = {y}'"),
    (names, "src/bandstand/library/utils.py", ""),
    (names, SERVICE, "def handle_like(): ..."),
    (names, SERVICE, "print('hello')"),
    (no_places, "docs/tour.md", "See https://pypi" + ".org/project/x"),
    (no_places, ".ci/run", "cd /wo" + "rk/main"),
    (no_places, "tools/x.py", "HOME = '/ro" + "ot/.cache'"),
    (routes_say_who, "src/bandstand/library/api.py", "@get('/api/x')\ndef x(): ..."),
    (routes_say_who, "src/bandstand/library/api.py", "from litestar import get"),
    (sizes, SERVICE, "def f():\n" + "    x = 1\n" * 41),
    (sizes, SERVICE, "x = 1\n" * 401),
]

GOOD: list[tuple[Rule, str, str]] = [
    (only_the_edge_commits, "src/bandstand/library/api.py", "def f(db):\n    with db.begin() as tx: pass"),
    (only_the_edge_commits, SERVICE, "def f(tx):\n    with tx.begin_nested(): pass"),
    (only_the_edge_commits, "src/bandstand/search/index.py", "def f(writer): writer.commit()"),
    (no_clock_of_its_own, SERVICE, "import time\nx = time.monotonic()"),
    (no_clock_of_its_own, "tests/unit/test_x.py", "import time\nx = time.time()"),
    (own_tables, "src/bandstand/library/tables.py", "x = table('library_likes', about=A)"),
    (own_tables, SERVICE, "x = text('SELECT id FROM library_likes')"),
    (names, "src/bandstand/cli/show.py", "print('hello')"),
    (no_places, "docs/tour.md", "Open http://127.0.0.1:4600/welcome and see https://spdx.org/licenses"),
    (no_places, "docs/tour.md", "requests to `/v1/me` or ~/wo" + "rk/x"),
    (routes_say_who, "src/bandstand/library/api.py", "@get('/api/x', who=LISTENER)\ndef x(): ..."),
    (sizes, SERVICE, 'def f():\n    """Say.\n' + "\n" * 60 + '    """\n    return 1\n'),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_a_rule_finds_what_it_is_for(rule: Rule, path: str, text: str) -> None:
    assert found(rule, text, path)


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_rule_lets_the_rest_be(rule: Rule, path: str, text: str) -> None:
    assert not found(rule, text, path)
