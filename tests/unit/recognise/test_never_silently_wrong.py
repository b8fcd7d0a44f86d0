"""Random reports in many shapes, some damaged: a number that is read with confidence is the printed one."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.confront import confront_cells
from ingestion.catalog import load_catalog
from ingestion.extract.model import Document, Grid, GridCell, Locator, TextBlock
from ingestion.recognise.tables import TableReading, read_tables

CATALOG = load_catalog()
CERTAIN = 0.9

T3_HEAD = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和） 申请人情况 自然人 法人或其他组织 总计 商业企业 科研机构 社会公益组织 法律服务机构 其他"
T3_GRID_HEAD = "申请人情况 自然人 商业企业 科研机构 社会公益组织 法律服务机构 其他 总计"
T4_HEAD = (
    "行政复议 行政诉讼 结果维持 结果纠正 其他结果 尚未审结 总计 未经复议直接起诉 复议后起诉 "
    + " ".join(["结果维持 结果纠正 其他结果 尚未审结 总计"] * 2)
)


@dataclass
class Report:
    """Truth by cell key, and the printed lines: (label, cell keys, printed fields)."""

    form: str
    truth: dict[str, str]
    lines: list[tuple[str, list[str]]]


def make(form_code: str, rng: random.Random, *, consistent: bool, blanks: float) -> Report:
    """A report whose sums hold (or not), with a share of its zeros left blank."""
    form = CATALOG.forms[form_code]
    truth: dict[str, str] = {}

    def number() -> int:
        return rng.choice([0, 0, 0, rng.randint(1, 9), rng.randint(10, 400)])

    for table in form.tables:
        for row in table.value_rows:
            for column in table.columns:
                truth[f"{table.code}.{row.code}.{column.code}"] = str(number())
    t3 = form.table("t3")
    parts = [column.code for column in t3.columns if column.code != "total"]
    if consistent:
        for column in parts:
            leaves = [f"t3.{row.code}.{column}" for row in t3.outcome_leaves]
            truth[f"t3.total_handled.{column}"] = str(sum(int(truth[key]) for key in leaves))
        for row in t3.value_rows:
            truth[f"t3.{row.code}.total"] = str(sum(int(truth[f"t3.{row.code}.{c}"]) for c in parts))
        for group in form.table("t4").value_rows:
            keys = [f"t4.{group.code}.{column.code}" for column in form.table("t4").columns]
            truth[keys[-1]] = str(sum(int(truth[key]) for key in keys[:-1]))
    for key, value in truth.items():
        if value == "0" and rng.random() < blanks:
            truth[key] = ""
    lines: list[tuple[str, list[str]]] = []
    for table in form.tables:
        if table.code == "t3":
            lines.append(("三、收到和处理政府信息公开申请情况", []))
            lines.append((T3_HEAD, []))
        elif table.code == "t4":
            lines.append(("四、政府信息公开行政复议、行政诉讼情况", []))
        else:
            lines.append((table.printed_label, []))
            lines.append(("信息内容 " + " ".join(column.label_zh for column in table.columns), []))
        if table.code == "t4":
            keys = [f"t4.{row.code}.{column.code}" for row in table.value_rows for column in table.columns]
            lines.append((T4_HEAD, [truth[key] for key in keys]))
            continue
        for row in table.rows:
            keys = (
                [f"{table.code}.{row.code}.{column.code}" for column in table.columns]
                if row.has_cells
                else []
            )
            lines.append((row.printed_label, [truth[key] for key in keys]))
    lines.append(("五、存在的主要问题及改进情况", []))
    return Report(form_code, truth, lines)


def damage(report: Report, rng: random.Random, rate: float, *, doubling: bool) -> None:
    """Lose or double numbers, as text extraction does; the truth stays what was printed.

    Not both an unseen blank and a doubled number: together they can look like a whole row.
    """
    for _, fields in report.lines:
        if fields and rng.random() < rate:
            at = rng.randrange(len(fields))
            if not doubling or rng.random() < 0.7:
                del fields[at]
            else:
                fields.insert(at, fields[at])


def as_text(report: Report, separator: str, between: str) -> Document:
    """Running text: labels and numbers apart by `separator` ("" glues them), rows by `between`."""
    rows = []
    for label, fields in report.lines:
        rows.append(
            separator.join([*label.split(" "), *[item for item in fields if item or separator == "\t"]])
        )
    text = between.join(rows)
    return Document(
        "x.txt", "0" * 64, "text/plain", 1, blocks=[TextBlock(text, Locator(line=1, char_start=0))]
    )


def as_grid(report: Report, *, exact: bool) -> Document:
    """One grid; the heads and titles are rows of it, as in a page with one big table."""
    cells = []
    for row, (label, fields) in enumerate(report.lines):
        texts = label.split(" ") if not fields or label.startswith("行政复议") else [label]
        if label.startswith("行政复议"):
            for column, one in enumerate(texts):
                cells.append(
                    GridCell(one, 2 * row, column, Locator(table=1, row=2 * row + 1, column=column + 1))
                )
            texts = []
        if label == T3_HEAD:
            texts = T3_GRID_HEAD.split(" ")
        for column, one in enumerate([*texts, *fields]):
            cells.append(
                GridCell(one, 2 * row + 1, column, Locator(table=1, row=2 * row + 2, column=column + 1))
            )
    width = max(cell.col for cell in cells) + 1
    grid = Grid(1, cells, 2 * len(report.lines) + 1, width, "table" if exact else "tabbed", exact)
    return Document("x.html", "0" * 64, "text/html", 1, blocks=[grid])


def silent_errors(reading: TableReading, report: Report) -> list[str]:
    """Wrong numbers that neither their confidence nor a failing identity gives away."""
    printed = {key: (cell.value, cell.state) for key, cell in reading.cells.items()}
    suspects = confront_cells(report.form, printed).suspects
    return [
        f"{key}: printed {report.truth.get(key)!r}, read {cell.value}"
        for key, cell in reading.cells.items()
        if cell.value is not None
        and (cell.confidence or 0) >= CERTAIN
        and str(cell.value) != report.truth.get(key)
        and key not in suspects
    ]


forms = st.sampled_from(["form_2019", "form_2021"])
seeds = st.integers(min_value=0, max_value=10**6)


@given(forms, seeds, st.booleans(), st.sampled_from(["text", "lines", "grid", "tabbed"]))
@settings(max_examples=60, deadline=None)
def test_whole_reports_are_read_whole(form: str, seed: int, consistent: bool, shape: str) -> None:
    report = make(form, random.Random(seed), consistent=consistent, blanks=0)
    document = {
        "text": lambda: as_text(report, " ", " "),
        "lines": lambda: as_text(report, "\n", "\n"),
        "grid": lambda: as_grid(report, exact=True),
        "tabbed": lambda: as_grid(report, exact=False),
    }[shape]()
    reading = read_tables(document, CATALOG, None)
    assert reading.form == form
    assert {key: str(cell.value) for key, cell in reading.cells.items()} == report.truth


@given(forms, seeds, st.booleans(), st.sampled_from([" ", "\n", "", "|"]), st.sampled_from([0.0, 0.1, 0.4]))
@settings(max_examples=150, deadline=None)
def test_damaged_text_never_gives_a_wrong_number_with_confidence(
    form: str, seed: int, consistent: bool, separator: str, rate: float
) -> None:
    rng = random.Random(seed)
    blanks = rng.choice([0, 0.3, 1])
    report = make(form, rng, consistent=consistent, blanks=blanks)
    damage(report, rng, rate, doubling=not blanks)
    reading = read_tables(as_text(report, separator, separator or ""), CATALOG, None)
    assert silent_errors(reading, report) == []


@given(forms, seeds, st.booleans(), st.booleans(), st.sampled_from([0.0, 0.1, 0.4]))
@settings(max_examples=150, deadline=None)
def test_damaged_grids_never_give_a_wrong_number_with_confidence(
    form: str, seed: int, consistent: bool, exact: bool, rate: float
) -> None:
    rng = random.Random(seed)
    blanks = rng.choice([0, 0.3, 1])
    report = make(form, rng, consistent=consistent, blanks=blanks)
    damage(report, rng, rate, doubling=not blanks)
    reading = read_tables(as_grid(report, exact=exact), CATALOG, None)
    assert silent_errors(reading, report) == []
