"""How far a report could be read: its status, and an issue for every table that it lacks in part.

Belongs here: what follows from the states of the cells alone, whether they come from one carrier or several.
Does not belong here: whether a document is a report (`evidence`), why a single cell is missing (`tables`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingestion.extract.model import Issue
from ingestion.recognise.reading import (
    BLANK,
    MISSING_IMAGE,
    MISSING_PAGE_BREAK,
    MISSING_TABLE,
    REPORTED,
    UNREADABLE,
    CellReading,
    IndicatorReading,
    Status,
)

NOT_FOUND_STATES = frozenset({MISSING_TABLE, MISSING_IMAGE, MISSING_PAGE_BREAK, UNREADABLE})
#: Codes of the issues that `missing_issues` makes.
MISSING_ISSUES = frozenset({"rows_missing", "table_missing"})


def is_printed(cell: CellReading) -> bool:
    """Whether the cell was met and read, be it blank."""
    return cell.state not in NOT_FOUND_STATES


def says_nothing(cells: Iterable[CellReading]) -> bool:
    """Whether no cell prints anything: all are blank, missing or unreadable."""
    return all(not is_printed(cell) or cell.state == BLANK for cell in cells)


def status_of(
    cells: Mapping[str, CellReading], indicators: Iterable[IndicatorReading]
) -> tuple[Status, str | None]:
    """The status of a report with these cells, and the reason where it is not complete."""
    states = [cell.state for cell in cells.values()]
    found = [state for state in states if state not in NOT_FOUND_STATES]
    if not states or not found:
        if any(cell.state == REPORTED for row in indicators for cell in row.values.values()):
            return "partial", "only rows that the catalog does not know were read"
        if UNREADABLE in states:
            return "no_tables", "its tables were found, but no number can be told to belong to a cell"
        kinds = sorted(set(states))
        return "no_tables", f"its tables are not in the document ({', '.join(kinds)})" if kinds else (
            "it holds no statistical table"
        )
    if REPORTED not in found:
        return (
            ("blank_form", "every cell is blank")
            if len(found) == len(states)
            else ("no_tables", "no number is printed")
        )
    lost = len(states) - len(found)
    if lost:
        return "partial", f"{lost} of {len(states)} cells are missing or cannot be read"
    return "complete", None


def missing_issues(cells: Mapping[str, CellReading]) -> list[Issue]:
    """An issue for every table of which cells are not in the document."""
    tables: dict[str, list[CellReading]] = {}
    for key, cell in cells.items():
        tables.setdefault(key.split(".")[0], []).append(cell)
    issues = []
    for code, found in tables.items():
        missing = [cell for cell in found if cell.state in NOT_FOUND_STATES - {UNREADABLE}]
        if missing:
            rows = ", ".join(dict.fromkeys(cell.key.split(".")[1] for cell in missing))
            states = ", ".join(dict.fromkeys(cell.state for cell in missing))
            kind = "rows_missing" if len(missing) < len(found) else "table_missing"
            detail = f"{len(missing)} cells ({rows}) are not in the document: {states}"
            issues.append(Issue(kind, code, detail))
    return issues
