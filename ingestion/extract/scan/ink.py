"""Ink inside a cell: its pieces, its lines, and the crops that the recogniser gets to see.

Belongs here: what is ink and what is dust or the rest of a rule, which pieces look like characters of the
table, lines of a cell, and the two ways of cropping them. Does not belong here: what the crops say (`cells`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.decode import Pixels
from ingestion.extract.scan.enclosed import Box, Enclosed
from ingestion.extract.scan.page import Page, ink_level
from ingestion.extract.scan.rules import Mask, Rules

#: em: pieces below are dust, whatever they are.
_DUST = 0.09
#: em: paper around a crop, for the one policy and for the other.
PADDING_INK, PADDING_DIGIT = 0.16, 0.3
#: A line of text is no higher than this (em), and parts of one character lie no further apart.
_LINE = 1.08
#: em: further apart than that, figures are not of one number.
_WORD_GAP = 0.6
#: Grey levels below the paper's at which something may be faint ink, and above how much noise.
_FAINT, _FAINT_NOISE = 22.0, 5.0
#: Noise, in grey levels, up to which a page is taken as it is.
_CALM = 6.0
#: Size and darkness of a digit against those of the table's digits.
_SMALLEST, _LARGEST = 0.62, 1.7
_PALEST = 0.45
#: A slash: how far its top stands to the right of its foot, in its heights (a 1 in italics: 0.15), and the
#: longest run of ink across it, in its widths (the bar of a 7: 1).
_LEANS, _THIN = 0.18, 0.62


@dataclass(frozen=True, slots=True)
class Piece:
    """A connected piece of ink: x, y, w, h in pixels of the page, number of pixels, and how dark it gets."""

    index: int
    x: int
    y: int
    w: int
    h: int
    area: int
    dark: float

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h


@dataclass
class CellInk:
    """The ink of one cell. touching: some of it meets the cell's border, so it may go on behind it.

    faint: there is none, but something as large as a figure is a little darker than the paper.
    """

    pieces: list[Piece] = field(default_factory=list)
    touching: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class DigitLook:
    """What the digits of a table look like: their height in pixels, how dark they are."""

    height: float
    dark: float


class Inked:
    """The ink of a page without its rules."""

    def __init__(self, page: Page, rules: Rules) -> None:
        self.page = page
        self.em = page.em
        drawn = cv2.bitwise_or(rules.across_ink, rules.down_ink)
        ruled = cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 0
        #: the page with its rules painted over
        self.grey: Pixels = np.where(ruled, np.uint8(255), page.grey)
        calm = cv2.medianBlur(self.grey, 3) if page.noise > _CALM else self.grey
        self.level = ink_level(page.noise * 0.6 if page.noise > _CALM else page.noise)
        self.mask: Mask = (calm < self.level).astype(np.uint8)
        count, self.labels, self.stats, self.middles = cv2.connectedComponentsWithStats(self.mask)
        darkest = np.full(count, 255.0)
        rows, columns = np.nonzero(self.mask)
        owners = np.asarray(self.labels[rows, columns], dtype=np.intp)
        np.minimum.at(darkest, owners, calm[rows, columns].astype(np.float64))
        self.dark = 255.0 - darkest

    def cells(self, cells: Sequence[Enclosed]) -> list[CellInk]:
        """The ink of each cell, dust and rests of rules left out."""
        owner = np.full(self.grey.shape, -1, dtype=np.int32)
        for number, cell in enumerate(cells):
            x0, top, x1, bottom = cell.box
            owner[max(top, 0) : bottom, max(x0, 0) : x1] = number
        found = [CellInk() for _ in cells]
        if not cells:
            return found
        x0 = min(cell.box[0] for cell in cells)
        x1 = max(cell.box[2] for cell in cells)
        top = min(cell.box[1] for cell in cells)
        bottom = max(cell.box[3] for cell in cells)
        dust = max(2.0, _DUST * self.em)
        for index in np.unique(self.labels[max(top, 0) : bottom, max(x0, 0) : x1]):
            if index == 0:
                continue
            x, y, w, h, area = (int(value) for value in self.stats[index])
            column, row = (round(float(value)) for value in self.middles[index])
            number = int(owner[row, column])
            if number < 0 or (max(w, h) < dust) or area < max(3, 0.005 * self.em**2):
                continue
            piece = Piece(int(index), x, y, w, h, area, float(self.dark[index]))
            if self._rest_of_rule(piece, cells[number].box):
                continue
            found[number].pieces.append(piece)
            found[number].touching |= self._touches(piece, cells[number].box)
        for cell, ink in zip(cells, found, strict=True):
            ink.faint = not ink.pieces and self.is_faint(cell.box)
        return found

    def is_faint(self, box: Box) -> bool:
        """Whether something as large as a figure is a little darker than the paper of a cell."""
        inset = round(0.2 * self.em)
        x0, top, x1, bottom = box
        part = self.grey[top + inset : bottom - inset, x0 + inset : x1 - inset]
        if part.size == 0:
            return False
        level = 255 - max(_FAINT, _FAINT_NOISE * self.page.noise)
        # strokes of a pixel or two: on a calm page a filter would take them away (an 8 in grey 205)
        calm = cv2.medianBlur(np.ascontiguousarray(part), 3) if self.page.noise > _CALM else part
        if calm.min() >= level:
            return False
        ink = cv2.morphologyEx((calm < level).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
        high, wide, area = (
            stats[1:, cv2.CC_STAT_HEIGHT],
            stats[1:, cv2.CC_STAT_WIDTH],
            stats[1:, cv2.CC_STAT_AREA],
        )
        figure = (high > 0.45 * self.em) & (high < 1.3 * self.em) & (wide > 0.1 * self.em)
        return bool((figure & (area > 0.04 * self.em**2)).any())

    def _rest_of_rule(self, piece: Piece, box: Box) -> bool:
        """Thin ink on the border of its cell. A 1 beside the border is thin too: what is as high as a figure
        is kept, and touches.
        """
        x0, top, x1, bottom = box
        if piece.right <= x0 + 2 or piece.x >= x1 - 2 or piece.bottom <= top + 2 or piece.y >= bottom - 2:
            return True
        thin, zone = 0.14 * self.em + 1, max(3.0, 0.12 * self.em)
        beside = piece.x < x0 + zone or piece.right > x1 - zone
        along = piece.y < top + zone or piece.bottom > bottom - zone
        if beside and along and max(piece.w, piece.h) < self.em:
            return True  # where two rules meet
        middle_x, middle_y = piece.x + piece.w / 2, piece.y + piece.h / 2
        on_line = 0.08 * self.em + 1
        upright, flat = piece.w <= thin, piece.h <= thin
        if (upright and min(abs(middle_x - x0), abs(middle_x - x1)) <= on_line) or (
            flat and min(abs(middle_y - top), abs(middle_y - bottom)) <= on_line
        ):
            return True
        standing = beside and upright and not 0.45 * self.em < piece.h < self.em
        lying = along and flat and not 0.25 * self.em < piece.w < self.em
        return standing or lying

    def _touches(self, piece: Piece, box: Box) -> bool:
        x0, top, x1, bottom = box
        reach = 2
        return (
            piece.x <= x0 + reach
            or piece.right >= x1 - reach
            or piece.y <= top + reach
            or piece.bottom >= bottom - reach
        )

    # ---------------------------------------------------------------------------------------------- crops

    def crop(self, pieces: Sequence[Piece], padding: float) -> Pixels:
        """The page around some pieces of ink, with `padding` (em) of paper about them; as it was printed."""
        pad = max(2, round(padding * self.em))
        x0, top, x1, bottom = around(pieces)
        height, width = bottom - top + 2 * pad, x1 - x0 + 2 * pad
        crop = np.full((height, width), 255, dtype=np.uint8)
        reach = min(pad, max(2, round(0.08 * self.em)))  # the soft edge of the ink, and no neighbour's
        rows, columns = self.grey.shape
        first_row, last_row = max(0, top - reach), min(rows, bottom + reach)
        first_column, last_column = max(0, x0 - reach), min(columns, x1 + reach)
        at_row, at_column = pad - (top - first_row), pad - (x0 - first_column)
        part = self.grey[first_row:last_row, first_column:last_column]
        crop[at_row : at_row + part.shape[0], at_column : at_column + part.shape[1]] = part
        return crop

    def cleaned(self, pieces: Sequence[Piece], padding: float) -> Pixels:
        """Only these pieces of ink, on blank paper and in full contrast."""
        pad = max(2, round(padding * self.em))
        x0, top, x1, bottom = around(pieces)
        reach = 2
        rows, columns = self.grey.shape
        first_row, last_row = max(0, top - reach), min(rows, bottom + reach)
        first_column, last_column = max(0, x0 - reach), min(columns, x1 + reach)
        part = self.grey[first_row:last_row, first_column:last_column]
        labels = self.labels[first_row:last_row, first_column:last_column]
        own = np.isin(labels, [piece.index for piece in pieces]).astype(np.uint8)
        near = cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0
        dark = float(np.median([piece.dark for piece in pieces]))
        # paper is what is lighter than ink can be, black what is as dark as this ink gets
        paper = 255.0 - 0.12 * dark
        black = 255.0 - 0.85 * dark
        stretched = np.clip((part.astype(np.float64) - black) / (paper - black) * 255, 0, 255)
        height, width = bottom - top + 2 * pad, x1 - x0 + 2 * pad
        crop = np.full((height, width), 255, dtype=np.uint8)
        at_row, at_column = pad - (top - first_row), pad - (x0 - first_column)
        crop[at_row : at_row + part.shape[0], at_column : at_column + part.shape[1]] = np.where(
            near, stretched, 255
        )
        return crop

    def is_slash(self, pieces: Sequence[Piece]) -> bool:
        """Whether the ink is one slanted stroke, whatever a recogniser makes of it (1, as a rule)."""
        if len(pieces) != 1:
            return False
        (piece,) = pieces
        own = self.labels[piece.y : piece.bottom, piece.x : piece.right] == piece.index
        counts = own.sum(axis=1)
        if not counts.all():
            return False
        middles = (own * np.arange(piece.w)).sum(axis=1) / counts
        part = max(1, piece.h // 4)
        lean = float(middles[:part].mean() - middles[-part:].mean()) / piece.h
        return lean >= _LEANS and float(counts.max()) <= max(_THIN * piece.w, 3)


def around(pieces: Sequence[Piece]) -> Box:
    """The box around pieces of ink."""
    return (
        min(piece.x for piece in pieces),
        min(piece.y for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
    )


def lines_of(pieces: Sequence[Piece], em: float) -> list[list[Piece]]:
    """The lines that pieces of ink make, from top to bottom; of a narrow cell with characters one below the
    other, the characters.
    """
    if not pieces:
        return []
    bands: list[tuple[int, int, list[Piece]]] = []
    for piece in sorted(pieces, key=lambda one: one.y):
        if bands and piece.y < bands[-1][1]:
            top, bottom, members = bands[-1]
            bands[-1] = (top, max(bottom, piece.bottom), [*members, piece])
        else:
            bands.append((piece.y, piece.bottom, [piece]))
    merged = [bands[0]]
    for top, bottom, members in bands[1:]:
        before = merged[-1]
        # the strokes of 二 and 三, the dot of an i, the point before it
        if bottom - before[0] <= _LINE * em:
            merged[-1] = (before[0], bottom, [*before[2], *members])
        else:
            merged.append((top, bottom, members))
    lines: list[list[Piece]] = []
    for top, bottom, members in merged:
        lines += _parted(members, top, bottom, em)
    return lines


def words_of(line: Sequence[Piece], em: float) -> list[list[Piece]]:
    """A line's pieces, parted where they stand further apart than the characters of one number ever do."""
    words: list[list[Piece]] = []
    right = 0
    for piece in sorted(line, key=lambda one: one.x):
        if words and piece.x - right <= _WORD_GAP * em:
            words[-1].append(piece)
        else:
            words.append([piece])
        right = max(right, piece.right)
    return words


