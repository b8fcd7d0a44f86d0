"""Numbers for a report: random, seedable, and obeying the identities of their form.

Belongs here: which numbers stand in which cells before anybody prints them. Not here: how a number is printed
(`story`), what is broken on purpose (`faults`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from ingestion.catalog import Form, Table

Number = int | Decimal
#: cell key -> number; None: the cell is printed blank
Figures = dict[str, Number | None]

PROFILES = ("mixed", "zeros", "small", "large", "blanks", "totals_only")


def figures(form: Form, profile: str, rng: random.Random) -> Figures:
    """A number, or None for a blank, for every cell of `form`; sums and balances hold before blanks are made.

    profile "mixed" has many zeros and some great numbers, as reports have; "blanks" leaves cells empty that are
    0; "totals_only" leaves everything empty but totals.
    """
    draw = _draw(profile, rng)
    found: Figures = {}
    for table in form.tables:
        if table.code == "t3":
            found.update(_requests(table, draw, rng))
        elif form.kind == "attachment":
            found.update(_indicators(table, draw, rng))
        else:
            found.update(_plain(table, draw, rng))
    if profile == "blanks":
        found = {key: None if value == 0 and rng.random() < 0.7 else value for key, value in found.items()}
    if profile == "totals_only":
        found = {key: value if _is_total(form, key) else None for key, value in found.items()}
    return found


def _draw(profile: str, rng: random.Random) -> Callable[[], int]:
    if profile == "zeros":
        return lambda: 0
    if profile == "small":
        return lambda: rng.choice((0, 0, 1, 1, 2, 3, 4, 7, 9))
    if profile == "large":
        return lambda: rng.choice((0, 3, 17, 80, 264, 1077, 3500, 12034, rng.randrange(100_000)))
    return lambda: rng.choice((0, 0, 0, 0, 0, 1, 2, 3, 6, 10, 11, 18, 21, 69, 80, 134, rng.randrange(2000)))


def _is_total(form: Form, key: str) -> bool:
    code, row, column = key.split(".")
    table = form.table(code)
    with_totals = any(entry.total_of for entry in (*table.rows, *table.columns))
    return not with_totals or bool(table.row(row).total_of or table.column(column).total_of)


def _requests(table: Table, draw: Callable[[], int], rng: random.Random) -> Figures:
    found: dict[str, int] = {}
    leaves = [row.code for row in table.outcome_leaves]
    parts = [column.code for column in table.columns if not column.total_of]
    for column in parts:
        # most applicants are natural persons or firms; research institutes hardly ever ask
        rare = rng.random() < 0.4
        for row in leaves:
            found[f"{row}.{column}"] = 0 if rare and rng.random() < 0.9 else draw()
        handled = sum(found[f"{row}.{column}"] for row in leaves)
        out = 0 if rare else draw()
        carried_in = rng.randint(0, min(handled + out, 40)) if rng.random() < 0.6 else 0
        found[f"total_handled.{column}"] = handled
        found[f"carried_out.{column}"] = out
        found[f"carried_in.{column}"] = carried_in
        found[f"new_received.{column}"] = handled + out - carried_in
    for row in table.value_rows:
        found[f"{row.code}.total"] = sum(found[f"{row.code}.{column}"] for column in parts)
    return {
        f"{table.code}.{row.code}.{column.code}": found[f"{row.code}.{column.code}"]
        for row in table.value_rows
        for column in table.columns
    }


def _plain(table: Table, draw: Callable[[], int], rng: random.Random) -> Figures:
    """Section two and the reviews: totals over columns; stocks at least as great as this year's change."""
    found: Figures = {}
    for row in table.value_rows:
        values: dict[str, Number] = {}
        for column in table.columns:
            if column.code in ("disclosed_new", "in_force", "disclosed_total", "repealed"):
                continue
            money = column.money or (column.unit or row.unit or table.unit) == "万元"
            values[column.code] = _money(draw, rng) if money else draw()
        _stocks(values, {column.code for column in table.columns}, draw, rng)
        for column in table.columns:
            if column.total_of:
                values[column.code] = sum(values[part] for part in column.total_of)
            elif column.signed:
                low = -int(values["items_prev"])
                values[column.code] = rng.randint(max(low, -20), 20) if draw() else 0
        _go_together(values)
        found |= {f"{table.code}.{row.code}.{column.code}": values[column.code] for column in table.columns}
    return found


