"""What our own player needs and Spotify's API has no word for: home, browsing, history, lyrics."""

from bandstand.faces.player.api import ROUTES

__all__ = ["ROUTES"]
