import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from bandstand.platform import images
from bandstand.platform.errors import Invalid
from bandstand.platform.images import SIZES, read_artwork


def _file(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _two_colours(width: int = 800, height: int = 600) -> Image.Image:
    picture = Image.new("RGB", (width, height), "#e76f51")
    picture.paste("#264653", (0, 0, width // 3, height))
    return picture


def _size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as found:
        assert found.format == "WEBP"
        return found.size


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_format_gives_all_sizes_and_colours(form: str) -> None:
    art = read_artwork(_file(_two_colours(), form))
    assert (art.width, art.height) == (800, 600)
    assert [_size(art.variants[size]) for size in SIZES] == [(64, 48), (160, 120), (320, 240), (640, 480)]
    red, green, blue = bytes.fromhex(art.colour[1:])
    assert red > 200 and 90 < green < 130 and blue < 100  # noqa: PT018
    assert art.art1 != art.art2


def test_the_same_bytes_give_the_same_answer() -> None:
    data = _file(_two_colours(), "JPEG")
    assert read_artwork(data) == read_artwork(data)


def test_small_pictures_are_not_blown_up() -> None:
    art = read_artwork(_file(_two_colours(100, 90)))
    assert _size(art.variants[640]) == (100, 90)
    assert _size(art.variants[64]) == (64, 58)


def test_one_pixel() -> None:
    art = read_artwork(_file(Image.new("RGB", (1, 1), "#000000")))
    assert (art.width, art.height, art.colour) == (1, 1, "#000000")


def test_the_placeholder_is_tiny() -> None:
    head, _, body = read_artwork(_file(_two_colours())).placeholder.partition(",")
    assert head == "data:image/webp;base64"
    assert max(_size(base64.b64decode(body))) <= 20
    assert len(body) < 400


def test_tints_keep_their_lightness() -> None:
    for colour in ("#ffffff", "#000000", "#ffff00", "#0000ff", "#808080"):
        art = read_artwork(_file(Image.new("RGB", (50, 50), colour)))
        for tint, (darkest, lightest, strongest) in ((art.art1, images._ART1), (art.art2, images._ART2)):
            red, green, blue = bytes.fromhex(tint[1:])
            light, a, b = images._oklab((red, green, blue))
            assert darkest - 0.01 <= light <= lightest + 0.01
            assert np.hypot(a, b) <= strongest + 0.01


def test_exif_turns_the_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    art = read_artwork(_file(_two_colours(3000, 2000), "JPEG", exif=exif))
    assert (art.width, art.height) == (2000, 3000)
    assert _size(art.variants[640]) == (427, 640)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_odd_modes(mode: str) -> None:
    if mode == "I;16":
        data = _file(Image.fromarray(np.full((60, 60), 51400, dtype=np.uint16)))
    else:
        data = _file(_two_colours(60, 60).convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    art = read_artwork(data)
    assert (art.width, art.height) == (60, 60)
    if mode == "I;16":
        assert art.colour == "#c8c8c8"


def test_what_is_see_through_becomes_paper() -> None:
    assert read_artwork(_file(Image.new("RGBA", (40, 40), (0, 0, 0, 0)))).colour == "#faf8f5"


def test_a_broken_colour_profile_costs_only_the_profile() -> None:
    fine = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (fine, b"nonsense", fine[:100]):
        assert read_artwork(_file(_two_colours(), "JPEG", icc_profile=profile)).width == 800


def _png(width: int, height: int) -> bytes:
    """A PNG whose header promises much and whose body holds nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "artwork_empty"),
        (b"<html>not here</html>", "artwork_unknown_format"),
        (b"\x00" * 5000, "artwork_unknown_format"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "artwork_unknown_format"),
        (_png(50_000, 50_000), "artwork_too_large"),
        (_png(9_000, 9_000), "artwork_too_large"),
        (_png(8_000, 100), "artwork_odd_shape"),
        (_png(100, 100), "artwork_broken"),
        (_file(_two_colours(), "JPEG")[:3000], "artwork_broken"),
        (_file(_two_colours(), "TIFF"), "artwork_unknown_format"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * (20 * 1024 * 1024), "artwork_too_large"),
    ],
)
def test_bombs_and_garbage_are_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_artwork(data)
    assert caught.value.code == code
    assert "artwork" in caught.value.message


def test_flipped_bytes_never_escape() -> None:
    chance = np.random.default_rng(7)
    for form in ("PNG", "JPEG", "WEBP", "GIF", "BMP"):
        whole = np.frombuffer(_file(_two_colours(120, 90), form), dtype=np.uint8)
        for _ in range(25):
            broken = whole.copy()
            broken[chance.integers(0, len(broken), 12)] = chance.integers(0, 256, 12)
            try:
                read_artwork(broken.tobytes())
            except Invalid as error:
                assert error.code.startswith("artwork_")  # noqa: PT017
