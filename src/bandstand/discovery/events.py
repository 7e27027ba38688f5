"""What discovery says: `shown`, with policy and propensity, so that a later policy can be judged on it."""

from datetime import datetime
from typing import Final

from bandstand.discovery.model import Shelf
from bandstand.platform.ids import new_id
from bandstand.platform.log import Event

SHOWN: Final = "shown"


def shown_event(
    person: str, shelf: Shelf, at: datetime, *, surface: str = "home", position: int = 0
) -> Event:
    """A shelf was shown to a person (a pseudonym), as row `position` of a surface. Append it to topic `listening`."""
    return Event(
        id=new_id(at),
        kind=SHOWN,
        at=at,
        person=person,
        data={
            "at": at.isoformat(),
            "surface": surface,
            "shelf": shelf.id,
            "row": position,
            "policy": shelf.policy,
            "propensity": shelf.propensity,
            "items": [
                {"id": item.id, "type": item.kind, "position": place, "propensity": item.propensity}
                for place, item in enumerate(shelf.items)
            ],
            "by": "server",
        },
    )
