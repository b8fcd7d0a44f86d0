"""What a grid's cell is at a glance: blank, a number cell's content, a label; and rows of them as text.

Belongs here: questions about single grid cells and plain lists of them. Does not belong here: anything that
knows a form.
"""

from __future__ import annotations

from ingestion.extract.model import GridCell
from ingestion.recognise.numbers import parse_number
from ingestion.recognise.reading import BLANK, UNREADABLE
from ingestion.recognise.rows import FieldText

#: Shown of a text in an issue.
SHOWN = 60


def is_blank(cell: GridCell) -> bool:
    return cell.legible and parse_number(cell.text).state == BLANK


def is_value(cell: GridCell) -> bool:
    """A number, or a word or sign for none; also ink that could not be read, which stands for one of them."""
    return not cell.legible or parse_number(cell.text, signed=True).is_value


def looks_like_label(cell: GridCell) -> bool:
    """Chinese words that are no reading of a number cell."""
    return parse_number(cell.text, signed=True).state == UNREADABLE and any(
        "\u4e00" <= char <= "\u9fff" for char in cell.text
    )


def leading_texts(cells: list[GridCell]) -> list[int]:
    """Indexes of the texts before the first number of a row."""
    lead: list[int] = []
    for index, cell in enumerate(cells):
        if is_blank(cell):
            continue
        if is_value(cell):
            break
        lead.append(index)
    return lead


def as_field(cell: GridCell) -> FieldText:
    return FieldText(cell.text, cell.locator, cell.struck, cell.confidence, cell.others, cell.legible)


def row_text(cells: list[GridCell]) -> str:
    """A row's cells as one text, tabs between them."""
    return "\t".join(cell.text.replace("\n", " ") for cell in cells).strip("\t ")


def shown(text: str) -> str:
    """A text for an issue: on one line, in quotes, not too long."""
    flat = " ".join(text.split())
    return f"“{flat[:SHOWN]}…”" if len(flat) > SHOWN else f"“{flat}”"