def _go_together(values: dict[str, Number]) -> None:
    """Decisions need items to decide on; projects and the amount paid for them go together."""
    if "items_prev" in values and values.get("decisions"):
        values["items_prev"] = values["items_prev"] or 1
    if values.get("projects"):
        values["amount"] = values["amount"] or values["projects"]
    elif "projects" in values and values["amount"]:
        values["projects"] = 1


def _stocks(
    values: dict[str, Number], columns: set[str], draw: Callable[[], int], rng: random.Random
) -> None:
    if "in_force" in columns:
        values["repealed"] = draw() if rng.random() < 0.4 else 0
        values["in_force"] = values["issued"] + draw()
    if "disclosed_new" in columns:
        values["disclosed_new"] = rng.randint(0, int(values["made_new"]))
        values["disclosed_total"] = values["disclosed_new"] + draw()


def _money(draw: Callable[[], int], rng: random.Random) -> Number:
    amount = draw()
    return Decimal(f"{amount}.{rng.randrange(1, 10_000):04d}") if amount and rng.random() < 0.5 else amount


def _indicators(table: Table, draw: Callable[[], int], rng: random.Random) -> Figures:
    """The lists from before 2019: totals over rows, no "of which" above its whole, cumulative at least the year's."""
    found: Figures = {}
    before: dict[str, Number] = {}
    for column in table.columns:
        values: dict[str, Number] = {}
        for row in table.value_rows:
            if not row.total_of:
                money = (row.unit or table.unit) in ("万元", "元")
                values[row.code] = _money(draw, rng) if money else draw()
        _of_which(table, values)
        _answered(table, values)
        values = {code: value + before.get(code, 0) for code, value in values.items()}
        before = dict(values)
        _add_up(table, values)
        found |= {f"{table.code}.{code}.{column.code}": value for code, value in values.items()}
    return {key: found[key] for key in _keys(table)}


def _add_up(table: Table, values: dict[str, Number]) -> None:
    """Fill in the totals; a total's own parts that are totals stand below it."""
    for row in reversed(table.value_rows):
        if row.total_of:
            values[row.code] = sum(values[part] for part in row.total_of)


def _of_which(table: Table, values: dict[str, Number]) -> None:
    channels = [code for code in values if code.startswith("channel_")]
    values["proactive_total"] = sum(values[code] for code in channels)
    for part, whole in (
        ("proactive_normative", ("normative_issued",)),
        ("proactive_normative", ("proactive_total",)),
        ("press_conf_lead", ("press_conf",)),
        ("web_interviews_lead", ("web_interviews",)),
        ("hot_issues_responded", ("press_conf", "web_interviews", "policy_interpretations")),
    ):
        if part in values:
            values[part] = min(values[part], sum(values[code] for code in whole))
    if values.get("trainees"):
        values["training_sessions"] = values["training_sessions"] or 1


def _answered(table: Table, values: dict[str, Number]) -> None:
    """As many requests finished as replied to, and no fewer received."""
    totals = dict(values)
    _add_up(table, totals)
    replies = totals["replies_total"]
    if "completed_on_time" in values:
        values["completed_extended"] = min(values["completed_extended"], replies)
        values["completed_on_time"] = replies - values["completed_extended"]
    values["req_mail"] += max(0, replies - totals["requests_received"])


def _keys(table: Table) -> list[str]:
    return [f"{table.code}.{row.code}.{column.code}" for row in table.value_rows for column in table.columns]
