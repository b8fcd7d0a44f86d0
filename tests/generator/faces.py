"""The faces that test documents are set in: two subsets that lie beside this file, and the PDF standard fonts.

Belongs here: registering them, and which face has a character. The subsets hold the labels of the catalog and the
words of `prose`; where they come from stands in fonts/README.md.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

FONTS = Path(__file__).parent / "fonts"
#: faces of our own, which every machine has
OWN = ("song", "hei")
#: digits of reports are often set in these: every PDF reader has them
LATIN = ("Times-Roman", "Helvetica")
#: for breadth, where the system has them: (face, file, number within the file)
SYSTEM = (
    ("ming", "/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    ("kai", "/usr/share/fonts/truetype/arphic/ukai.ttc", 0),
)


@lru_cache(maxsize=1)
def faces() -> tuple[str, ...]:
    """The names of all faces for Chinese, registered with reportlab."""
    for name in OWN:
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    found = list(OWN)
    for name, path, number in SYSTEM:
        if Path(path).is_file():
            try:
                pdfmetrics.registerFont(TTFont(name, path, subfontIndex=number))
            except TTFError:
                continue
            found.append(name)
    return tuple(found)


@lru_cache(maxsize=65536)
def face_for(char: str, face: str) -> str:
    """`face`, or song where it lacks `char`; ValueError when song lacks it too: it would be drawn as a box."""
    faces()
    for candidate in (face, "song"):
        if candidate in LATIN:
            if char.isascii():
                return candidate
        elif ord(char) in pdfmetrics.getFont(candidate).face.charToGlyph:
            return candidate
    raise ValueError(f"no face has {char!r}: add it to the fonts (see fonts/README.md)")
