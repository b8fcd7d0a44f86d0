"""Bytes of a picture file -> pixels, with its size checked before a single pixel is decoded.

Belongs here: the picture formats and their variants (palette, alpha, CMYK, 16 bit, EXIF orientation, pages of
a TIFF). Does not belong here: what the picture shows.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, ImageSequence

from ingestion.extract.model import UnreadableInput
from ingestion.extract.sandbox import Budget, refusal

Pixels = npt.NDArray[np.uint8]

#: Pixels of one picture. A4 at 600 dpi has 35 million; a PNG of 437 KB held 3.6 billion.
MAX_PIXELS = 64_000_000
#: Pixels along one side: pages saved as one long picture stay below.
MAX_SIDE = 30_000
#: Pictures (pages) of one file, and pixels of all of them together.
MAX_FRAMES = 200
MAX_PIXELS_OF_ALL = 10 * MAX_PIXELS

#: What is opened at all: Pillow knows formats that start other programs.
_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP")


def decode_picture(data: bytes, budget: Budget) -> Pixels:
    """The first (or only) picture of a file as uint8 (h, w, 3) RGB: upright as EXIF says, alpha on white.

    Raises `UnreadableInput`: `quarantined_pixels` where it is too large, `damaged_picture` where it does not
    decode.
    """
    return next(decode_pages(data, budget))


def decode_pages(data: bytes, budget: Budget) -> Iterator[Pixels]:
    """Every page of a TIFF, and the first picture of any other file; as `decode_picture`, one at a time."""
    budget.check_bytes(len(data))
    opened = _open(data)
    total = 0
    try:
        for index, frame in enumerate(_frames(opened)):
            _check_size(frame.size)
            total += frame.size[0] * frame.size[1]
            if index >= MAX_FRAMES:
                raise refusal("quarantined_pages", "the picture has more than {} pages", index, MAX_FRAMES)
            if total > MAX_PIXELS_OF_ALL:
                what = "the pages of the picture have {} pixels"
                raise refusal("quarantined_pixels", what, total, MAX_PIXELS_OF_ALL)
            yield _rgb(ImageOps.exif_transpose(frame))
    except (UnreadableInput, MemoryError):
        raise
    except Exception as error:  # every decoder has exceptions of its own for broken bytes
        raise UnreadableInput("damaged_picture", f"the picture does not decode ({_said(error)})") from error


def _open(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of what `_check_size` refuses a moment later
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableInput("quarantined_pixels", f"the picture is too large: {_said(error)}") from error
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableInput("damaged_picture", f"the picture does not open ({_said(error)})") from error
    _check_size(opened.size)
    return opened


def _frames(opened: Image.Image) -> Iterator[Image.Image]:
    if opened.format == "TIFF":
        yield from ImageSequence.Iterator(opened)
    else:
        yield opened


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        what = f"the picture has {width:,} x {height:,} = {{}} pixels"
        raise refusal("quarantined_pixels", what, width * height, MAX_PIXELS)
    if max(size) > MAX_SIDE:
        raise refusal("quarantined_pixels", "the picture is {} pixels long", max(size), MAX_SIDE)


def _rgb(frame: Image.Image) -> Pixels:
    if frame.mode in ("I", "F") or frame.mode.startswith("I;"):
        return _from_deep(np.asarray(frame))
    if frame.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        paper = Image.new("RGBA", frame.size, (255, 255, 255, 255))
        frame = Image.alpha_composite(paper, frame)
    return np.array(frame.convert("RGB"), dtype=np.uint8)


def _from_deep(values: npt.NDArray[np.generic]) -> Pixels:
    """Grey of 16 bits or more: by the range that 16 bits have, or by its own where it is another."""
    deep = np.asarray(values, dtype=np.float64)
    top = float(deep.max(initial=0.0))
    low = float(deep.min(initial=0.0))
    if low >= 0 and top <= 65535:
        low, top = 0.0, 65535.0 if top > 255 else 255.0
    grey = np.clip((deep - low) / max(top - low, 1e-9) * 255, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:160]
