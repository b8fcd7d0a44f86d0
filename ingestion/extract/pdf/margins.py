"""Page numbers and running heads: lines that the paper carries and the report does not say.

Belongs here: which lines at the top and bottom of pages are left out. Does not belong here: text of the page.
The first page keeps a running head: it may be the only place that prints the title.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingestion.extract.pdf.lines import Line, written_lines

#: Heads and feet stand within this part of the page's height from its edge.
MARGIN = 0.12
#: A line is a running one if it stands at the same place of this many pages, and of this part of all.
MIN_PAGES = 3
MIN_SHARE = 0.5
#: The same place: points.
SAME_PLACE = 6.0

_DASHES = r"[-—–―－·•~\s.]*"
_PAGE_NUMBER = re.compile(
    rf"{_DASHES}(?:第|[Pp](?:age)?)?\s*(?P<number>\d{{1,3}})\s*页?"
    rf"(?:\s*[,，]?\s*(?:/|of|共)\s*\d{{1,3}}\s*页?)?{_DASHES}"
)


def without_margins(pages: Sequence[tuple[float, list[Line]]]) -> list[list[Line]]:
    """Lines of each page, (height, lines outside tables), without page numbers and running heads."""
    numbers: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    decorated: set[int] = set()
    places: dict[tuple[str, int], set[int]] = defaultdict(set)
    texts: dict[int, str] = {}
    for index, (height, lines) in enumerate(pages):
        for line in _outermost(height, lines):
            text = written_lines([line]).text.strip()
            texts[id(line)] = text
            found = _PAGE_NUMBER.fullmatch(text)
            if found:
                numbers[int(found["number"]) - index].append((index, line))
                if text != found["number"]:
                    decorated.add(id(line))
            else:
                from_edge = min(line.glyphs[0].y, height - line.glyphs[0].y)
                at = round(from_edge / SAME_PLACE)
                for near in (at - 1, at, at + 1):
                    places[re.sub(r"\d", "#", text), near].add(index)
    drop: set[int] = set()
    counted = Counter({offset: len({index for index, _ in where}) for offset, where in numbers.items()})
    for offset, where in numbers.items():
        for _, line in where:
            if id(line) in decorated or counted[offset] > 1 or (len(pages) == 1 and offset == 1):
                drop.add(id(line))
    running = {
        key
        for key, on_pages in places.items()
        if len(on_pages) > 1 and len(on_pages) >= max(min(MIN_PAGES, len(pages)), MIN_SHARE * len(pages))
    }
    kept: list[list[Line]] = []
    seen: set[str] = set()
    for height, lines in pages:
        left: list[Line] = []
        for line in lines:
            if id(line) in drop:
                continue
            if id(line) in texts:
                from_edge = min(line.glyphs[0].y, height - line.glyphs[0].y)
                shape = re.sub(r"\d", "#", texts[id(line)])
                if (shape, round(from_edge / SAME_PLACE)) in running:
                    if shape in seen:
                        continue
                    seen.add(shape)
            left.append(line)
        kept.append(left)
    return kept


def _outermost(height: float, lines: Sequence[Line]) -> list[Line]:
    """Lines within the margins of the page."""
    return [
        line
        for line in lines
        if line.glyphs[0].y <= MARGIN * height or line.glyphs[0].y >= (1 - MARGIN) * height
    ]
