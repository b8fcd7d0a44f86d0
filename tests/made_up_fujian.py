"""A made-up Fujian: a few districts over four years and two forms, one of them a year more, so that the cookbook can show what needs many
reports. Bodies and forms are real, every figure is invented.

Belongs here: the figures, as a table that a person can add up, and the warehouse built of them. Not here: the
questions (`docs/cookbook.md`).

    python -m tests.made_up_fujian FOLDER       builds it as FOLDER/warehouse.duckdb
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.confront import confront
from ingestion.catalog.agencies import load_register
from ingestion.catalog.agencies.agency_tables import agency_tables
from tests.integration.warehouse_build import dbt_build
from tests.integration.warehouse_fixture import Row, SmallFiling, filing_rows, write_rows


@dataclass(frozen=True)
class Requests:
    """Table three of one report: received + carried_in = granted + partial + secret + not_held + carried_out."""

    received: int
    carried_in: int
    granted: int
    partial: int
    secret: int
    not_held: int
    carried_out: int


#: District to what it reports for 2019, 2020, 2021 and 2022; None where no report is archived.
FIGURES: dict[str, tuple[Requests | None, ...]] = {
    "福州市鼓楼区": (
        Requests(60, 0, 30, 6, 2, 20, 2), Requests(70, 2, 33, 7, 3, 25, 4),
        Requests(80, 4, 44, 8, 2, 27, 3), Requests(90, 3, 54, 9, 3, 25, 2),
    ),
    "福州市台江区": (
        Requests(40, 0, 16, 4, 1, 18, 1), Requests(44, 1, 18, 4, 2, 20, 1),
        Requests(50, 1, 24, 5, 1, 20, 1), None,
    ),
    "福州市仓山区": (
        Requests(50, 0, 20, 5, 3, 20, 2), Requests(48, 2, 20, 6, 2, 20, 2),
        Requests(52, 2, 26, 4, 2, 21, 1), Requests(60, 1, 33, 4, 2, 20, 2),
    ),
    "福州市马尾区": (
        Requests(3, 0, 2, 0, 0, 1, 0), Requests(4, 0, 2, 1, 0, 1, 0),
        Requests(4, 0, 3, 0, 0, 1, 0), Requests(3, 0, 3, 0, 0, 0, 0),
    ),
    "福州市晋安区": (
        None, Requests(30, 0, 12, 3, 0, 14, 1),
        Requests(32, 1, 15, 3, 0, 13, 2), Requests(36, 2, 20, 4, 1, 12, 1),
    ),
    "福州市长乐区": (
        Requests(24, 0, 10, 2, 1, 10, 1), Requests(26, 1, 11, 2, 1, 12, 1),
        Requests(28, 1, 14, 2, 0, 12, 1), Requests(30, 1, 17, 2, 0, 11, 1),
    ),
    "厦门市思明区": (
        Requests(100, 0, 55, 10, 3, 30, 2), Requests(110, 2, 58, 11, 4, 36, 3),
        Requests(120, 3, 69, 12, 3, 36, 3), Requests(130, 3, 80, 12, 3, 36, 2),
    ),
}  # fmt: skip
YEARS = (2019, 2020, 2021, 2022)
#: Printed 28 though the row adds up to 26: a sum that fails, and points at the number.
MISPRINTED = ("福州市仓山区", 2021, "t3.granted.total", "28")
#: Issued again: the first time it said 52 where it says 54 now.
ISSUED_AGAIN = ("福州市鼓楼区", 2022, "t3.granted", 52)
#: A list from before 2019, in the national form: what it counts is not what the later forms count.
BEFORE_2019 = SmallFiling(
    "fj72018",
    "厦门市思明区人民政府",
    2018,
    "pre2019_national",
    {
        "nat.requests_received.count": "90",
        "nat.req_mail.count": "30",
        "nat.req_online.count": "60",
        "nat.requests_completed.count": "90",
        "nat.completed_on_time.count": "90",
        "nat.replies_total.count": "90",
        "nat.reply_granted.count": "50",
        "nat.reply_partial.count": "8",
        "nat.reply_refused.count": "12",
        "nat.refused_state_secret.count": "2",
        "nat.refused_other_legal.count": "10",
        "nat.reply_not_exist.count": "20",
    },
    published_on=dt.date(2019, 1, 17),
)
#: Signed after 31 March of the next year.
LATE = ("福州市长乐区", 2020)


def filings() -> Iterator[SmallFiling]:
    """Every report, by district and year; one issued again has its first vintage before it."""
    yield BEFORE_2019
    for place, years in enumerate(FIGURES, start=1):
        for year, said in zip(YEARS, FIGURES[years], strict=True):
            if said is None:
                continue
            district, key = years, f"fj{place}{year}"
            values = _values(said)
            if (district, year) == MISPRINTED[:2]:
                values[MISPRINTED[2]] = MISPRINTED[3]
            day = dt.date(year + 1, 4, 12) if (district, year) == LATE else dt.date(year + 1, 1, 10 + place)
            form = "form_2019" if year < 2021 else "form_2021"
            name = f"{district}人民政府"
            if (district, year) == ISSUED_AGAIN[:2]:
                first = f"{key}first"
                old = {**values, **_row(ISSUED_AGAIN[2], ISSUED_AGAIN[3])}
                yield SmallFiling(first, name, year, form, old, is_current=False, published_on=day)
                yield SmallFiling(
                    key, name, year, form, values, vintage=2, took_over_from=(first,),
                    published_on=dt.date(year + 1, 3, 1),
                )  # fmt: skip
            else:
                yield SmallFiling(key, name, year, form, values, published_on=day)


def _values(said: Requests) -> dict[str, str]:
    handled = said.granted + said.partial + said.secret + said.not_held
    assert said.received + said.carried_in == handled + said.carried_out, said
    rows = {
        "t3.new_received": said.received,
        "t3.carried_in": said.carried_in,
        "t3.granted": said.granted,
        "t3.partial": said.partial,
        "t3.denied_state_secret": said.secret,
        "t3.unable_not_held": said.not_held,
        "t3.total_handled": handled,
        "t3.carried_out": said.carried_out,
    }
    values: dict[str, str] = {}
    for row, number in rows.items():
        values |= _row(row, number)
    return values


def _row(row: str, number: int) -> dict[str, str]:
    return {f"{row}.natural_person": str(number), f"{row}.total": str(number)}


def build(folder: Path) -> Path:
    """Write the tidy tables under `folder`, confront them, build the warehouse; returns its file."""
    tables = folder / "tables"
    listed = list(filings())
    rows = filing_rows(listed)
    register = agency_tables(load_register())
    rows["agency_resolutions"] = list(_resolutions(listed, register["agency_versions"]))
    write_rows(tables, rows)
    for name, table in register.items():
        pq.write_table(table, tables / f"{name}.parquet")
    confront(tables)
    done = dbt_build(folder, command=("run",))
    assert done.code == 0, done.printed
    return done.database


def _resolutions(listed: list[SmallFiling], versions: pa.Table) -> Iterator[Row]:
    names = zip(versions["full_name_zh"].to_pylist(), versions["agency_id"].to_pylist(), strict=True)
    ids = dict(names)
    said = {"score": 6, "how": "county", "why": "its county agrees", "names_seen": "[]", "candidates": "[]"}
    for filing in listed:
        yield {**filing.key, "agency_id": ids[filing.agency], **said}


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
