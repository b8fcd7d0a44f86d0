"""Shapes of tables that no sample shows but offices and converters produce: read rightly, or in doubt."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.confront import confront_cells
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading
from tests.unit.recognise.test_html_forms import CATALOG, YEARS, Truth, page, plain, request_table

FORM = CATALOG.forms["form_2021"]
T3 = FORM.table("t3")
EMPTY = {state.code for state in CATALOG.states.values() if state.kind == "empty"}
COLUMNS = [column.code for column in T3.columns]
T4_TABLE = re.compile(r"(?<=行政诉讼情况</p>)<table>.*?</table>")


def balanced(seed: int = 3, blanks: float = 0.0) -> Truth:
    """Numbers whose sums hold; a share of the zeros is left blank."""
    rng = random.Random(seed)
    truth = {key: str(rng.choice([0, 0, rng.randint(1, 90)])) for key in FORM.cells}
    for column in COLUMNS[:-1]:
        parts = [truth[f"t3.{row.code}.{column}"] for row in T3.outcome_leaves]
        truth[f"t3.total_handled.{column}"] = truth[f"t3.new_received.{column}"] = str(sum(map(int, parts)))
        truth[f"t3.carried_in.{column}"] = truth[f"t3.carried_out.{column}"] = "0"
    for row in T3.value_rows:
        cells = [truth[f"t3.{row.code}.{column}"] for column in COLUMNS[:-1]]
        truth[f"t3.{row.code}.total"] = str(sum(map(int, cells)))
    for group in FORM.table("t4").value_rows:
        keys = [f"t4.{group.code}.{column.code}" for column in FORM.table("t4").columns]
        truth[keys[-1]] = str(sum(int(truth[key]) for key in keys[:-1]))
    return {key: "" if text == "0" and rng.random() < blanks else text for key, text in truth.items()}


def read(text: str, name: str = "x.html") -> Reading:
    return read_snapshot(text.encode(), name, catalog=CATALOG)


def silent(reading: Reading, truth: Truth) -> list[str]:
    """Cells with a wrong number, or said to be empty over a number, that nothing points at."""
    printed = {key: (cell.value, cell.state) for key, cell in reading.cells.items()}
    suspects = confront_cells(reading.form, printed).suspects if reading.form else {}
    return [
        key
        for key, cell in reading.cells.items()
        if key not in suspects
        and (
            (cell.confidence or 0) >= 0.9 and (not truth.get(key) or cell.value != Decimal(truth[key]))
            if cell.value is not None
            else cell.state in EMPTY and (cell.confidence or 1) >= 0.9 and truth.get(key, "").isdigit()
        )
    ]


def whole(reading: Reading, truth: Truth) -> bool:
    """Every printed number was read, and nothing else."""
    return all(
        (cell.value is None) if not truth[key] else (cell.value == Decimal(truth[key]))
        for key, cell in reading.cells.items()
    ) and set(truth) == set(reading.cells)


def t3_with(truth: Truth, edit: Callable[[list[str], list[str]], list[str]], head: str | None = None) -> str:
    """The report with the data cells of each row of table 三 edited: (cells, numbers) -> cells."""
    rows = request_table(T3, truth, plain).split("</tr>")
    lines = []
    for line in rows[3:-1]:
        parts = re.findall(r"<td[^>]*>.*?</td>", line)
        labels, data = parts[:-7], parts[-7:]
        texts = [re.sub("<[^>]+>", "", one) for one in data]
        lines.append("<tr>" + "".join(labels + edit(data, texts)) + "</tr>")
    old = request_table(T3, truth, plain)
    return page(FORM, truth).replace(old, (head or "</tr>".join(rows[:3]) + "</tr>") + "".join(lines))


def empty_end(cells: list[str], texts: list[str]) -> list[str]:
    return [*cells, "<td></td>"]


def empty_start(cells: list[str], texts: list[str]) -> list[str]:
    return ["<td></td>", *cells]


def empty_inside(cells: list[str], texts: list[str]) -> list[str]:
    return [*cells[:6], "<td>&nbsp;</td>", cells[6]]


def subtotal(cells: list[str], texts: list[str]) -> list[str]:
    return [*cells[:6], f"<td>{sum(int(text or 0) for text in texts[1:6])}</td>", cells[6]]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("edit", [empty_end, empty_start, empty_inside])
def test_an_empty_column_too_many_is_no_column_of_the_form(
    edit: Callable[[list[str], list[str]], list[str]], seed: int
) -> None:
    truth = balanced(seed, blanks=0.4)
    assert whole(read(t3_with(truth, edit)), truth)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_added_column_with_a_head_of_its_own_is_left_out(seed: int) -> None:
    truth = balanced(seed, blanks=0.6)
    head = (
        "<tr><td rowspan=3 colspan=3></td><td colspan=8>申请人情况</td></tr><tr><td rowspan=2>自然人</td>"
        "<td colspan=6>法人或其他组织</td><td rowspan=2>总计</td></tr><tr>"
        + "".join(f"<td>{column.label_zh}</td>" for column in T3.columns[1:6])
        + "<td>小计</td></tr>"
    )
    assert whole(read(t3_with(truth, subtotal, head)), truth)


@pytest.mark.parametrize("seed", range(6))
def test_an_added_column_without_a_head_never_passes_for_one_of_the_form(seed: int) -> None:
    truth = balanced(seed, blanks=0.7)
    assert silent(read(t3_with(truth, subtotal)), truth) == []


def total_first(cells: list[str], texts: list[str]) -> list[str]:
    return [cells[6], *cells[:6]]


HEAD_TOTAL_FIRST = (
    "<tr><td rowspan=2 colspan=3></td><td rowspan=2>总计</td><td rowspan=2>自然人</td>"
    "<td colspan=5>法人或其他组织</td></tr><tr>"
    + "".join(f"<td>{column.label_zh}</td>" for column in T3.columns[1:6])
    + "</tr>"
)


def test_columns_stand_in_the_order_of_the_head() -> None:
    truth = balanced(blanks=0.4)
    assert whole(read(t3_with(truth, total_first, HEAD_TOTAL_FIRST)), truth)


def test_a_table_that_goes_on_without_its_head_keeps_the_order_of_the_head() -> None:
    truth = balanced(blanks=0.4)
    text = t3_with(truth, total_first, HEAD_TOTAL_FIRST)
    text = text.replace("<tr><td colspan=3>四、", "</table><table><tr><td colspan=3>四、")
    text = text.replace('<tr><td colspan="3">四、', '</table><table><tr><td colspan="3">四、')
    assert text.count("<table>") > page(FORM, truth).count("<table>")
    assert whole(read(text), truth)


def test_empty_rows_under_the_spans_of_a_head_do_not_turn_its_columns_round() -> None:
    truth = balanced(blanks=0.4)
    old = request_table(T3, truth, plain)
    text = page(FORM, truth).replace(old, old.replace("</tr>", '</tr><tr><td colspan="10"></td></tr>', 2))
    assert silent(read(text), truth) == []


def test_merged_blanks_beside_an_empty_column_are_read_in_doubt() -> None:
    def merged(cells: list[str], texts: list[str]) -> list[str]:
        if texts[2:4] == ["", ""]:
            return [*cells[:2], "<td colspan=2></td>", *cells[4:], "<td></td>"]
        return [*cells, "<td></td>"]

    for seed in range(4):
        truth = balanced(seed, blanks=0.8)
        assert silent(read(t3_with(truth, merged)), truth) == []


def test_rows_shifted_by_a_short_rowspan_are_read_in_doubt() -> None:
    for seed in range(4):
        truth = balanced(seed, blanks=0.7)
        text = t3_with(truth, empty_end)
        assert silent(read(text.replace('rowspan="8"', 'rowspan="7"')), truth) == []


# ------------------------------------------------------------------------------------------------ labels


def test_a_misspelt_label_beside_the_label_of_its_group_keeps_its_numbers() -> None:
    truth = balanced()
    text = (
        page(FORM, truth)
        .replace("（一）予以公开", "（一）予以公开数")
        .replace("属于国家秘密", "涉及国家秘密")
    )
    assert whole(read(text), truth)


def test_an_unknown_label_under_other_handling_is_not_other_handling() -> None:
    truth = balanced()
    label = next(row.printed_label for row in T3.rows if row.code == "other_no_correction")
    reading = read(page(FORM, truth).replace(label, "1.甲乙丙丁戊己庚辛"))
    assert not [key for key in reading.cells if key.startswith("t3.other.")]
    assert reading.cells["t3.other_no_correction.total"].value is None


def test_rows_numbered_in_a_column_of_their_own() -> None:
    truth = balanced()
    old = request_table(T3, truth, plain)
    rows = old.split("</tr>")[:-1]
    numbered = [rows[0].replace("<tr>", "<tr><td rowspan=3>序号</td>"), *rows[1:3]]
    numbered += [row.replace("<tr>", f"<tr><td>{number}</td>") for number, row in enumerate(rows[3:], 1)]
    assert whole(read(page(FORM, truth).replace(old, "</tr>".join([*numbered, ""]))), truth)


def test_a_total_beside_a_group_is_not_the_total_of_the_table() -> None:
    truth = balanced()
    first = next(row.printed_label for row in T3.rows if row.code == "denied_state_secret")
    text = page(FORM, truth)
    extra = "<td>合计</td>" + "<td>777</td>" * 7 + "</tr><tr>"
    assert whole(read(text.replace(f"<td>{first}</td>", extra + f"<td>{first}</td>")), truth)


# ------------------------------------------------------------------------------------------------ table 四


def results() -> str:
    return "".join(f"<td>{column.label_zh}</td>" for column in FORM.table("t4").columns)


def group_numbers(truth: Truth, group: str) -> str:
    return "".join(f"<td>{truth[f't4.{group}.{column.code}']}</td>" for column in FORM.table("t4").columns)


def test_the_groups_of_the_review_table_one_below_the_other() -> None:
    truth = balanced(blanks=0.3)
    stacked = (
        f"<table><tr><td colspan=5>行政复议</td></tr><tr>{results()}</tr><tr>{group_numbers(truth, 'review')}</tr>"
        f"<tr><td colspan=5>行政诉讼</td></tr><tr><td colspan=5>未经复议直接起诉</td></tr><tr>{results()}</tr>"
        f"<tr>{group_numbers(truth, 'lit_direct')}</tr><tr><td colspan=5>复议后起诉</td></tr>"
        f"<tr>{results()}</tr><tr>{group_numbers(truth, 'lit_after_review')}</tr></table>"
    )
    assert whole(read(T4_TABLE.sub(stacked, page(FORM, truth))), truth)


def test_the_review_table_in_two_tables() -> None:
    truth = balanced(blanks=0.3)
    two = (
        f"<table><tr><td colspan=5>行政复议</td></tr><tr>{results()}</tr><tr>{group_numbers(truth, 'review')}</tr>"
        "</table><table><tr><td colspan=10>行政诉讼</td></tr><tr><td colspan=5>未经复议直接起诉</td>"
        f"<td colspan=5>复议后起诉</td></tr><tr>{results() * 2}</tr>"
        f"<tr>{group_numbers(truth, 'lit_direct')}{group_numbers(truth, 'lit_after_review')}</tr></table>"
    )
    assert whole(read(T4_TABLE.sub(two, page(FORM, truth))), truth)


def test_the_numbers_of_the_review_table_behind_a_word_are_read_in_doubt() -> None:
    truth = balanced()
    text = page(FORM, truth)
    cut = text.rindex("<tr>", 0, text.index("<p>五、"))
    reading = read(text[: cut + 4] + "<td>件数</td>" + text[cut + 4 :])
    assert whole(reading, truth)
    assert all(cell.confidence == 0.85 for key, cell in reading.cells.items() if key.startswith("t4."))


# ------------------------------------------------------------------------------------- tables printed twice


def test_a_comparison_table_does_not_contradict_the_form() -> None:
    truth = balanced()
    comparison = (
        "<table><tr><td>项目</td><td>2021年</td><td>2022年</td></tr>"
        "<tr><td>本年新收政府信息公开申请数量</td><td>12</td><td>15</td></tr>"
        "<tr><td>部分公开</td><td>3</td><td>4</td></tr></table>"
    )
    for place in ("<p>三、", "<p>五、"):
        assert whole(read(page(FORM, truth).replace(place, comparison + place)), truth)


def test_of_two_reports_on_a_page_the_one_under_its_own_title_is_read() -> None:
    truth, other = balanced(1), balanced(2)
    body = page(FORM, other).split("<body>")[1].replace("2022", "2021")
    reading = read(page(FORM, truth).replace("</body></html>", body))
    assert reading.headline.report_year == YEARS["form_2021"]
    assert whole(reading, truth)


def test_a_table_under_the_caption_of_last_year_is_read_in_doubt() -> None:
    truth = balanced()
    text = page(FORM, truth).replace(
        "<p>三、收到和处理政府信息公开申请情况</p>", "<p>附：上年度申请办理情况</p>"
    )
    reading = read(text)
    assert all((cell.confidence or 0) < 0.9 for key, cell in reading.cells.items() if key.startswith("t3."))


# ------------------------------------------------------------------------------------------------- plain text


def lines_of(truth: Truth, broken: Callable[[str, str], list[str]]) -> str:
    """The report as a PDF's text; `broken` prints a row of table 三 from its label and its numbers."""
    lines = ["甲县乙局2022年政府信息公开工作年度报告", "一、总体情况", "平稳。", "二、主动公开政府信息情况"]
    for table in FORM.tables[:4]:
        lines += [table.printed_label, "信息内容 " + " ".join(column.label_zh for column in table.columns)]
        for row in table.value_rows:
            numbers = [truth[f"{table.code}.{row.code}.{column.code}"] for column in table.columns]
            lines.append(" ".join([row.printed_label, *numbers]))
    lines += ["三、收到和处理政府信息公开申请情况", "申请人情况", "自然人 法人或其他组织 总计"]
    lines.append(" ".join(column.label_zh for column in T3.columns[1:6]))
    for row in T3.rows:
        if row.has_cells:
            lines += broken(row.printed_label, " ".join(truth[f"t3.{row.code}.{code}"] for code in COLUMNS))
        elif not row.optional:
            lines.append(row.printed_label)
        else:
            lines.append(row.printed_label)
    five = " ".join(column.label_zh for column in FORM.table("t4").columns)
    lines += ["四、政府信息公开行政复议、行政诉讼情况", "行政复议 行政诉讼", five]
    lines += ["未经复议直接起诉 复议后起诉", five, five]
    lines.append(" ".join(text for key, text in truth.items() if key.startswith("t4.")))
    return "\n".join([*lines, "五、存在的主要问题及改进情况", "无。"])


