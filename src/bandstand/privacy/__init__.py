"""Privacy: what every room knows of a person, gathered for them, and forgotten when they ask."""

from bandstand.privacy.service import Room, erase_person, export_person

__all__ = ["Room", "erase_person", "export_person"]
