"""Personal data of contact lines (names, telephones, e-mail) is taken out of free text, here only.

Belongs here: which columns are free text. Does not belong here: what in them is a contact (`contact_lines`),
printed cells (their `raw` stays as printed), the archive, which keeps every document as it came.

A report ends with its contact line, or says it in the middle of a sentence that states a number. Numbers of
offices go as well: no table needs them, and nobody can tell which of them ring on a person's desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from ingestion.normalise.contact_lines import LEFT_OUT, contact_spans, is_contact_row, speaks_of_contacts

#: Columns that quote a document in words of its own choosing, by table.
FREE_TEXT: Mapping[str, tuple[str, ...]] = {
    "documents": ("name", "title_hint", "reason"),
    "filings": ("title", "found"),
    "cells": ("note",),
    "indicators": ("label",),
    "narrative_facts": ("raw", "sentence"),
    "issues": ("place", "detail"),
    "agency_resolutions": ("why", "names_seen", "candidates", "of_place"),
    "corrections": ("reason", "why", "about", "evidence_locator"),
}

#: Cells as printed: a bare figure is never a contact, a cell that a contact line ran into is none either.
PRINTED: Mapping[str, tuple[str, ...]] = {"cells": ("raw", "others"), "indicators": ("unit", "raw")}


@lru_cache(maxsize=4096)
def without_contacts(text: str) -> str:
    """The text with names, numbers and addresses of contact lines replaced by 〔略〕; labels stay."""
    kept, end = [], 0
    for start, stop in contact_spans(text):
        kept += [text[end:start], LEFT_OUT]
        end = stop
    return "".join([*kept, text[end:]])


def leave_contacts_out(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A tidy table with `without_contacts` over its free text, and over printed cells that speak of contacts.

    A contact line that stands in a list of indicators as a row of its own (联系电话, 个, 86382345) keeps its
    place and its label: its number is no indicator, so it has no value and is unreadable. Nulls stay, nothing
    else is touched.
    """
    if table == "indicators":
        frame = _without_contact_rows(frame)
    kept = {column: _read_again(frame[column], without_contacts) for column in FREE_TEXT.get(table, ())}
    kept |= {column: _read_again(frame[column], _printed) for column in PRINTED.get(table, ())}
    return frame.assign(**kept)


def _printed(text: str) -> str:
    return without_contacts(text) if speaks_of_contacts(text) else text


def _read_again(column: pd.Series[Any], change: Callable[[str], str]) -> pd.Series[Any]:
    """The column with every text changed, each but once: most cells of a table are one of few figures."""
    changed = {text: change(text) for text in column.unique() if isinstance(text, str)}
    return pd.Series([changed.get(text, text) for text in column], index=column.index, dtype=object)


def _without_contact_rows(frame: pd.DataFrame) -> pd.DataFrame:
    printed = zip(frame["code"], frame["label"], frame["unit"], frame["raw"], strict=True)
    contact = [code is None and is_contact_row(label, unit, raw or "") for code, label, unit, raw in printed]
    if not any(contact):
        return frame
    frame = frame.copy()
    frame.loc[contact, ["value", "state"]] = [None, "unreadable"]
    frame.loc[contact, ["unit", "raw"]] = [None, LEFT_OUT]
    return frame
