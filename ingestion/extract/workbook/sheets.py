"""Workbooks of XML (.xlsx): values, formats, and what is hidden.

Belongs here: the parts of the file. A formula shows the result that was kept when the workbook was saved; one
without a result shows something that only a calculation could tell. Does not belong here: grids.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, NamedTuple

from ingestion.extract.ooxml import Package, parse
from ingestion.extract.sandbox import Budget
from ingestion.extract.workbook.conditions import Condition, conditions_of
from ingestion.extract.workbook.formats import IN_DOUBT, shown
from ingestion.extract.workbook.sheet import Entry, Sheet
from ingestion.extract.workbook.styles import Style, number_entry, style_of

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_REF = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_DIGIT = re.compile(r"\d")
_WHITE = re.compile(r"(?:f.){3}", re.IGNORECASE)
#: Merged ranges of one sheet that are looked at, and columns that can be hidden.
_MAX_MERGED = 20_000
_MAX_COLUMN = 16_384
#: Height and width of rows and columns in which nobody sees a digit.
_SMALLEST = 0.2


class _Book(NamedTuple):
    """What the sheets of a workbook share. unseen: numbers of differential styles that hide a number."""

    styles: list[Style]
    texts: list[_Text]
    unseen: frozenset[int]


class _Text(NamedTuple):
    """A shared text. mixed: parts of it are raised, lowered or struck through."""

    text: str
    mixed: bool


def read_xlsx(data: bytes, budget: Budget) -> list[Sheet] | None:
    """The sheets in their order; None if the workbook's parts are not XML. Raises `UnreadableInput`."""
    package = Package(data)
    name = package.document_name("xl/workbook.xml")
    if name.endswith(".bin"):
        return None
    book = package.xml(name)
    if book is None:
        return None
    relations = package.relations(name)
    member = package.related(name, "styles")
    style_root = package.xml(member) if member else None
    shared = _Book(_styles(style_root), _texts(package, name), _unseen_styles(style_root))
    sheets = []
    for entry in book.iterfind(f"{_S}sheets/{_S}sheet"):
        kind, member = relations.get(entry.get(f"{_R}id") or "", ("", None))
        sheet = Sheet(entry.get("name") or "", hidden=entry.get("state", "visible") != "visible")
        sheets.append(sheet)
        if kind.endswith("/worksheet") and member is not None and not sheet.hidden:
            source = package.bytes_of(member)
            if source is not None:
                _read_sheet(parse(source, member), sheet, shared, budget)
        elif not sheet.hidden:
            sheet.n_pictures = 1
    return sheets


def _read_sheet(root: Any, sheet: Sheet, book: _Book, budget: Budget) -> None:
    conditions = conditions_of(root, book.unseen)
    view = root.find(f"{_S}sheetViews/{_S}sheetView")
    zeros = view is None or view.get("showZeros", "1") not in ("0", "false")
    for column in root.iterfind(f"{_S}cols/{_S}col"):
        if column.get("hidden") in ("1", "true") or _is_zero(column.get("width")):
            first, last = _number(column.get("min")), _number(column.get("max"))
            sheet.hidden_columns.update(range(first - 1, min(last, _MAX_COLUMN)))
    row_number = -1
    for row in root.iterfind(f"{_S}sheetData/{_S}row"):
        row_number = _number(row.get("r")) - 1 if row.get("r") else row_number + 1
        hidden = row.get("hidden") in ("1", "true") or _is_zero(row.get("ht"))
        if hidden:
            sheet.hidden_rows.add(row_number)
        col = -1
        for cell in row.iterchildren(f"{_S}c"):
            place = _place(cell.get("r"))
            col = place[1] if place is not None else col + 1
            entry = _entry(cell, book, zeros=zeros)
            if entry is None:
                continue
            if hidden or col in sheet.hidden_columns:
                sheet.n_hidden += 1
                continue
            budget.add_places(1)
            sheet.entries[row_number, col] = _as_conditions_show(entry, row_number, col, cell, conditions)
    for number, merged in enumerate(root.iterfind(f"{_S}mergeCells/{_S}mergeCell")):
        ends = [_place(end) for end in (merged.get("ref") or "").split(":")]
        if number < _MAX_MERGED and len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            budget.add_places((ends[1][0] - ends[0][0] + 1) * (ends[1][1] - ends[0][1] + 1))
            sheet.merged.append((*ends[0], *ends[1]))
    sheet.n_pictures = len(root.findall(f"{_S}drawing")) + len(root.findall(f"{_S}legacyDrawing"))


def _as_conditions_show(entry: Entry, row: int, col: int, cell: Any, conditions: list[Condition]) -> Entry:
    """A number that a condition may hide: not read where it does, doubtful where nobody can tell."""
    if not conditions or not _DIGIT.search(entry.text):
        return entry
    printed = cell.find(f"{_S}v")
    value = printed.text if printed is not None and cell.get("t", "n") == "n" else None
    hides = [condition.hides(value) for condition in conditions if condition.covers(row, col)]
    if True in hides:
        return replace(entry, legible=False)
    return replace(entry, confidence=min(entry.confidence, IN_DOUBT)) if None in hides else entry


