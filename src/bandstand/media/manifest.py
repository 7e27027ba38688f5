"""The manifests: `track.json`, `master.m3u8`, `media.m3u8`. Pure text from facts; every address is relative."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bandstand.media.model import (
    About,
    Facts,
    Measured,
    RenditionSpec,
    rendition_id,
    segments_of,
)

Sizes = Mapping[str, Measured]
"""What was measured, by rendition name; a rendition that is not in it is still being made."""

DECLARED_AVERAGE = 0.8
"""Share of the declared upper bound that is announced as the average until it is measured."""


def media_playlist(spec: RenditionSpec) -> str:
    """Write a rendition's whole VOD playlist."""
    segments = segments_of(spec)
    longest = max(s.samples for s in segments) / spec.rate
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, int(longest + 0.5))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="init.mp4"',
    ]
    for segment in segments:
        lines += [f"#EXTINF:{segment.samples / spec.rate:.6f},", segment.name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _bandwidths(spec: RenditionSpec, sizes: Sizes) -> tuple[int, int]:
    measured = sizes.get(spec.name)
    if measured is not None:
        return measured.bandwidth, measured.average_bandwidth
    return spec.declared_bandwidth, int(spec.declared_bandwidth * DECLARED_AVERAGE)


def master_playlist(specs: Sequence[RenditionSpec], sizes: Sizes) -> str:
    """Write the master playlist: every rendition a variant, cheapest first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for spec in specs:
        peak, average = _bandwidths(spec, sizes)
        lines += [
            f'#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS="{spec.hls_codecs}"',
            f"{spec.name}/media.m3u8",
        ]
    return "\n".join([*lines, ""])


def _rendition(source_hash: str, spec: RenditionSpec, sizes: Sizes) -> dict[str, Any]:
    peak, average = _bandwidths(spec, sizes)
    return {
        "id": rendition_id(source_hash, spec),
        "codec": spec.codec,
        "kbps": spec.kbps,
        "rate": spec.rate,
        "channels": spec.channels,
        "bits": spec.bits,
        "mime": "audio/mp4",
        "codecs": spec.codecs,
        "priming_samples": spec.priming_samples,
        "samples": spec.samples,
        "init": f"{spec.name}/init.mp4",
        "segments": [
            {
                "uri": f"{spec.name}/{s.name}",
                "duration_s": round(s.samples / spec.rate, 6),
                "samples": s.samples,
            }
            for s in segments_of(spec)
        ],
        "bandwidth": peak,
        "average_bandwidth": average,
        "state": "ready" if spec.name in sizes else "making",
    }


def track_manifest(
    facts: Facts, specs: Sequence[RenditionSpec], sizes: Sizes, about: About | None = None
) -> str:
    """Write `track.json`."""
    about = about or About()
    loudness = facts.loudness and {
        "track_lufs": facts.loudness.track_lufs,
        "album_lufs": about.album_lufs,
        "true_peak_dbtp": facts.loudness.true_peak_dbtp,
    }
    manifest = {
        "version": 1,
        "revision": facts.revision,
        "recording": about.recording,
        "duration_ms": facts.probe.duration_ms,
        "rate": facts.probe.sample_rate,
        "channels": facts.probe.channels,
        "samples": facts.probe.samples,
        "loudness": loudness,
        "waveform": list(facts.waveform) if facts.waveform is not None else None,
        "renditions": [_rendition(facts.source_hash, spec, sizes) for spec in specs],
    }
    return json.dumps(manifest, separators=(",", ":"))
