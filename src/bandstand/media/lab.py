"""`bandstand lab ladder`: the engine that serves, on one plain file."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bandstand.media.manifest import master_playlist, media_playlist, track_manifest
from bandstand.media.model import FAMILIES, Facts, ladder_for
from bandstand.media.probing import probe
from bandstand.media.transcoding import transcode
from bandstand.platform.errors import Invalid


def lab_ladder(path: Path, out: Path, codecs: Sequence[str] = FAMILIES) -> Facts:
    """Write a file's whole ladder into `out` as it is served; Invalid for a file without sound or an unknown codec."""
    unknown = sorted(set(codecs) - set(FAMILIES))
    if unknown or not codecs:
        raise Invalid(
            f"There is no ladder for {', '.join(unknown) or 'no codec'}; there is: {', '.join(FAMILIES)}."
        )
    probed = probe(path)
    specs = ladder_for(probed, codecs)

    def put(name: str, file: str, data: bytes) -> None:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)

    made = transcode(path, probed, specs, put)
    with path.open("rb") as source:
        source_hash = hashlib.file_digest(source, "sha256").hexdigest()
    facts = Facts(source_hash, probed, made.loudness, made.waveform, made.decoded_samples, revision=2)
    for spec in specs:
        (out / spec.name / "media.m3u8").write_text(media_playlist(spec))
    (out / "master.m3u8").write_text(master_playlist(specs, made.renditions))
    (out / "track.json").write_text(track_manifest(facts, specs, made.renditions))
    return facts