def _entry(cell: Any, book: _Book, *, zeros: bool) -> Entry | None:
    styles, texts = book.styles, book.texts
    style = styles[number] if (number := _number(cell.get("s"))) < len(styles) else Style()
    kind = cell.get("t", "n")
    printed = cell.find(f"{_S}v")
    value = printed.text if printed is not None else None
    if kind == "inlineStr":
        inline = cell.find(f"{_S}is")
        return _text_entry(_text(inline), style) if inline is not None else None
    if value is None:
        # a formula that was never calculated shows a number as soon as someone opens the file
        return Entry("", legible=False) if cell.find(f"{_S}f") is not None else None
    if kind == "s":
        index = _number(value)
        return _text_entry(texts[index], style) if index < len(texts) else Entry("", legible=False)
    if kind in ("str", "e", "d"):
        return _text_entry(_Text(value, mixed=False), style)
    if kind == "b":
        return Entry("TRUE" if value == "1" else "FALSE", struck=style.struck)
    try:
        number_value = float(value)
    except ValueError:
        return _text_entry(_Text(value, mixed=False), style)
    return number_entry(number_value, value, style, zeros=zeros)


def _text_entry(text: _Text, style: Style) -> Entry | None:
    stripped = text.text.strip()
    if not stripped:
        return None
    # a raised digit in a cell of digits is a mark, and no digit of the number
    unread = (
        text.mixed and _DIGIT.search(stripped) is not None and not re.search(r"[\u4e00-\u9fff]", stripped)
    )
    unread = unread or (style.white and not re.search(r"[\u4e00-\u9fff]", stripped))
    return Entry(stripped, struck=style.struck, legible=not unread)


def _styles(root: Any) -> list[Style]:
    if root is None:
        return []
    codes = {
        _number(one.get("numFmtId")): one.get("formatCode") or ""
        for one in root.iterfind(f"{_S}numFmts/{_S}numFmt")
    }
    fonts = [
        (_is_struck(font), _is_white(font.find(f"{_S}color")))
        for font in root.iterfind(f"{_S}fonts/{_S}font")
    ]
    dark = [_is_dark(fill) for fill in root.iterfind(f"{_S}fills/{_S}fill")]
    styles = []
    for one in root.iterfind(f"{_S}cellXfs/{_S}xf"):
        number, font, fill = (_number(one.get(name)) for name in ("numFmtId", "fontId", "fillId"))
        struck, white = fonts[font] if font < len(fonts) else (False, False)
        white = white and not (fill < len(dark) and dark[fill])
        styles.append(style_of(number, codes.get(number), struck=struck, white=white))
    return styles


def _unseen_styles(root: Any) -> frozenset[int]:
    """Styles of conditions that hide a number: in white, or by a format that shows nothing."""
    found = set()
    for number, style in enumerate(root.iterfind(f"{_S}dxfs/{_S}dxf") if root is not None else ()):
        code = style.find(f"{_S}numFmt")
        if code is not None and shown(1.0, code.get("formatCode") or "")[0] != "1":
            found.add(number)
        fill = style.find(f"{_S}fill")
        if _is_white(style.find(f"{_S}font/{_S}color")) and not (fill is not None and _is_dark(fill)):
            found.add(number)
    return frozenset(found)


def _is_struck(font: Any) -> bool:
    strike = font.find(f"{_S}strike")
    return strike is not None and strike.get("val", "1") not in ("0", "false")


def _is_white(colour: Any) -> bool:
    """White, or so near to it that it is not seen; the theme's first colour and numbers 1 and 9 are."""
    if colour is None or colour.get("tint", "0").startswith("-"):
        return False
    value = (colour.get("rgb") or "")[-6:]
    return bool(_WHITE.fullmatch(value)) or colour.get("theme") == "0" or colour.get("indexed") in ("1", "9")


def _is_dark(fill: Any) -> bool:
    """Whether white letters are seen on a fill. Its colours are named the other way round in conditions."""
    pattern = fill.find(f"{_S}patternFill")
    if pattern is None:
        return fill.find(f"{_S}gradientFill") is not None
    if pattern.get("patternType", "solid") == "none":
        return False
    colour = pattern.find(f"{_S}fgColor")
    if colour is None:
        colour = pattern.find(f"{_S}bgColor")
    return colour is not None and not _is_white(colour) and colour.get("indexed") not in ("64", "65")


def _texts(package: Package, book: str) -> list[_Text]:
    member = package.related(book, "sharedStrings")
    root = package.xml(member) if member else None
    return [_text(one) for one in root.iterchildren(f"{_S}si")] if root is not None else []


def _text(entry: Any) -> _Text:
    """The text of a shared or inline string; how it is pronounced is not printed."""
    plain = "".join(one.text or "" for one in entry.iterchildren(f"{_S}t"))
    parts, mixed = [plain], False
    for run in entry.iterchildren(f"{_S}r"):
        parts += [one.text or "" for one in run.iterchildren(f"{_S}t")]
        look = run.find(f"{_S}rPr")
        mixed = mixed or (
            look is not None and any(look.find(f"{_S}{name}") is not None for name in ("vertAlign", "strike"))
        )
    return _Text("".join(parts), mixed)


def _place(reference: str | None) -> tuple[int, int] | None:
    """ "C5" -> (4, 2), 0-based row and column."""
    found = _REF.fullmatch(reference or "")
    if found is None:
        return None
    col = 0
    for letter in found[1]:
        col = col * 26 + ord(letter) - 64
    return int(found[2]) - 1, col - 1


def _is_zero(size: str | None) -> bool:
    """A row or column of no size (points, or widths of a digit) is hidden by hand."""
    try:
        return size is not None and float(size) < _SMALLEST
    except ValueError:
        return False


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else 0
