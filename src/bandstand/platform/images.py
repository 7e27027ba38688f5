"""Artwork: reads a picture nobody vouches for, answers its sizes, its colours and a placeholder.

The bytes come from strangers' files, so everything is bounded before a pixel is decoded: bytes, pixels, formats.
The same bytes always give the same answer.
"""

import base64
import io
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from bandstand.platform.errors import Invalid

SIZES: Final = (64, 160, 320, 640)
MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 64_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_PLACEHOLDER_SIDE: Final = 16
_PAPER: Final = (250, 248, 245)
_MAX_SIDE_RATIO: Final = 40
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # EXIF 2.32, tag 0x0112
# OKLCH bounds of the hero tints: calm behind ink on paper and behind paper on ink
_ART1: Final = (0.52, 0.72, 0.15)
_ART2: Final = (0.30, 0.50, 0.11)

_RGB_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_APART: Final = 0.12
_LINEAR_BELOW: Final = 0.0031308  # IEC 61966-2-1
_NOTHING: Final = 1e-6
_Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Artwork:
    """What is kept of a picture: sizes in pixels, colours as #rrggbb, `variants` from longest side to WebP bytes.

    A variant is never larger than the picture itself: of a 200 px picture, 320 and 640 hold 200 px.
    """

    width: int
    height: int
    colour: str
    art1: str
    art2: str
    placeholder: str
    variants: dict[int, bytes]


def read_artwork(data: bytes) -> Artwork:
    """Return the artwork in `data`. Raises `Invalid` with a code and a reason a person understands."""
    picture, (width, height) = _opened(data)
    largest = _shrunk(picture, max(SIZES))
    first, second = _leading_colours(largest)
    return Artwork(
        width=width,
        height=height,
        colour=_hex(first),
        art1=_tint(first, *_ART1),
        art2=_tint(second, *_ART2),
        placeholder=_placeholder(largest),
        variants={size: _webp(_shrunk(largest, size)) for size in SIZES},
    )


def _opened(data: bytes) -> tuple[Image.Image, tuple[int, int]]:
    """The picture in RGB the right way up, and its true size (a JPEG may have been decoded smaller)."""
    if not data:
        raise Invalid("The artwork is empty.", code="artwork_empty")
    if len(data) > MAX_BYTES:
        raise Invalid(f"The artwork is larger than {MAX_BYTES // 1024 // 1024} MB.", code="artwork_too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of sizes checked below
            with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
                width, height = found.size
                _check_size(width, height)
                found.draft("RGB", (2 * max(SIZES), 2 * max(SIZES)))  # does something for JPEG only
                is_sideways = found.getexif().get(0x0112) in _SIDEWAYS
                return _upright(found), (height, width) if is_sideways else (width, height)
    except Invalid:
        raise
    except UnidentifiedImageError as error:
        raise Invalid(
            "The artwork is no JPEG, PNG, WebP, GIF or BMP.", code="artwork_unknown_format"
        ) from error
    except Image.DecompressionBombError as error:
        raise Invalid("The artwork has too many pixels.", code="artwork_too_large") from error
    except (
        Exception
    ) as error:  # decoders raise anything at broken bytes: OSError, SyntaxError, struct.error, …
        raise Invalid(f"The artwork is broken: {error}", code="artwork_broken") from error


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Invalid("The artwork has no pixels.", code="artwork_empty")
    if width * height > MAX_PIXELS:
        raise Invalid(
            f"The artwork has {width} x {height} pixels; {MAX_PIXELS // 1_000_000} million are taken at most.",
            code="artwork_too_large",
        )
    if max(width, height) > _MAX_SIDE_RATIO * min(width, height):
        raise Invalid(f"The artwork is a strip of {width} x {height} pixels.", code="artwork_odd_shape")


def _upright(found: Image.Image) -> Image.Image:
    found.load()
    profile = found.info.get("icc_profile")
    has_wide_colours = bool(profile) and found.mode in {"RGB", "RGBA"}
    flat = _flat(ImageOps.exif_transpose(found))
    return _in_srgb(flat, bytes(profile or b"")) if has_wide_colours else flat


def _flat(picture: Image.Image) -> Image.Image:
    """RGB without alpha: what is see-through becomes paper."""
    if picture.mode in {"I;16", "I;16B", "I;16L", "I;16N", "I"}:
        levels = np.asarray(picture, dtype=np.float64) / 257.0
        return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).convert("RGB")
    if picture.mode in {"P", "RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (*_PAPER, 255))
        return Image.alpha_composite(paper, layer).convert("RGB")
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a broken profile costs the right shade, not the picture
    return turned if turned is not None else picture


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    share = min(1.0, side / max(picture.size))
    if share >= 1.0:
        return picture
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _webp(picture: Image.Image, quality: int = 82, method: int = 4) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=method)
    return out.getvalue()


