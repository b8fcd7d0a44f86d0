"""What a person sees of a table in the Dagster UI: counts and a few rows as Markdown.

Belongs here: turning Arrow tables into Dagster metadata values. Not here: computing anything about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

PREVIEW_ROWS = 8
WIDEST = 40


def markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as a Markdown table; long texts are cut, line breaks and pipes made harmless."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_shown(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).replace("\n", " ").replace("|", "\\|")
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def table_metadata(table: pa.Table, count_by: str | None = None) -> dict[str, dg.MetadataValue[Any]]:
    """Row count, schema and a preview of `table`; with `count_by`, the rows for each of its values."""
    head = table.slice(0, PREVIEW_ROWS)
    # bounding boxes and hashes say nothing to a reader of a preview
    shown = [name for name in table.column_names if name not in ("bbox", "sha256", "filing_id")][:10]
    columns = [head.column(name).to_pylist() for name in shown]
    metadata: dict[str, dg.MetadataValue[Any]] = {
        "dagster/row_count": dg.MetadataValue.int(table.num_rows),
        "dagster/column_schema": dg.MetadataValue.table_schema(
            dg.TableSchema([dg.TableColumn(field.name, str(field.type)) for field in table.schema])
        ),
        "preview": dg.MetadataValue.md(markdown(shown, zip(*columns, strict=True))),
    }
    if count_by is not None:
        counts = Counter(table.column(count_by).to_pylist())
        rows = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
        metadata[f"by_{count_by}"] = dg.MetadataValue.md(markdown([count_by, "rows"], rows))
    return metadata
