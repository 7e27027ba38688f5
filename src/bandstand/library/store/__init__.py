"""Queries of library, by noun: saved, playlists, plays."""