def _placeholder(picture: Image.Image) -> str:
    tiny = _shrunk(picture, _PLACEHOLDER_SIDE)
    return "data:image/webp;base64," + base64.b64encode(_webp(tiny, quality=40, method=6)).decode("ascii")


def _leading_colours(picture: Image.Image) -> tuple[_Rgb, _Rgb]:
    """The colour that stands for the picture, and the one that goes with it (the same, in a plain picture)."""
    few = _shrunk(picture, 96).quantize(10, method=Image.Quantize.MEDIANCUT)
    palette = few.getpalette() or [0, 0, 0]
    ranked: list[tuple[float, _Rgb]] = []
    total = few.width * few.height
    for count, index in few.getcolors() or []:
        place = int(index) if isinstance(index, int) else 0
        rgb: _Rgb = (palette[3 * place], palette[3 * place + 1], palette[3 * place + 2])
        light, a, b = (float(v) for v in _oklab(rgb))
        chroma = float(np.hypot(a, b))
        calm = 1.0 - abs(light - 0.6) * 0.9  # near-black and near-white say little about a picture
        ranked.append(((count / total) ** 0.6 * (0.05 + chroma) * calm, rgb))
    ranked.sort(reverse=True)
    first = ranked[0][1]
    apart = [
        rgb for score, rgb in ranked[1:] if score > 0.25 * ranked[0][0] and _distance(rgb, first) > _APART
    ]
    return first, apart[0] if apart else first


def _distance(one: _Rgb, two: _Rgb) -> float:
    return float(np.linalg.norm(_oklab(one) - _oklab(two)))


def _oklab(rgb: _Rgb) -> NDArray[np.float64]:
    """Oklab of an sRGB colour (Björn Ottosson, 2020)."""
    share = np.array(rgb) / 255.0
    linear = np.where(share <= _LINEAR_BELOW * 12.92, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = _LMS_TO_LAB @ np.cbrt(_RGB_TO_LMS @ linear)
    return lab


def _tint(rgb: _Rgb, darkest: float, lightest: float, strongest: float) -> str:
    """The colour with lightness and chroma inside OKLCH bounds, chroma lowered until sRGB can show it."""
    light, a, b = (float(v) for v in _oklab(rgb))
    chroma = float(np.hypot(a, b))
    light = min(lightest, max(darkest, light))
    wanted = min(strongest, chroma)
    while True:
        share = wanted / chroma if chroma > _NOTHING else 0.0
        linear = (
            np.linalg.inv(_RGB_TO_LMS) @ (np.linalg.inv(_LMS_TO_LAB) @ [light, a * share, b * share]) ** 3
        )
        if wanted <= 0.0 or (linear.min() >= -_NOTHING and linear.max() <= 1 + _NOTHING):
            break
        wanted = max(0.0, wanted - 0.004)
    linear = np.clip(linear, 0.0, 1.0)
    shown = np.where(linear <= _LINEAR_BELOW, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(v) * 255) for v in shown)
    return _hex((red, green, blue))


def _hex(rgb: _Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
