"""Strict reading of catalog files: YAML without duplicate keys, and pydantic models from it.

Belongs here: bytes of a catalog file -> validated entries, with every complaint as a `CatalogError` that
names file and place. Used by the catalog and by every other room that keeps facts as YAML files.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ingestion.catalog.errors import CatalogError

M = TypeVar("M", bound=BaseModel)

# libyaml reads the whole catalog in a few hundredths of a second, the Python loader takes ten times as long
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# what names an entry of a list, so that a place reads rows.granted and not rows.3
_NAMES = ("code", "id", "zh", "name")


class _DuplicateKey(yaml.YAMLError):
    def __init__(self, key: object, line: int) -> None:
        self.line = line
        super().__init__(f"the key {key!r} stands twice in one mapping")


class _StrictLoader(_BASE):  # type: ignore[misc]  # the base is chosen at run time
    """SafeLoader that refuses duplicate keys; PyYAML silently keeps the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise _DuplicateKey(key, key_node.start_mark.line + 1)
                seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def read_yaml(path: Path, name: str | None = None) -> dict[str, Any]:
    """The mapping that a YAML file holds. `name`: how errors call the file.

    Raises CatalogError for a file that is not there, not UTF-8, not YAML, has a key twice, or is no mapping.
    """
    name = name or path.name
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except OSError as error:
        raise CatalogError(name, "file", f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(name, f"byte {error.start}", "is not UTF-8") from error
    except _DuplicateKey as error:
        raise CatalogError(name, f"line {error.line}", str(error)) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "file"
        raise CatalogError(name, place, f"not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise CatalogError(name, "file", f"not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise CatalogError(name, "file", f"must hold a mapping, holds {type(data).__name__}")
    return data


def parse(model: type[M], data: object, name: str, within: str = "") -> M:
    """`data` as a `model`; raises CatalogError at the first field that does not fit.

    `within`: the place of `data` in the file, put before the place of the field.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = _place(data, first["loc"])
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        reason = _REASONS.get(first["type"], first["msg"]) + more
        raise CatalogError(
            name, ".".join(part for part in (within, place) if part) or "file", reason
        ) from error


_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of the catalog",
}


def _place(data: object, location: Sequence[int | str]) -> str:
    """`location` of a pydantic error in words: list positions become the code of the entry there."""
    parts: list[str] = []
    here = data
    for step in location:
        if isinstance(step, int) and isinstance(here, Sequence) and not isinstance(here, str):
            here = here[step] if step < len(here) else None
            named = next((here[n] for n in _NAMES if n in here), None) if isinstance(here, Mapping) else None
            parts.append(str(named) if named is not None else str(step + 1))
        else:
            here = here.get(step) if isinstance(here, Mapping) else None
            parts.append(str(step))
    return ".".join(parts)
