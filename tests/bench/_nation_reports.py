"""Some thousand made-up reports as tidy rows, of which a nation is multiplied.

Belongs here: what reports of three forms look like in numbers, states and places. Does not belong here: how many
agencies there are, their names, files (`_nation`).

A report's figures add up by construction; one report in twenty has wrong digits, some lack their tables or
have blanks. Places are those that the readers of the formats give: a box on the page for PDF, offsets in the
text for plain text, lines of the source for HTML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ingestion.catalog import Form, load_catalog

Row = dict[str, Any]
Figures = dict[str, int]

YEARS = (2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025)
#: Share of reports by the format they come in.
CARRIERS = {"html": 0.6, "word": 0.15, "pdf": 0.15, "text": 0.1}
#: Requests in a year by size of the body; most bodies are towns and streets with hardly any.
SIZES = {"town": (0.80, 3), "county": (0.15, 120), "city": (0.05, 1500)}
WITHOUT_TABLES, WITH_BLANKS, WITH_WRONG_DIGITS, WITH_ONE_ROW = 0.03, 0.05, 0.05, 0.03
APPLICANTS = (0.70, 0.14, 0.01, 0.02, 0.04, 0.09)

_CATALOG = load_catalog()


@dataclass(frozen=True)
class Report:
    """One made-up report: its number of body and year, what it prints, and what is said of each cell."""

    body: int
    year: int
    vintage: int
    is_current: bool
    form: Form
    carrier: str
    status: str
    received: int
    cells: list[Row]


def reports(bodies: int, seed: int = 6) -> Iterator[Report]:
    """Reports of `bodies` bodies for each year of `YEARS`; one in fifty is issued twice. The same every time."""
    rng = np.random.default_rng(seed)
    for body in range(bodies):
        size = rng.choice(list(SIZES), p=[share for share, _ in SIZES.values()])
        carrier = str(rng.choice(list(CARRIERS), p=list(CARRIERS.values())))
        mean = SIZES[size][1] * rng.lognormal(0, 0.6)
        stock = rng.poisson(mean / 10, 12) * (rng.random(12) < 0.5)
        for year in YEARS:
            form = _form(year)
            stock = stock + rng.poisson(0.3, 12)
            figures = _figures(form, mean, stock, rng)
            twice = rng.random() < 0.02
            if twice:
                yield _report(body, year, 1, False, form, carrier, figures, rng)
            yield _report(body, year, 1 + twice, True, form, carrier, figures, rng)


def _form(year: int) -> Form:
    name = "pre2019_national" if year < 2019 else "form_2019" if year < 2021 else "form_2021"
    return _CATALOG.forms[name]


def _figures(form: Form, mean: float, stock: np.ndarray[Any, Any], rng: np.random.Generator) -> Figures:
    if form.code == "pre2019_national":
        return _list_figures(form, mean, rng)
    found = dict.fromkeys(form.cells, 0)
    for at, cell in enumerate(key for key in form.cells if key.startswith("t2")):
        found[cell] = int(stock[at % len(stock)])
    found |= _requests(form, int(rng.poisson(mean)), rng) | _reviews(form, mean, rng)
    return found


def _requests(form: Form, received: int, rng: np.random.Generator) -> Figures:
    """Table 3: each request gets one outcome, or is carried out; totals are sums."""
    table = form.table("t3")
    columns = [column.code for column in table.columns if not column.total_of]
    leaves = [row.code for row in table.outcome_leaves]
    weights = np.array([40.0, 8.0, *([1.0] * (len(leaves) - 2))])
    weights[rng.integers(2, len(leaves), 3)] = 10
    new = rng.multinomial(received, APPLICANTS)
    earlier = rng.binomial(new, 0.08)
    left = rng.binomial(new + earlier, 0.08)
    rows = {"new_received": new, "carried_in": earlier, "carried_out": left}
    rows["total_handled"] = new + earlier - left
    outcomes = np.stack([rng.multinomial(n, weights / weights.sum()) for n in rows["total_handled"]])
    rows |= {leaf: outcomes[:, at] for at, leaf in enumerate(leaves)}
    found = {}
    for row, numbers in rows.items():
        found |= {f"t3.{row}.{column}": int(n) for column, n in zip(columns, numbers, strict=True)}
        found[f"t3.{row}.total"] = int(numbers.sum())
    return found


def _reviews(form: Form, mean: float, rng: np.random.Generator) -> Figures:
    table = form.table("t4")
    parts = [column.code for column in table.columns if not column.total_of]
    found = {}
    for row in table.value_rows:
        numbers = rng.poisson(mean / 120, len(parts))
        found |= {f"t4.{row.code}.{part}": int(n) for part, n in zip(parts, numbers, strict=True)}
        found[f"t4.{row.code}.total"] = int(numbers.sum())
    return found


def _list_figures(form: Form, mean: float, rng: np.random.Generator) -> Figures:
    """The national list from before 2019: parts first, then what totals them."""
    rows = {row.code: row for row in form.tables[0].value_rows}
    found: Figures = {}

    def number(code: str) -> int:
        if code not in found:
            parts = rows[code].total_of
            few = rng.random() < 0.6
            found[code] = sum(map(number, parts)) if parts else 0 if few else int(rng.poisson(mean + 2))
        return found[code]

    return {f"{form.tables[0].code}.{code}.count": number(code) for code in rows}


def _report(
    body: int, year: int, vintage: int, is_current: bool, form: Form, carrier: str, meant: Figures,
    rng: np.random.Generator,
) -> Report:  # fmt: skip
    printed: dict[str, int | None] = dict(meant)
    states = dict.fromkeys(printed, "reported")
    status = "complete"
    lot = rng.random()
    if lot < WITHOUT_TABLES:
        states, status = dict.fromkeys(printed, "missing_table"), "no_tables"
    elif lot < WITHOUT_TABLES + WITH_BLANKS:
        states |= {key: "blank" for key, value in printed.items() if not value and rng.random() < 0.5}
    elif form.code != "pre2019_national" and lot < WITHOUT_TABLES + WITH_BLANKS + WITH_WRONG_DIGITS:
        for key in rng.choice([key for key in printed if key.startswith("t3")], rng.integers(1, 4)):
            printed[str(key)] = int(printed[str(key)] or 0) + int(rng.integers(1, 9))
    elif form.code == "form_2021" and lot > 1 - WITH_ONE_ROW:
        for column in (column.code for column in form.table("t3").columns):
            split = [key for key in printed if key.startswith("t3.other_") and key.endswith(f".{column}")]
            printed[f"t3.other.{column}"] = sum(printed[key] or 0 for key in split)
            states |= dict.fromkeys(split, "structurally_absent") | {f"t3.other.{column}": "reported"}
    place = _Places(carrier, rng)
    cells = []
    for key in printed:
        table, row, column = key.split(".")
        value = printed[key] if states[key] == "reported" else None
        cells.append(
            {
                "cell_key": key, "table_code": table, "row_code": row, "column_code": column,
                "value": None if value is None else Decimal(value),
                "raw": None if states[key].startswith("missing") else "" if value is None else str(value),
                "state": states[key],
                "confidence": None if value is None else place.confidence(),
                "unit": form.cells[key].unit if key in form.cells and table.startswith("nat") else None,
                "parts": None, "note": None, "optional": key not in form.cells, "others": None,
                **(NOWHERE if states[key].startswith("missing") else place.next(table, row)),
            }
        )  # fmt: skip
    return Report(body, year, vintage, is_current, form, carrier, status, _received(meant), cells)


def _received(figures: Figures) -> int:
    return figures.get("t3.new_received.total", figures.get("nat.requests_received.count", 0))


NOWHERE: Row = dict.fromkeys(
    ("page", "table_index", "row_index", "column_index", "line", "line_end", "char_start", "char_end", "bbox",
     "part", "carrier", "place")
)  # fmt: skip


class _Places:
    """Walks through a report's tables: the place of one cell after the other."""

    def __init__(self, carrier: str, rng: np.random.Generator) -> None:
        self._carrier = carrier
        self._rng = rng
        self._table = self._row = self._column = 0
        self._names = ("", "")
        self._line = int(rng.integers(20, 90))
        self._each = bool(rng.random() < 0.5)
        self._char = int(rng.integers(600, 2500))
        self._left, self._top = 60 + 5 * float(rng.random()), 90 + 60 * float(rng.random())

    def confidence(self) -> float:
        """How sure the reader of the format is of a number."""
        if self._carrier == "text":
            return 0.95
        if self._carrier == "pdf":
            return 0.85 if self._rng.random() < 0.01 else 0.98
        return 1.0

    def next(self, table: str, row: str) -> Row:
        """The place of the next cell of a report, which stands in this row of this table."""
        head = table[:2]
        if head != self._names[0][:2]:
            self._table, self._row = self._table + 1, 2
            self._line += 12
            self._char += 90
        if (table, row) != self._names:
            self._row, self._column = self._row + 1, 1
            self._line += 2
            self._char += int(self._rng.integers(8, 24))
        self._names = (table, row)
        self._column += 1
        self._line += self._each
        self._char += 3
        at = {"table": self._table, "row": self._row, "column": self._column}
        found = {**NOWHERE, **{f"{name}_index": number for name, number in at.items()}}
        if self._carrier == "pdf":
            at = {"page": 2 + self._row // 28, **at}
            box = [
                self._left + 48 * self._column, self._top + 17.3 * (self._row % 28),
                self._left + 48 * (self._column + 1), self._top + 17.3 * (self._row % 28 + 1),
            ]  # fmt: skip
            found |= {"page": at["page"], "bbox": json.dumps([round(edge, 1) for edge in box])}
        elif self._carrier == "text":
            found |= {"char_start": self._char, "char_end": self._char + 1}
        if self._carrier in ("text", "html"):
            at["line"] = found["line"] = self._line
        found["place"] = ", ".join(f"{name} {number}" for name, number in at.items())
        return found
