"""Makes the starter catalogue: real public-domain music, played on this machine at the first start."""

from bandstand.delivery.starter.model import Piece, Progress, StarterError
from bandstand.delivery.starter.pieces import plan

__all__ = ["Piece", "Progress", "StarterError", "make", "make_all", "plan"]


def __getattr__(name: str) -> object:
    """Load the players only when they are wanted: they bring numpy, av and Pillow."""
    if name in {"make", "make_all"}:
        from bandstand.delivery.starter import making  # noqa: PLC0415 (see the docstring)

        return getattr(making, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
