"""Chooses what to show somebody, and says that it was shown."""

from bandstand.discovery.events import SHOWN, shown_event
from bandstand.discovery.model import Item, Shelf
from bandstand.discovery.service import erase_person, export_person, shelves

__all__ = ["SHOWN", "Item", "Shelf", "erase_person", "export_person", "shelves", "shown_event"]