def around(label: str, numbers: str) -> list[str]:
    return [label[:8], numbers, label[8:]] if len(label) > 8 else [f"{label} {numbers}"]


def after_the_first_line(label: str, numbers: str) -> list[str]:
    return [f"{label[:8]} {numbers}", label[8:]] if len(label) > 8 else [f"{label} {numbers}"]


def on_the_second_line(label: str, numbers: str) -> list[str]:
    return [label[:5], f"{label[5:10]} {numbers}", label[10:]] if len(label) > 12 else [f"{label} {numbers}"]


@pytest.mark.parametrize("broken", [around, after_the_first_line, on_the_second_line])
def test_labels_broken_around_their_numbers(broken: Callable[[str, str], list[str]]) -> None:
    truth = balanced()
    reading = read(lines_of(truth, broken), "x.txt")
    assert whole(reading, truth)
    text = lines_of(truth, broken)
    for cell in reading.cells.values():
        place = cell.locator
        assert place is not None and place.char_start is not None and cell.raw is not None
        assert text[place.char_start : place.char_end] == cell.raw


def test_page_numbers_before_form_feeds_are_no_cells() -> None:
    truth = balanced(blanks=0.4)
    text = lines_of(truth, lambda label, numbers: [label, *numbers.split()])
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number and number % 20 == 0:
            lines += [str(number // 20), "\f" + line]
        else:
            lines.append(line)
    assert silent(read("\n".join(lines), "x.txt"), truth) == []


# --------------------------------------------------------------------------------------------------- headline


def test_a_notice_with_the_blank_form_is_no_report() -> None:
    blank = page(FORM, dict.fromkeys(FORM.cells, ""))
    notice = "关于印发政府信息公开工作年度报告格式的通知"
    assert read(blank.replace("甲县乙局2022年政府信息公开工作年度报告", notice)).status == "not_a_report"


@pytest.mark.parametrize(
    ("preamble", "scope"),
    [
        ("本报告由甲县人民政府办公室综合各乡镇、县直各部门政府信息公开年度报告编制而成。", "aggregate"),
        ("本年度报告中所列数据的统计期限自2022年1月1日起，包括县本级及各乡镇、各部门。", "aggregate"),
        ("本报告根据《关于编制各部门年度报告的通知》要求，由我局编制。", "own_body"),
    ],
)
def test_scope_from_the_preamble(preamble: str, scope: str) -> None:
    text = page(FORM, balanced()).replace("<p>一、", f"<p>{preamble}</p><p>一、").replace("甲县乙局", "甲县")
    assert read(text).headline.scope == scope


@pytest.mark.parametrize(
    ("title", "preamble"),
    [
        ("【年报】甲县教育局2022年政府信息公开工作年度报告", ""),
        ("2022年政府信息公开工作年度报告", "本报告由甲县教育局根据《中华人民共和国政府信息公开条例》编制。"),
        ("政府信息公开工作年度报告", "现公布甲县教育局2022年政府信息公开工作年度报告。"),
    ],
)
def test_issuer(title: str, preamble: str) -> None:
    text = page(FORM, balanced()).replace("甲县乙局2022年政府信息公开工作年度报告", title)
    head = read(text.replace("<p>一、", f"<p>{preamble}</p><p>一、")).headline
    assert (head.agency, head.report_year) == ("甲县教育局", 2022)


def test_a_part_of_ones_own_is_no_class_of_information() -> None:
    text = page(FORM, balanced()).replace("工作平稳。", "全县主动公开政府信息5600条，其中我局公开120条。")
    assert "proactive_items_by_class" not in {fact.fact for fact in read(text).narrative}


def test_an_endless_run_of_digits_behind_a_label_is_given_up() -> None:
    truth = balanced()
    text = lines_of(truth, lambda label, numbers: [label + "0123456789" * 30])
    reading = read(text, "x.txt")
    assert reading.cells["t3.granted.total"].value is None
    assert silent(reading, truth) == []


def test_a_text_report_inside_a_pre_element_keeps_its_title_line() -> None:
    text = (Path(__file__).parents[3] / "data" / "samples" / "dongnanyu-2021.txt").read_text("utf-8")
    page = f"<html><head><title>t</title></head><body><pre>{text}</pre></body></html>"
    reading = read_snapshot(page.encode("gb18030"), "x.html")
    assert (reading.headline.agency, reading.headline.report_year) == ("老城区东南隅街道办事处", 2021)


def test_a_titled_page_without_any_content_of_a_report_says_so() -> None:
    page = "<html><body><h1>甲县2021年政府信息公开工作年度报告</h1><p>请点击下载。</p></body></html>"
    reading = read_snapshot(page.encode(), "x.html")
    assert reading.status == "not_a_report"
    assert reading.reason is not None and reading.reason.startswith("titled '甲县2021年")
