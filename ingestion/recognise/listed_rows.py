"""Which rows of an indicator list its printed labels name, in the list's order.

Belongs here: labels that stand under several parents, and labels that a reader of ink saw with some
characters wrong, by the rows that were read around them. Does not belong here: finding a list and its values
(`lists`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.catalog.labels import normalise_label
from ingestion.catalog.models import Row
from ingestion.recognise.vocabulary import TableVocabulary

#: Confidence of what is read in a row whose label only resembles the catalog's.
CONFIDENCE_MISREAD = 0.85
#: Share of the characters that must be those of the row's label; and from which on it may be one of several
#: rows that are missing here (else there must be as many rows not read as are missing).
_LEAST_ALIKE, _ALIKE = 0.64, 0.78
#: Below, the reader saw itself that it did not read the label well.
_READ_WELL = 0.9
_SHORTEST = 4
_BRACKET = re.compile(r"\([^()]*\)?$")
_NUMBER = re.compile(r"^[\dLlI]{1,2}(?=[\u4e00-\u9fff])")
_NO_LABEL = re.compile(r"[^\u4e00-\u9fff()]+$")


@dataclass(frozen=True, slots=True)
class ListedRow:
    """The row that a printed label names; confidence below 1 where it only resembles the row's."""

    row: Row | None
    confidence: float = 1.0


def listed_rows(table: TableVocabulary, labels: Sequence[tuple[str, float]]) -> list[ListedRow]:
    """Per printed label (text, confidence of its reader: 1.0 where it is no reader of ink) its row, or None.

    A label that is not in the catalog is a row of its own, unless ink was read: then it may be the row that
    is missing between the rows read before and after it, if it has most of that row's characters in their
    places. Case: 其他力八凹应事件数 for 其他方式回应事件数 in a blurred scan.
    """
    found = _by_label(table, labels)
    claimed = {row.code for row in found if row is not None}
    listed = [ListedRow(row) for row in found]
    at = 0
    while at < len(labels):
        if found[at] is not None:
            at += 1
            continue
        end = next((index for index in range(at, len(labels)) if found[index] is not None), len(labels))
        first = max((table.order[row.code] for row in found[:at] if row is not None), default=-1)
        following = [table.order[row.code] for row in found[end:] if row is not None]
        last = min(following, default=len(table.order))
        missing = [
            row
            for row in table.table.rows
            if first < table.order[row.code] < last and row.code not in claimed
        ]
        listed[at:end] = _of_missing(labels[at:end], missing)
        at = end
    return listed


def _by_label(table: TableVocabulary, labels: Sequence[tuple[str, float]]) -> list[Row | None]:
    """Rows whose label is the printed one. Labels such as 被依法纠错数 stand under two parents: the list's
    order tells which comes next, unless ink before it was not read, which may have been the other parent.
    """
    found: list[Row | None] = []
    last_order = -1
    unread = False
    for label, confidence in labels:
        rows = table.rows.get(normalise_label(label), ())
        behind = [row for row in rows if table.order[row.code] > last_order]
        row = rows[0] if len(rows) == 1 else min(behind, key=lambda one: table.order[one.code], default=None)
        if unread and len(behind) > 1:
            row = None
        if row is not None:
            last_order = table.order[row.code]
        unread = row is None and (unread or confidence < 1.0)
        found.append(row)
    return found


def _of_missing(labels: Sequence[tuple[str, float]], missing: Sequence[Row]) -> list[ListedRow]:
    """The rows that labels between two known ones resemble, in order, each at most once."""
    found: list[ListedRow] = []
    first = 0
    as_many = len(labels) == len(missing)
    for at, (label, confidence) in enumerate(labels):
        alike = {index: _alike(label, missing[index]) for index in range(first, len(missing))}
        most = max(alike.values(), default=0.0) if confidence < 1.0 else 0.0
        best = [index for index, share in alike.items() if share == most]
        in_its_place = as_many and at in best
        sure = most >= _ALIKE or (most >= _LEAST_ALIKE and in_its_place and confidence < _READ_WELL)
        if not sure or (len(best) > 1 and not in_its_place):
            found.append(ListedRow(None))
            continue
        index = at if in_its_place else best[0]
        found.append(ListedRow(missing[index], CONFIDENCE_MISREAD))
        first = index + 1
    return found


def _alike(label: str, row: Row) -> float:
    """Share of characters that are the same, in the same place: a reader of ink takes one for another, where
    other rows have words more or fewer. A speck may stand behind them, and the number before them be misread.
    """
    printed = normalise_label(label)
    before, _, speck = label.rpartition(" ")
    if len(speck) == 1:
        printed = normalise_label(before)
    ways = {printed, _NO_LABEL.sub("", printed), _BRACKET.sub("", _NO_LABEL.sub("", printed))}
    ways |= {_NUMBER.sub("", way) for way in ways}
    best = 0.0
    for known in row.keys:
        for way in ways:
            if len(known) >= _SHORTEST and len(way) == len(known):
                same = sum(one == other for one, other in zip(way, known, strict=True))
                best = max(best, same / len(known))
    return best
