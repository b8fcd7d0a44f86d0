"""Adding an entry to a ledger's file, so that not a byte of what stands there is lost.

Belongs here: laying out an entry as YAML and putting it behind the last one. Does not belong here: what an
entry may say (`corrections`), who may write when (the caller holds a lock).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from ingestion.catalog.corrections import (
    FIELD,
    CellCorrection,
    DocumentCorrection,
    Entered,
    entry_of,
    read_entries,
)
from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import Catalog

HEADER = """\
# Decisions about cells and documents, written by `gongkai review` and `gongkai correct`, and by hand: the
# shape of an entry is said in ingestion/catalog/corrections.yml. The next `gongkai run` applies them.

"""


#: What YAML, or str.splitlines, takes for the end of a line.
_BREAK = re.compile("[\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029]")


def append_entry(path: Path, entry: CellCorrection | DocumentCorrection, catalog: Catalog) -> Entered:
    """Put `entry` at the end of the file `path`, which is made where it is not there; comments stay.

    Written aside and renamed: whoever reads meanwhile sees the old file or the whole new one. Raises
    CatalogError, and leaves the file as it is, where that is no ledger, or a list that cannot be added to.
    """
    name = str(path)
    before = read_entries(path, catalog, "own", name) if path.exists() else []
    text = path.read_text(encoding="utf-8") if path.exists() else f"{HEADER}{FIELD}:\n"
    data = as_data(entry)
    entry_of(data, name, f"{FIELD}.{len(before) + 1}", catalog)
    added = _added(text, data, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(added)
            file.flush()
            os.fsync(file.fileno())
        after = read_entries(aside, catalog, "own", name)
        if [one.entry for one in after] != [*(one.entry for one in before), entry]:
            raise CatalogError(name, FIELD, "cannot be added to as it is written; add the entry by hand")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return after[-1]


def as_data(entry: CellCorrection | DocumentCorrection) -> dict[str, Any]:
    """The entry as plain data for YAML, fields that say nothing left out; `printed` always stands."""
    data = entry.model_dump(exclude_none=True)
    if isinstance(entry, CellCorrection):
        data = {name: entry.printed if name == "printed" else data[name] for name in type(entry).model_fields
                if name in data or name == "printed"}  # fmt: skip
        if entry.value is not None:
            whole = entry.value == entry.value.to_integral_value()
            # a quoted text keeps every decimal; a float would not
            data["value"] = int(entry.value) if whole else str(entry.value)
    return data


def _added(text: str, data: dict[str, Any], name: str) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    node = next((value for key, value in pairs if key.value == FIELD), None)
    if isinstance(node, yaml.SequenceNode) and node.flow_style:
        if node.value:
            raise CatalogError(name, FIELD, "is written in one line; put each entry on a line with a dash")
        start, end = node.start_mark.index, node.end_mark.index
        text, node = text[:start].rstrip(" ") + text[end:], None
    indent = node.start_mark.column if isinstance(node, yaml.SequenceNode) else 2
    if text and not text.endswith("\n"):
        text += "\n"
    if not pairs:
        text += f"{FIELD}:\n"
    dumped = yaml.dump([data], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return text + "".join(f"{' ' * indent}{line}\n" for line in dumped.rstrip("\n").split("\n"))


class _Dumper(yaml.SafeDumper):
    """Texts in quotes where a reader of YAML might take them for a number or a date."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """A text with a line break of any kind is escaped: each line of an entry is indented afterwards."""
        style = '"' if _BREAK.search(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)
