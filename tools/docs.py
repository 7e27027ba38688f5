"""Write `docs/reference` from the code, and check every page: links, pictures, diagrams, names (`make docs`)."""

import dataclasses
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tools.lints import ROOT

REFERENCE = ROOT / "docs" / "reference"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DIAGRAMS = ("flowchart", "sequenceDiagram", "stateDiagram", "erDiagram", "classDiagram", "gantt", "graph")
MUST_HAVE_DIAGRAM = ("docs/architecture.md",)
# What each setting is for; a setting without a line here fails the check.
SETTINGS = {
    "DATA": ("the user's data folder", "where everything embedded is kept; nothing is written outside it"),
    "DATABASE_URL": ("`sqlite:///DATA/bandstand.sqlite`", "`sqlite:///…` or `postgresql://…`"),
    "OBJECTS_URL": (
        "`file://DATA/objects`",
        "`file://…` or `s3://bucket/prefix` (with the usual `AWS_…` variables and `AWS_ENDPOINT_URL`)",
    ),
    "LOG_URL": ("`sqlite:///DATA/log.sqlite`", "`sqlite:///…` or `nats://host:port`"),
    "BATCH": ("`duckdb`", "`duckdb` or `spark`: what computes over the lake"),
    "PUBLIC_URL": ("as the request says", "the address listeners use; https marks cookies Secure"),
    "SECRET_KEY_FILE": (
        "`DATA/secret.key`",
        "the key that signs media addresses; made at the first start; the same on every replica",
    ),
    "BIND": ("`127.0.0.1:4600`", "HOST:PORT to listen on (`--host`, `--port`)"),
    "MUSIC": ("none", "folders to read and watch, separated as PATH is (`--music`)"),
    "RENDITIONS_MAX_BYTES": ("10 GiB", "how much made sound is kept; the least recently used goes first"),
    "OTLP_ENDPOINT": ("off", "where traces are sent (OpenTelemetry over HTTP)"),
}


def settings_page() -> str:
    """Describe every setting the program reads."""
    from bandstand.app.settings import NAMES  # noqa: PLC0415  (the page is made from the code)

    lacking = [name for name in NAMES if name not in SETTINGS]
    if lacking:
        raise SystemExit(f"tools/docs.py says nothing about {', '.join(lacking)}")
    rows = [f"| `BANDSTAND_{name}` | {SETTINGS[name][0]} | {SETTINGS[name][1]} |" for name in NAMES]
    head = (
        "# Settings\n\nFrom the environment, or from one TOML file named by `BANDSTAND_CONFIG` (the same names in small letters without `BANDSTAND_`;\n"
        "the environment wins). A wrong value stops the start with one line that names it. Written by `make docs` from `app/settings.py`.\n\n"
        "| setting | default | what |\n|---|---|---|\n"
    )
    rows.append(
        "| `BANDSTAND_SOUNDFONT` | the one `make setup` fetched | the soundfont `serve --starter` plays scores with |"
    )
    return head + "\n".join(rows) + "\n"


def openapi() -> dict[str, Any]:
    """Ask the program, put together on an empty data folder, for its API."""
    from bandstand import migrations  # noqa: PLC0415  (as above)
    from bandstand.app.http import litestar_app  # noqa: PLC0415
    from bandstand.app.settings import read_settings  # noqa: PLC0415
    from bandstand.app.wiring import build  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        app = build(read_settings({"BANDSTAND_DATA": folder}))
        try:
            migrations.upgrade(app.engines.db)
            schema = litestar_app(app).openapi_schema.to_schema()
        finally:
            app.engines.log.close()
            app.engines.db.dispose()
    loaded: dict[str, Any] = json.loads(json.dumps(schema, default=_plain))
    return loaded


def _plain(value: Any) -> Any:
    return (
        dataclasses.asdict(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type)
        else str(value)
    )


def pages() -> dict[str, str]:
    """Make the pages that come from the code, by file name."""
    return {
        "settings.md": settings_page(),
        "openapi.json": json.dumps(openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n",
    }


def problems() -> Iterator[str]:
    """Find links and pictures that lead nowhere, and diagrams that cannot be one."""
    found = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "src").rglob("*.md"),
        *(ROOT / "deploy").glob("*.md"),
    ]
    for page in sorted(found):
        name, text = page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")
        prose = FENCE.sub("", text)
        for target in LINK.findall(prose):
            if (
                not target.startswith(("http://", "https://", "#", "mailto:"))
                and not (page.parent / target.split("#")[0]).exists()
            ):
                yield f"{name}: {target} leads nowhere"
        diagrams = [body for kind, body in FENCE.findall(text) if kind == "mermaid"]
        for body in diagrams:
            if (
                not body.lstrip().startswith(DIAGRAMS)
                or body.count("[") != body.count("]")
                or body.count("(") != body.count(")")
            ):
                yield f"{name}: a Mermaid diagram starts with no known kind, or its brackets do not close"
        if name in MUST_HAVE_DIAGRAM and not diagrams:
            yield f"{name}: has no diagram"
        if text.count("```") % 2:
            yield f"{name}: a code block does not end"


def main() -> int:
    """Write the pages, or with --check say which are not as the code says."""
    is_check = "--check" in sys.argv[1:]
    wrong = []
    for name, text in pages().items():
        path = REFERENCE / name
        if is_check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            wrong.append(f"docs/reference/{name} is not what the code says: make docs")
        elif not is_check:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/reference/{name}")
    wrong += problems()
    for each in wrong:
        print(each)
    print(f"docs: {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
