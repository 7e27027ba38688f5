"""Use cases of library, by noun: saved, playlists, plays; and what a person may take along or have erased."""
