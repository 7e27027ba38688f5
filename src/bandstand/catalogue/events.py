"""What the catalogue says to the log, topic `rooms`. Past tense, versioned, only ever added to.

track.published, track.updated, track.missing: {track_id, recording_id, album_id, artist_ids}
album.published: {album_id, artist_ids}; artist.published: {artist_id}
Said again whenever the thing changed: a listener reads the present state from the catalogue.
"""

from typing import Final

TRACK_PUBLISHED: Final = "track.published"
TRACK_UPDATED: Final = "track.updated"
TRACK_MISSING: Final = "track.missing"
ALBUM_PUBLISHED: Final = "album.published"
ARTIST_PUBLISHED: Final = "artist.published"
