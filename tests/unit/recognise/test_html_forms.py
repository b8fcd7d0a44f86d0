"""Whole forms as web pages print them: spans, Word markup, charsets, nested layout, missing end tags."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.catalog import Form, Row, Table, load_catalog
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading

CATALOG = load_catalog()
YEARS = {"form_2019": 2020, "form_2021": 2022}

Truth = dict[str, str]
Dress = Callable[[str], str]


def plain(text: str) -> str:
    return text


def word(text: str) -> str:
    """A cell as Word saves it: a number in pieces, empty o:p tags, NBSP for nothing."""
    if text.isdigit() and len(text) > 1:
        text = f"{text[0]}</span><span lang=EN-US>{text[1:]}"
    return f"<p class=MsoNormal align=center><span style='font-size:10.5pt'>{text or '&nbsp;'}</span><o:p></o:p></p>"


def truth_of(form: Form, rng: random.Random) -> Truth:
    return {key: rng.choice(["0", "0", "", str(rng.randint(1, 2000))]) for key in form.cells}


def cell(text: str, dress: Dress, *, rows: int = 1, columns: int = 1) -> str:
    spans = (f' rowspan="{rows}"' if rows > 1 else "") + (f' colspan="{columns}"' if columns > 1 else "")
    return f"<td{spans}>{dress(text)}</td>"


def small_table(table: Table, truth: Truth, dress: Dress, width: int) -> str:
    """One part of table 二: title over all columns, head, rows; the last cell takes the columns left over."""
    rest = width - len(table.columns)

    def line(first: str, texts: list[str]) -> str:
        cells = [cell(text, dress) for text in texts[:-1]] + [cell(texts[-1], dress, columns=rest)]
        return "<tr>" + cell(first, dress) + "".join(cells) + "</tr>"

    lines = [f"<tr>{cell(table.printed_label, dress, columns=width)}</tr>"]
    lines.append(line("信息内容", [column.label_zh for column in table.columns]))
    for row in table.value_rows:
        lines.append(
            line(row.printed_label, [truth[f"{table.code}.{row.code}.{c.code}"] for c in table.columns])
        )
    return "".join(lines)


def request_table(table: Table, truth: Truth, dress: Dress) -> str:
    """Table 三 with its three label columns and their spans, as the notice prints it."""
    note = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    lines = [
        f"<tr>{cell(note, dress, rows=3, columns=3)}{cell('申请人情况', dress, columns=7)}</tr>",
        f"<tr>{cell('自然人', dress, rows=2)}{cell('法人或其他组织', dress, columns=5)}{cell('总计', dress, rows=2)}</tr>",
        "<tr>" + "".join(cell(c.label_zh, dress) for c in table.columns[1:6]) + "</tr>",
    ]

    def numbers(row: Row) -> str:
        return "".join(cell(truth[f"t3.{row.code}.{column.code}"], dress) for column in table.columns)

    for top in table.children(None):
        inner = table.children(top.code)
        if not inner:
            lines.append(f"<tr>{cell(top.printed_label, dress, columns=3)}{numbers(top)}</tr>")
            continue
        count = sum(max(1, len(table.children(group.code))) for group in inner)
        lead = cell(top.printed_label, dress, rows=count)
        for group in inner:
            leaves = table.children(group.code)
            if not leaves:
                lines.append(f"<tr>{lead}{cell(group.printed_label, dress, columns=2)}{numbers(group)}</tr>")
                lead = ""
                continue
            second = cell(group.printed_label, dress, rows=len(leaves))
            for leaf in leaves:
                lines.append(f"<tr>{lead}{second}{cell(leaf.printed_label, dress)}{numbers(leaf)}</tr>")
                lead = second = ""
    return "".join(lines)


def review_table(table: Table, truth: Truth, dress: Dress) -> str:
    results = [column.label_zh for column in table.columns]
    groups = [row for row in table.rows if row.has_cells]
    return (
        f"<tr>{cell('行政复议', dress, columns=5)}{cell('行政诉讼', dress, columns=10)}</tr>"
        f"<tr>{''.join(cell(label, dress, rows=2) for label in results)}"
        f"{cell('未经复议直接起诉', dress, columns=5)}{cell('复议后起诉', dress, columns=5)}</tr>"
        f"<tr>{''.join(cell(label, dress) for label in results * 2)}</tr>"
        "<tr>"
        + "".join(
            cell(truth[f"t4.{row.code}.{column.code}"], dress) for row in groups for column in table.columns
        )
        + "</tr>"
    )


def page(form: Form, truth: Truth, dress: Dress = plain) -> str:
    year = YEARS[form.code]
    parts = [table for table in form.tables if table.code.startswith("t2")]
    second = "".join(small_table(table, truth, dress, width=4) for table in parts)
    return (
        f"<html><head><title>甲县乙局{year}年政府信息公开工作年度报告</title></head><body>"
        f"<h1>甲县乙局{year}年政府信息公开工作年度报告</h1><p>一、总体情况</p><p>工作平稳。</p>"
        f"<p>二、主动公开政府信息情况</p><table>{second}</table>"
        f"<p>三、收到和处理政府信息公开申请情况</p><table>{request_table(form.table('t3'), truth, dress)}</table>"
        f"<p>四、政府信息公开行政复议、行政诉讼情况</p><table>{review_table(form.table('t4'), truth, dress)}</table>"
        "<p>五、存在的主要问题及改进情况</p><p>无。</p><p>六、其他需要报告的事项</p><p>无。</p></body></html>"
    )


def check(reading: Reading, truth: Truth) -> None:
    got = {key: cell.raw or "" for key, cell in reading.cells.items()}
    assert got == truth
    for key, one in reading.cells.items():
        assert one.value == (Decimal(truth[key]) if truth[key] else None), key
        assert one.state == ("reported" if truth[key] else "blank"), key
        assert one.value is None or one.confidence == 1, key
        assert one.locator is not None and one.locator.row and one.locator.column, key


forms = st.sampled_from(["form_2019", "form_2021"])


@given(forms, st.integers(0, 10**6), st.sampled_from([plain, word]))
@settings(max_examples=30, deadline=None)
def test_every_cell_of_a_web_page_is_read_as_printed(code: str, seed: int, dress: Dress) -> None:
    form = CATALOG.forms[code]
    truth = truth_of(form, random.Random(seed))
    reading = read_snapshot(page(form, truth, dress).encode(), "x.html", catalog=CATALOG)
    check(reading, truth)
    assert (reading.headline.agency, reading.headline.report_year) == ("甲县乙局", YEARS[code])
    assert reading.status == "complete"


CASES: dict[str, Callable[[str], bytes]] = {
    "gb18030, declared utf-8": lambda text: text.replace("<head>", '<head><meta charset="utf-8">').encode(
        "gb18030"
    ),
    "utf-8, declared gb2312": lambda text: text.replace("<head>", '<head><meta charset="gb2312">').encode(),
    "utf-16 with a byte order mark": lambda text: text.encode("utf-16"),
    "inside a layout table": lambda text: (
        text.replace("<body>", "<body><table><tr><td width=10></td><td>")
        .replace("</body>", "</td></tr></table></body>")
        .encode()
    ),
    "without end tags of cells and rows": lambda text: (
        text.replace("</td>", "").replace("</tr>", "").encode()
    ),
    "section names without numerals": lambda text: (
        text.replace("<p>二、", "<p>").replace("<p>三、", "<p>").encode()
    ),
    "no section headings at all": lambda text: (
        text.replace("<p>二、主动公开政府信息情况</p>", "")
        .replace("<p>三、收到和处理政府信息公开申请情况</p>", "")
        .replace("<p>四、政府信息公开行政复议、行政诉讼情况</p>", "")
        .encode()
    ),
    "labels wrapped": lambda text: (
        text.replace("予公开", "予<br>公开").replace("尚未审结", "尚未<br/>审结").encode()
    ),
    "spaces in labels": lambda text: text.replace("自然人", "自 然 人").replace("总计", "总　计").encode(),
    "half-width brackets": lambda text: text.replace("（", "(").replace("）", ")").encode(),
}


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("code", ["form_2019", "form_2021"])
def test_the_same_in_every_dress(case: str, code: str) -> None:
    form = CATALOG.forms[code]
    truth = truth_of(form, random.Random(7))
    reading = read_snapshot(CASES[case](page(form, truth, word)), "x.html", catalog=CATALOG)
    check(reading, truth)


def test_one_tab_led_cell_a_line_without_any_row_ends() -> None:
    """Rows cannot be told from the print, but labels can: the numbers stand between them."""
    form = CATALOG.forms["form_2021"]
    truth = {key: str(number % 7) for number, key in enumerate(form.cells)}
    rows = page(form, truth).replace("</td>", "\n").replace("</p>", "\n").replace("</h1>", "\n")
    lines = [re.sub("<[^>]+>", "", line).strip() for line in rows.split("<body>")[1].split("\n")]
    heads = ("一、总", "二、主", "三、收", "四、政", "五、存", "六、其", "甲县", "无。", "工作")
    text = "\n".join(line if line.startswith(heads) else f"\t{line}" for line in lines if line)
    reading = read_snapshot(text.encode(), "x.txt", catalog=CATALOG)
    assert {key: str(cell.value) for key, cell in reading.cells.items()} == truth
