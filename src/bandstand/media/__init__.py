"""Media: what a sound file is, its loudness, its renditions, and how they are sent."""

from bandstand.media.handler import ARTWORK_SIZES, MediaHandler
from bandstand.media.lab import lab_ladder
from bandstand.media.manifest import master_playlist, media_playlist, track_manifest
from bandstand.media.model import (
    RECIPE,
    About,
    Facts,
    Loudness,
    Measured,
    Probe,
    RenditionSpec,
    Segment,
    ladder_for,
    rendition_id,
    segments_of,
)
from bandstand.media.probing import probe
from bandstand.media.service import (
    Evicted,
    Offer,
    Snapshot,
    evict,
    get_facts,
    get_many_facts,
    get_snapshot,
    prepare,
    remember_sound,
    remember_source,
)
from bandstand.media.signing import Grant, sign, verify
from bandstand.media.studio import Studio
from bandstand.media.transcoding import Made, measure_sound, transcode

__all__ = [
    "ARTWORK_SIZES",
    "RECIPE",
    "About",
    "Evicted",
    "Facts",
    "Grant",
    "Loudness",
    "Made",
    "Measured",
    "MediaHandler",
    "Offer",
    "Probe",
    "RenditionSpec",
    "Segment",
    "Snapshot",
    "Studio",
    "evict",
    "get_facts",
    "get_many_facts",
    "get_snapshot",
    "lab_ladder",
    "ladder_for",
    "master_playlist",
    "measure_sound",
    "media_playlist",
    "prepare",
    "probe",
    "remember_sound",
    "remember_source",
    "rendition_id",
    "segments_of",
    "sign",
    "track_manifest",
    "transcode",
    "verify",
]
