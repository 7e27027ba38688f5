"""The reading process: takes requests on stdin, answers on stdout, dies alone (`python -m bandstand.delivery.worker`)."""

import os
import pickle
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from bandstand.delivery.reader import read_file, read_image, read_picture
from bandstand.platform.errors import BandstandError

MEMORY_BYTES: Final = int(1.5 * 1024**3)
"""Address space of a reading process: the libraries map half of it, a file may fill the rest."""

_CALLS: Final[dict[str, Callable[..., Any]]] = {
    "file": read_file,
    "picture": read_picture,
    "image": read_image,
}


def answer(call: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """("ok", result) or ("error", why)."""
    try:
        return "ok", _CALLS[call](*arguments)
    except BandstandError as error:
        return "error", error.message
    except MemoryError:
        return "error", "it asks for more memory than a file may have"
    except Exception as error:  # noqa: BLE001 - the boundary this process exists for; the reason is reported
        return "error", f"{type(error).__name__}: {error}"[:300]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while length := requests.read(4):
        call, arguments = pickle.loads(requests.read(int.from_bytes(length)))  # noqa: S301 - from our own parent
        body = pickle.dumps(answer(call, arguments))
        answers.write(len(body).to_bytes(4) + body)
        answers.flush()


def main() -> None:
    """Bound memory, keep stdout for answers alone, serve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
