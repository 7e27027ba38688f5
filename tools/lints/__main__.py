"""Run every house rule over the tracked files."""

import sys

from tools.lints import Finding, Rule, tracked
from tools.lints.clock import no_clock_of_its_own
from tools.lints.edge import only_the_edge_commits
from tools.lints.names import names
from tools.lints.places import no_places
from tools.lints.rooms import columns_are_classified, rooms_are_protected, rooms_introduce_themselves
from tools.lints.routes import routes_say_who
from tools.lints.sizes import sizes
from tools.lints.tables import own_tables

RULES: tuple[Rule, ...] = (
    only_the_edge_commits,
    no_clock_of_its_own,
    own_tables,
    sizes,
    names,
    no_places,
    routes_say_who,
)


def main() -> int:
    """Print what is found; 1 where anything is."""
    sources = tracked()
    found: list[Finding] = [finding for source in sources for rule in RULES for finding in rule(source)]
    found += [*rooms_introduce_themselves(), *rooms_are_protected(), *columns_are_classified()]
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"house rules: {len(found)} findings in {len(sources)} files\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
