"""Issue codes: what each means and what to do about it, read from `issues.yml` and validated.

Belongs here: the words for people, in both languages. Does not belong here: raising issues (readers and
recognition do, in English, with the figures of the case).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from ingestion.catalog.errors import CatalogError
from ingestion.catalog.loader import Catalog, load_catalog
from ingestion.catalog.models import Bilingual, Code, Entry
from ingestion.catalog.yaml_source import parse, read_yaml

ISSUES_FILE = "issues.yml"


class IssueCode(Entry):
    """What issues of one code say. `severity` is the gravest that they come with."""

    code: Code
    severity: Literal["error", "warning", "info"]
    concerns: Literal["file", "text", "picture", "attachment", "report", "form", "table", "cell", "prose"]
    meaning: Bilingual
    advice: Bilingual


class _IssueFile(Entry):
    """`advice` is where the file keeps what several codes advise."""

    advice: tuple[Bilingual, ...] = ()
    issues: tuple[IssueCode, ...] = Field(min_length=1)


def load_issue_codes(catalog: Catalog | None = None) -> dict[str, IssueCode]:
    """Every issue code by its name, in the order of the file. Raises CatalogError, also for a code twice."""
    catalog = catalog or load_catalog()
    found: dict[str, IssueCode] = {}
    for one in _read(catalog.root).issues:
        if one.code in found:
            raise CatalogError(ISSUES_FILE, f"issues.{one.code}", "the code stands twice")
        found[one.code] = one
    return found


@lru_cache(maxsize=8)
def _read(root: Path) -> _IssueFile:
    return parse(_IssueFile, read_yaml(root / ISSUES_FILE), ISSUES_FILE)


def issue_code_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """catalog_issue_codes: a row an issue code."""
    return [
        {
            "code": one.code,
            "position": position,
            "severity": one.severity,
            "concerns": one.concerns,
            "meaning_zh": one.meaning.zh,
            "meaning_en": one.meaning.en,
            "advice_zh": one.advice.zh,
            "advice_en": one.advice.en,
        }
        for position, one in enumerate(load_issue_codes(catalog).values(), start=1)
    ]
