"""The Spotify Web API's wire shape under /v1: for its many clients, and for our own player."""

from bandstand.faces.spotify.api import ROUTES

__all__ = ["ROUTES"]