def stands_apart(place: Enclosed, pieces: Sequence[Piece], em: float) -> bool:
    """Whether the ink of a merged cell lies as if the table's lines went through it: then they may.

    Figures on both sides of a line, or all of them in one of the rows instead of in the middle of all.
    """
    x0, top, x1, bottom = around(pieces)
    for line in place.lines_down:
        left = [piece.right for piece in pieces if piece.x + piece.w / 2 < line]
        right = [piece.x for piece in pieces if piece.x + piece.w / 2 >= line]
        if left and right and min(right) - max(left) > 0.25 * em:
            return True
    _, first, _, last = place.box
    middle, wanted = (top + bottom) / 2, (first + last) / 2
    crossed = any(top < line < bottom for line in place.lines_across)
    if place.lines_across and not crossed and abs(middle - wanted) > 0.4 * em:
        return True
    left_edge, _, right_edge, _ = place.box
    crossed = any(x0 < line < x1 for line in place.lines_down)
    aside = abs((x0 + x1) / 2 - (left_edge + right_edge) / 2)
    return bool(place.lines_down) and not crossed and aside > 0.6 * em


def _parted(pieces: list[Piece], top: int, bottom: int, em: float) -> list[list[Piece]]:
    """Lines that touch each other somewhere, parted where the least ink stands."""
    count = round((bottom - top) / (1.3 * em))
    if count < 2 or bottom - top < 1.6 * em:
        return [pieces]
    middles = np.linspace(top, bottom, count + 1)
    parts: list[list[Piece]] = [[] for _ in range(count)]
    for piece in pieces:
        middle = piece.y + piece.h / 2
        parts[min(count - 1, max(0, int(np.searchsorted(middles, middle)) - 1))].append(piece)
    return [part for part in parts if part]


