"""Picture files to pixels: their variants come out as what a person sees, and hostile ones are refused in time."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ingestion.extract import read_document
from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import Budget
from ingestion.extract.scan import decode_picture
from tests.unit.extract.drawn import encoded, requests


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def half() -> np.ndarray:
    """Left half black, right half white."""
    pixels = np.full((40, 60, 3), 255, dtype=np.uint8)
    pixels[:, :30] = 0
    return pixels


def assert_half(pixels: np.ndarray) -> None:
    assert pixels.dtype == np.uint8
    assert pixels.shape == (40, 60, 3)
    assert pixels[:, 2:27].max() < 20
    assert pixels[:, 33:58].min() > 235


IMAGE = Image.fromarray(half())
GREY = IMAGE.convert("L")


def deep(kind: str = "PNG") -> bytes:
    values = np.where(np.asarray(GREY) > 127, 65535, 300).astype(np.uint16)
    return saved(Image.fromarray(values), kind)


def see_through() -> bytes:
    """Black ink on nothing: the paper is transparent, and black below."""
    alpha = Image.eval(GREY, lambda value: 255 - value)
    image = Image.new("RGBA", IMAGE.size, (0, 0, 0, 255))
    image.putalpha(alpha)
    return saved(image, "PNG")


def palette_see_through() -> bytes:
    image = Image.new("P", IMAGE.size, 1)
    image.putpalette([0, 0, 0, 90, 90, 90])
    image.paste(0, (0, 0, 30, 40))
    return saved(image, "PNG", transparency=1)


def lying() -> bytes:
    """Stored on its side, with the EXIF note that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(IMAGE.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


@pytest.mark.parametrize(
    "data",
    [
        encoded(half()),
        encoded(half(), "JPEG", quality=95),
        encoded(half(), "BMP"),
        encoded(half(), "WEBP", lossless=True),
        encoded(half(), "TIFF", compression="tiff_lzw"),
        saved(IMAGE.convert("P"), "GIF"),
        saved(IMAGE.convert("1"), "TIFF", compression="group4"),
        saved(IMAGE.convert("CMYK"), "JPEG", quality=95),
        saved(GREY.convert("LA"), "PNG"),
        deep(),
        deep("TIFF"),
        see_through(),
        palette_see_through(),
        lying(),
    ],
    ids="png jpeg bmp webp tiff gif group4 cmyk alpha 16bit 16bit_tiff see_through palette exif".split(),
)
def test_every_kind_of_picture_looks_as_it_does_to_a_person(data: bytes) -> None:
    assert_half(decode_picture(data, Budget()))


def test_the_pages_of_a_tiff_are_pages_of_the_document() -> None:
    first, second = requests(), requests()
    second.cells = [one if one[:2] != (1, 2) else (1, 2, "99") for one in second.cells]
    pages = [Image.fromarray(table.draw()) for table in (first, second)]

    document = read_document(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "x.tif")

    assert document.pages == 2
    (grid,) = document.grids()  # same columns, nothing between: the table goes on
    numbers = [grid.at(row, 2) for row in (1, 5)]
    assert [(cell.locator.page, cell.text) for cell in numbers if cell] == [(1, "17"), (2, "99")]


def bomb(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (12_000, 9_000), (200_000, 8)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableInput) as refused:
        decode_picture(bomb(*size), Budget())

    assert refused.value.code == "quarantined_pixels"
    assert time.monotonic() - started < 0.5


WHOLE = {kind: encoded(half(), kind) for kind in ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")}


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_half_a_file_is_damaged_and_not_half_a_picture(kind: str) -> None:
    with pytest.raises(UnreadableInput) as refused:
        decode_picture(WHOLE[kind][: len(WHOLE[kind]) // 2], Budget())

    assert refused.value.code == "damaged_picture"


@given(
    kind=st.sampled_from(sorted(WHOLE)),
    at=st.integers(0, 2000),
    byte=st.integers(0, 255),
    cut=st.integers(0, 400),
)
@settings(max_examples=150, deadline=None)
def test_changed_bytes_give_pixels_or_a_refusal(kind: str, at: int, byte: int, cut: int) -> None:
    data = bytearray(WHOLE[kind])
    data[at % len(data)] = byte
    try:
        pixels = decode_picture(bytes(data[: len(data) - cut]), Budget())
    except UnreadableInput as refused:
        assert refused.code in ("damaged_picture", "quarantined_pixels")
    else:
        assert pixels.ndim == 3
