"""Nothing tracked names a package registry's address or a path of somebody's machine."""

import re
from collections.abc import Iterator

from tools.lints import Finding, Source

# Written with a hole, so that this file does not find itself.
HOSTS = (
    "pypi~.org",
    "pythonhosted~.org",
    "registry.npm~js",
    "npmjs~.org",
    "deb.debian~.org",
    "crates~.io",
    "proxy.go~lang",
)
FOLDERS = ("ro~ot", "wo~rk", "home/[a-z]+", "Users/[A-Za-z]+", "opt/py~pi", "opt/whe~els")
PLACES = re.compile(
    "|".join(
        [re.escape(host.replace("~", "")) for host in HOSTS]
        + [rf"(?<![\w.:/~$}}*-])/{folder.replace('~', '')}/[\w.]" for folder in FOLDERS]
    )
)


def no_places(source: Source) -> Iterator[Finding]:
    """Find addresses and paths that mean something here only."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := PLACES.search(line):
            yield Finding(
                "places", source.path, number, f"{found.group()!r} means something on one machine only"
            )
