"""Run the benchmarks by name, or all: `make bench`, `make bench ARGS=segments`."""

import sys

from benchmarks import ingest, segments

ALL = {"segments": segments.main, "ingest": ingest.main}


def main() -> int:
    """Run what was asked for; a peer that is not here is said and left out."""
    wanted = sys.argv[1:] or list(ALL)
    for name in wanted:
        if name not in ALL:
            print(f"there is no benchmark {name!r}; there is: {', '.join(ALL)}")
            return 2
    return max(ALL[name]() for name in wanted)


if __name__ == "__main__":
    raise SystemExit(main())
