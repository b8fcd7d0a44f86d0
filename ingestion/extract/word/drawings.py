"""Drawings of a Word document: pictures, boxes of text, and what cannot be read.

Belongs here: DrawingML and VML as far as something is printed there. Does not belong here: reading pictures
(`pictures`), the paragraphs inside a box (`body`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingestion.extract.blocks import RawImage
from ingestion.extract.word.names import MC, WP, A, O, R, V, W, integer, is_on

#: A picture shown smaller than this in either direction is an icon; in EMU, 9525 a pixel.
MIN_SHOWN = 50 * 9525
_EMU_PER_POINT = 12700
_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*([\d.]+)(pt|in|cm|mm|px)?", re.IGNORECASE)
_UNITS = {"pt": 12700, "in": 914400, "cm": 360000, "mm": 36000, "px": 9525, "": 9525}
_EQUATIONS = ("equation", "mathtype", "dsmt")
_CHARTS = ("chart", "diagram")


class WordImage(RawImage):
    """A picture in the text. src: member of the package, or where it lies outside. crop: shares of its width
    and height that are cut off (left, top, right, bottom), for people saw only the rest.
    """

    __slots__ = ("crop", "inside")

    def __init__(self, src: str, alt: str, crop: tuple[float, float, float, float], *, inside: bool) -> None:
        super().__init__(src, alt, None)
        self.crop = crop
        self.inside = inside


@dataclass(slots=True)
class Drawing:
    """What a drawing prints. boxes: elements that hold paragraphs; words: text drawn as a picture (WordArt).

    unread: (issue code, example) of what is printed and not read here.
    """

    images: list[RawImage] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)


def drawing_of(element: Any, relations: dict[str, tuple[str, str | None]]) -> Drawing:
    """What a <w:drawing>, <w:pict> or <w:object> prints. relations: of the part that it stands in."""
    drawing = Drawing()
    shown = _shown_size(element)
    alt = ""
    stack = [element]
    while stack:
        node = stack.pop()
        tag = node.tag
        if not isinstance(tag, str):
            continue
        if tag == f"{W}txbxContent":
            drawing.boxes.append(node)
            continue
        if tag == f"{WP}docPr":
            alt = node.get("descr") or node.get("title") or ""
            if node.get("hidden") is not None and is_on(node.get("hidden")):
                return Drawing()
        elif tag == f"{A}blip" or tag == f"{V}imagedata":
            _add_image(drawing, node, alt, shown, relations)
        elif tag == f"{V}textpath" and node.get("string"):
            drawing.words.append(node.get("string"))
        elif tag == f"{O}OLEObject":
            _add_object(drawing, node.get("ProgID") or "")
        elif tag == f"{A}graphicData":
            kind = (node.get("uri") or "").rpartition("/")[2]
            if kind in _CHARTS:
                drawing.unread.append(("chart_unread", kind))
        if tag == f"{MC}AlternateContent":
            children = list(node.iterchildren(f"{MC}Choice", f"{MC}Fallback"))[:1]
        else:
            children = list(node)
        stack.extend(reversed(children))
    return drawing


def _add_object(drawing: Drawing, program: str) -> None:
    if program.lower().startswith(_EQUATIONS):
        drawing.unread.append(("formula_unread", program))
    else:
        drawing.unread.append(("embedded_object_unread", program))


def _add_image(
    drawing: Drawing,
    node: Any,
    alt: str,
    shown: tuple[int, int] | None,
    relations: dict[str, tuple[str, str | None]],
) -> None:
    inside = True
    key = node.get(f"{R}embed") or node.get(f"{R}id") or node.get(f"{R}pict")
    if not key:
        key, inside = node.get(f"{R}link") or node.get(f"{R}href"), False
    if not key or (shown is not None and min(shown) < MIN_SHOWN):
        return
    member = relations.get(key, ("", None))[1]
    drawing.images.append(
        WordImage(
            member or key,
            (alt or node.get(f"{O}title") or "")[:500],
            _crop(node),
            inside=inside and bool(member),
        )
    )


def _crop(blip: Any) -> tuple[float, float, float, float]:
    """Shares of a picture that its frame cuts off."""
    parent = blip.getparent()
    cut = parent.find(f"{A}srcRect") if parent is not None else None
    if cut is not None:
        shares = [(integer(cut.get(side)) or 0) / 100_000 for side in "ltrb"]
    else:
        shares = [_share(blip.get(f"crop{side}")) for side in ("left", "top", "right", "bottom")]
    left, top, right, bottom = (min(max(share, 0.0), 1.0) for share in shares)
    return left, top, right, bottom


def _share(printed: str | None) -> float:
    """VML gives shares as 0.25 or, with an f, in 65536ths."""
    if not printed:
        return 0.0
    try:
        return float(printed[:-1]) / 65536 if printed.endswith("f") else float(printed)
    except ValueError:
        return 0.0


def _shown_size(element: Any) -> tuple[int, int] | None:
    """Width and height on the page in EMU, where the drawing says so."""
    extent = next(element.iter(f"{WP}extent"), None)
    if extent is not None:
        width, height = integer(extent.get("cx")), integer(extent.get("cy"))
        return (width, height) if width is not None and height is not None else None
    shape = next(element.iter(f"{V}shape", f"{V}rect"), None)
    found = {
        name.lower(): float(size or 0) * _UNITS[(unit or "").lower()]
        for name, size, unit in _SIZE.findall((shape.get("style") or "") if shape is not None else "")
        if size.count(".") < 2 and size.strip(".")
    }
    return (int(found["width"]), int(found["height"])) if len(found) == 2 else None