def digit_look(cells: Sequence[CellInk], em: float) -> DigitLook:
    """The look of the table's digits: of the cells with one short line, where there are enough of them."""
    heights: list[float] = []
    darks: list[float] = []
    for cell in cells:
        if not cell.pieces or len(cell.pieces) > 6:
            continue
        x0, top, x1, bottom = around(cell.pieces)
        if x1 - x0 > 4 * em or bottom - top > 1.3 * em:
            continue
        tall = [piece for piece in cell.pieces if piece.h > 0.35 * em]
        heights += [piece.h for piece in tall]
        darks += [piece.dark for piece in tall]
    if len(heights) < 3:
        return DigitLook(0.72 * em, float(np.median(darks)) if darks else 150.0)
    return DigitLook(float(np.median(heights)), float(np.median(darks)))


def like_digits(pieces: Sequence[Piece], look: DigitLook, em: float) -> list[Piece]:
    """The pieces that look like characters of the table's numbers, with the points and signs beside them."""
    sure = [
        piece
        for piece in pieces
        if _SMALLEST * look.height <= piece.h <= _LARGEST * look.height
        and piece.w <= 9 * look.height  # figures that run into one another are one piece
        and piece.dark >= _PALEST * look.dark
    ]
    dashes = [
        piece
        for piece in pieces
        if piece.h <= 0.3 * look.height
        and 0.3 * look.height <= piece.w <= 2.5 * look.height
        and piece.area > 0.5 * piece.w * piece.h
        and piece.dark >= _PALEST * look.dark
    ]
    if not sure:
        return dashes
    x0, top, x1, bottom = around(sure)
    kept = set(sure)
    for piece in pieces:
        if piece in kept or piece.dark < _PALEST * look.dark:
            continue
        beside = x0 - 0.9 * em <= piece.x and piece.right <= x1 + 0.9 * em
        level = top - 0.1 * em <= piece.y and piece.bottom <= bottom + 0.35 * em
        if beside and level and max(piece.w, piece.h) >= 0.1 * em:
            kept.add(piece)
    return [piece for piece in pieces if piece in kept]


def stacked(lines: Sequence[Sequence[Piece]], em: float) -> bool:
    """Whether lines are single characters, one below the other: a narrow label cell."""
    if len(lines) < 2:
        return False
    return all(around(line)[2] - around(line)[0] <= 1.35 * em for line in lines)


def side_by_side(crops: Sequence[Pixels]) -> Pixels:
    """Crops of single characters as one line: the recogniser reads words better than characters."""
    height = max(crop.shape[0] for crop in crops)
    padded: list[npt.NDArray[np.uint8]] = []
    for crop in crops:
        above = (height - crop.shape[0]) // 2
        canvas = np.full((height, crop.shape[1]), 255, dtype=np.uint8)
        canvas[above : above + crop.shape[0]] = crop
        padded.append(canvas)
    return np.hstack(padded)
