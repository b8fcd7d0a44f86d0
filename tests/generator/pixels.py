"""Pages as pictures: rendering, and everything that scanners and web editors do to a picture.

Belongs here: pixels in (uint8, height x width x 3, RGB), pixels out, and their encoding. Not here: what is printed.
"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image

Pixels = npt.NDArray[np.uint8]


def render(pdf: bytes, dpi: float) -> list[Pixels]:
    """Every page of a PDF at `dpi`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            np.asarray(document[number].render(scale=dpi / 72).to_pil().convert("RGB"))
            for number in range(len(document))
        ]
    finally:
        document.close()


def encode(pixels: Pixels, kind: str = "png", quality: int = 90, dpi: float = 0) -> bytes:
    """The picture as PNG or JPEG bytes."""
    target = io.BytesIO()
    extra = {"dpi": (dpi, dpi)} if dpi else {}
    image = Image.fromarray(pixels)
    if kind == "jpeg":
        image.save(target, "JPEG", quality=quality, **extra)
    else:
        image.save(target, "PNG", **extra)
    return target.getvalue()
