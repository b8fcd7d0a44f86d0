"""What is needed to quote a cell and to find it again: labels, title, publisher, address, archived file.

Belongs here: wording it for `gongkai trace`. Not here: showing the place (`places`), the macro `citation` of
the released database (dbt_project), which says the same in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ingestion.archive import Archive
from ingestion.catalog import load_catalog
from ingestion.paths import DataRoot
from orchestration.surroundings import harmless

Row = dict[str, Any]


def label_lines(row: Row) -> Iterator[str]:
    """The row and the column of a cell, and its table, in the words of the form; nothing without a form."""
    form = load_catalog().forms.get(row["form"] or "")
    if form is None:
        return
    for table in form.tables:
        lines = {line.code: line for line in table.rows}
        columns = {column.code: column for column in table.columns}
        line, column = lines.get(row["row_code"] or ""), columns.get(row["column_code"] or "")
        if table.code == row["table_code"] and line is not None and column is not None:
            yield f"row       {line.printed_label} · {line.label_en}"
            yield f"column    {column.printed_label} · {column.label_en}"
            yield f"table     {table.label_zh} · {table.label_en}"


def source_lines(root: DataRoot, filing: Row, document: Row, row: Row) -> Iterator[str]:
    """The document as one would quote it, and where its bytes lie below the data root."""
    from orchestration.crawling import publishers

    site = publishers().get(document["source"] or "")
    # what people gave comes from no site: the report is published by the body that issues it
    publisher = site.name_zh if site is not None else filing["agency"]
    url, retrieved = document.get("url"), document.get("retrieved_at")
    yield f"title     {harmless(filing.get('title') or document.get('title_hint') or 'none was found')}"
    yield f"publisher {publisher or 'not known'}"
    yield f"document  {document['name']} ({document['source']}), vintage {filing['vintage']}"
    yield f"url       {harmless(url) if url else 'none: a local file'}"
    yield f"retrieved {_moment(retrieved)}"
    yield f"snapshot  {row['sha256']}"
    yield f"archived  {_archived(root, row['sha256'])}"


def carrier_lines(root: DataRoot, name: str, sha256: str) -> Iterator[str]:
    """The picture or attachment that prints the cell, where that is a file of its own."""
    yield f"carrier   {name}, snapshot {sha256}"
    yield f"archived  {_archived(root, sha256)}"


def _archived(root: DataRoot, sha256: str) -> str:
    return f"{Archive(root).path_of(sha256).relative_to(root.root)} (in the data root)"


def _moment(moment: datetime | None) -> str:
    """A time as the tables have it: UTC, with or without saying so."""
    if moment is None:
        return "not known"
    known = moment.astimezone(UTC) if moment.tzinfo is not None else moment
    return f"{known:%Y-%m-%d %H:%M} UTC"
