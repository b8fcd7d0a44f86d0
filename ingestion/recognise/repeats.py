"""Tables that a document prints twice: last year's beside this year's, a comparison, a second report.

Belongs here: which grid's rows are the report's own where the document itself says so, by the shape of the
rows or by the year in the caption or report title above the grid. Where it does not, nothing is dropped, and
the cells that contradict each other stay unreadable. Does not belong here: reading rows (`grids`), placing
numbers (`align`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingestion.extract.model import Document, Grid, Issue, TextBlock
from ingestion.recognise.rows import RowReading

#: A table whose caption names another year than the report's, and no other table of its kind in sight.
CONFIDENCE_OTHER_YEAR = 0.8
#: Captions and titles are short; what is longer is prose.
_MAX_CAPTION = 60
_LAST_YEAR = re.compile("上年度(?!结转)|上一年度?(?!结转|项目)|去年")
_YEAR = re.compile(r"(?<!\d)(20\d{2})年度?(?!\d{0,2}月|\d)")
_TITLE = re.compile("年度?报告|年报")


def own_rows(
    rows: Sequence[RowReading], document: Document, report_year: int | None
) -> tuple[list[RowReading], list[Issue]]:
    """`rows` without those that belong to a repeated table which is not the report's; issues say which."""
    years = _years_of_grids(document, report_year) if report_year is not None else {}
    kept, issues = _own_year(rows, years, report_year)
    return _own_shape(kept, issues)


def _years_of_grids(document: Document, report_year: int) -> dict[str, tuple[int, bool]]:
    """Block name of each grid -> (year, whether its own caption says so), where anything above says one."""
    found: dict[str, tuple[int, bool]] = {}
    of_title: int | None = None
    caption = ""
    for block in document.blocks:
        if isinstance(block, TextBlock):
            caption = block.text if len(block.text) <= _MAX_CAPTION else ""
            year = _YEAR.search(caption)
            if year is not None and _TITLE.search(caption):
                of_title = int(year[1])
        elif isinstance(block, Grid):
            year = _YEAR.search(caption)
            if _LAST_YEAR.search(caption):
                found[f"grid{block.index}"] = (report_year - 1, True)
            elif year is not None:
                found[f"grid{block.index}"] = (int(year[1]), True)
            elif of_title is not None:
                found[f"grid{block.index}"] = (of_title, False)
            caption = ""
    return found


def _own_year(
    rows: Sequence[RowReading], years: dict[str, tuple[int, bool]], report_year: int | None
) -> tuple[list[RowReading], list[Issue]]:
    blocks_of = _blocks(rows)
    kept: list[RowReading] = []
    issues: list[Issue] = []
    for row in rows:
        year, captioned = years.get(row.block, (report_year, False))
        rivals = blocks_of[row.table, row.row] - {row.block}
        years_of_rivals = {years.get(one, (report_year, False))[0] for one in rivals}
        if year != report_year and report_year in years_of_rivals:
            issues.append(_issue(row, f"it stands under a title of {year}"))
            continue
        if year != report_year and captioned:
            row = row.doubted(CONFIDENCE_OTHER_YEAR, f"it stands under a title of {year}")
        kept.append(row)
    return kept, issues


def _own_shape(rows: Sequence[RowReading], issues: list[Issue]) -> tuple[list[RowReading], list[Issue]]:
    """Without rows of a table that never has the form's number of columns, where another table has them."""
    blocks_of = _blocks(rows)
    fitting = {(row.table, row.block) for row in rows if _fits(row)}
    kept: list[RowReading] = []
    for row in rows:
        rivals = blocks_of[row.table, row.row] - {row.block}
        if (row.table, row.block) not in fitting and any((row.table, one) in fitting for one in rivals):
            issues.append(_issue(row, "its table has not the columns of the form"))
            continue
        kept.append(row)
    return kept, issues


def _fits(row: RowReading) -> bool:
    filled = len([item for item in row.fields if not item.blank])
    return row.placed is not None or len(row.slots) in (len(row.fields), filled)


def _blocks(rows: Sequence[RowReading]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        found[row.table, row.row].add(row.block)
    return found


def _issue(row: RowReading, why: str) -> Issue:
    detail = f"printed in another table too; this one is not used, because {why}"
    return Issue("row_repeated", f"{row.table}.{row.row}", detail, "info", row.locator)
