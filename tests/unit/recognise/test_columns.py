"""Which columns a head prints: figures of a column that is not the form's, or not printed, go nowhere."""

from __future__ import annotations

from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading

HEAD = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
COLUMNS = [
    "natural_person",
    "biz_enterprise",
    "research_inst",
    "public_interest_org",
    "legal_service_org",
    "other_org",
    "total",
]
NEW = "一、本年新收政府信息公开申请数量"
CARRIED = "二、上年结转政府信息公开申请数量"
GRANTED = "（一）予以公开"
NEXT = "四、结转下年度继续办理"
ROWS = {
    NEW: [5, 1, 0, 2, 0, 3, 11],
    CARRIED: [1, 0, 0, 0, 0, 1, 2],
    GRANTED: [4, 1, 0, 2, 0, 4, 11],
    NEXT: [2, 0, 0, 0, 0, 0, 2],
}
CODES = {NEW: "new_received", CARRIED: "carried_in", GRANTED: "granted", NEXT: "carried_out"}


def read(head: list[list[str]], rows: list[list[str]], separator: str | None = None) -> Reading:
    """A report with one request table; in a page, or in text with `separator` between the fields."""
    title, section = "清河县2021年政府信息公开工作年度报告", "三、收到和处理政府信息公开申请情况"
    if separator is not None:
        lines = [separator.join(row) for row in [*head, *rows]]
        text = "\n".join([title, "", section, "", *lines, "", "四、政府信息公开行政复议、行政诉讼情况"])
        return read_snapshot(text.encode(), "a.txt")
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in [*head, *rows])
    page = f"<html><body><h1>{title}</h1><p>{section}</p><table>{body}</table></body></html>"
    return read_snapshot(page.encode(), "a.html")


def labelled(rows: dict[str, list[str]]) -> list[list[str]]:
    return [[label, *fields] for label, fields in rows.items()]


def texts(label: str) -> list[str]:
    return [str(number) for number in ROWS[label]]


def cells(reading: Reading, label: str) -> list[int | None]:
    """The values of a row, None where none was read."""
    found = [reading.cells[f"t3.{CODES[label]}.{column}"] for column in COLUMNS]
    return [int(cell.value) if cell.value is not None else None for cell in found]


def sure(reading: Reading) -> bool:
    return all((cell.confidence or 1) >= 0.9 for cell in reading.cells.values() if cell.value is not None)


def test_nothing_stands_under_a_column_that_the_head_does_not_print() -> None:
    for separator in (None, "\t", "  "):
        rows = labelled({label: texts(label)[:-1] for label in ROWS})
        reading = read([["项目", *HEAD[:-1]]], rows, separator)
        for label, numbers in ROWS.items():
            assert cells(reading, label) == [*numbers[:-1], None]
        assert sure(reading)
        assert reading.cells["t3.granted.total"].state == "missing_table"


def test_an_empty_column_does_not_make_the_last_one_the_total() -> None:
    # six columns and an empty one are as many fields as the form has columns
    for separator in (None, "\t"):
        head = ["项目", *HEAD[:3], "", *HEAD[3:-1]]
        rows = labelled({label: [*texts(label)[:3], "", *texts(label)[3:-1]] for label in ROWS})
        reading = read([head], rows, separator)
        for label, numbers in ROWS.items():
            assert cells(reading, label) == [*numbers[:-1], None]


def test_a_column_of_another_name_is_no_column_of_the_form() -> None:
    # 小计 of the organisations: 6 = 1 + 0 + 2 + 0 + 3
    subtotal = {NEW: "6", CARRIED: "1", GRANTED: "7", NEXT: "0"}
    for separator in (None, "\t"):
        rows = labelled({label: [*texts(label)[:6], subtotal[label], *texts(label)[6:]] for label in ROWS})
        reading = read([["项目", *HEAD[:6], "小计", "总计"]], rows, separator)
        for label, numbers in ROWS.items():
            assert cells(reading, label) == numbers
        assert sure(reading)
        # without 总计, 小计 is not taken for it
        rows = labelled({label: [*texts(label)[:6], subtotal[label]] for label in ROWS})
        reading = read([["项目", *HEAD[:6], "小计"]], rows, separator)
        for label, numbers in ROWS.items():
            assert cells(reading, label) == [*numbers[:-1], None]


def test_figures_beyond_a_head_that_lost_a_label_are_not_placed_by_their_sums() -> None:
    for separator in (None, "\t", "  "):
        reading = read([["项目", *HEAD[:-1]]], labelled({label: texts(label) for label in ROWS}), separator)
        assert cells(reading, NEW)[-1] is None
        assert cells(reading, NEW)[1] is None


def test_columns_are_read_in_the_order_of_the_head_in_text_too() -> None:
    order = [0, 2, 1, 3, 4, 5, 6]
    for separator in (None, "\t", "  "):
        rows = labelled({label: [texts(label)[at] for at in order] for label in ROWS})
        reading = read([["项目", *[HEAD[at] for at in order]]], rows, separator)
        for label, numbers in ROWS.items():
            assert cells(reading, label) == numbers
        assert sure(reading)


def test_a_column_label_with_a_slip_is_read_in_doubt_and_only_its_column() -> None:
    head = [label.replace("社会公益组织", "社会公益组只") for label in HEAD]
    reading = read([["项目", *head]], labelled({label: texts(label) for label in ROWS}))
    assert cells(reading, NEW) == ROWS[NEW]
    confidence = [reading.cells[f"t3.new_received.{column}"].confidence for column in COLUMNS]
    assert [one < 0.9 for one in confidence if one is not None] == [
        column == "public_interest_org" for column in COLUMNS
    ]


def test_a_head_over_figures_in_another_order_is_given_away_by_the_sums() -> None:
    # 总计 stands first below a head that prints it last: 11 is not of 自然人
    rows = labelled({label: [texts(label)[-1], *texts(label)[:-1]] for label in ROWS})
    reading = read([["项目", *HEAD]], rows)
    assert not any((cell.confidence or 0) >= 0.9 for cell in reading.cells.values() if cell.value is not None)


def test_seven_columns_without_a_head_and_without_one_right_sum_are_read_in_doubt() -> None:
    rows = labelled({label: [*texts(label)[:6], "40"] for label in ROWS})
    for separator in (None, "\t", "  "):
        reading = read([], rows, separator)
        assert not any(
            (cell.confidence or 0) >= 0.9 for cell in reading.cells.values() if cell.value is not None
        )


def test_a_column_of_units_or_of_row_numbers_is_no_column_of_figures() -> None:
    units = labelled({label: ["件", *texts(label)] for label in ROWS})
    numbered = [
        [row[0], str(at), *row[1:]] for at, row in enumerate(labelled({k: texts(k) for k in ROWS}), 1)
    ]
    for head, rows in ((["项目", "单位", *HEAD], units), (["项目", "序号", *HEAD], numbered)):
        reading = read([head], rows)
        for label, numbers in ROWS.items():
            assert cells(reading, label) == numbers
        assert sure(reading)


def test_one_number_in_two_cells_is_given_away_by_the_sum() -> None:
    rows = {label: texts(label) for label in ROWS}
    # 87 people from firms, as "8" and "7": 5 + 87 + 2 + 3 = 97
    rows[NEW] = ["5", "8", "7", "2", "0", "3", "97"]
    reading = read([["项目", *HEAD]], labelled(rows))
    doubted = [
        column for column in COLUMNS if (reading.cells[f"t3.new_received.{column}"].confidence or 0) < 0.9
    ]
    assert doubted == ["biz_enterprise", "research_inst"]
    assert reading.cells["t3.new_received.biz_enterprise"].value == 8
    assert reading.cells["t3.granted.biz_enterprise"].confidence == 1


def test_text_that_keeps_its_columns_keeps_its_blanks() -> None:
    # only 总计 is filled, and the labels of some rows stand in a second field
    blank = [""] * 6
    head = [["", "", *HEAD]]
    rows = [[NEW, "", *blank, "11"], [CARRIED, "", *blank, "2"], ["三、本年度办理结果", GRANTED, *blank, "9"]]
    reading = read(head, rows, "\t")
    assert [cells(reading, label)[-1] for label in (NEW, CARRIED, GRANTED)] == [11, 2, 9]
    assert [cells(reading, label)[:-1] for label in (NEW, CARRIED)] == [[None] * 6] * 2
    assert reading.cells["t3.new_received.natural_person"].state == "blank"
    # the same with one field a column behind each label, wherever that stands
    ragged = [[NEW, *blank, "11"], [CARRIED, *blank, "2"], ["三、本年度办理结果", GRANTED, *blank, "9"]]
    reading = read([HEAD], ragged, "\t")
    assert [cells(reading, label)[-1] for label in (NEW, CARRIED, GRANTED)] == [11, 2, 9]
    # a field lost: nothing says any more which of the columns the figure is of
    reading = read([HEAD], [ragged[0], [CARRIED, *blank[1:], "2"], ragged[2]], "\t")
    assert cells(reading, CARRIED) == [None] * 7


REVIEW_HEAD = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
REVIEW_NUMBERS = ["1", "2", "3", "4", "10", "5", "6", "7", "8", "26", "0", "0", "9", "0", "9"]


def read_review(groups: tuple[str, str], direct: int, columns: list[str], numbers: list[str]) -> Reading:
    """The review table: its head in three rows, 未经复议直接起诉 and 复议后起诉 below the group `direct`."""
    spans = [f'<td colspan="{10 if at == direct else 5}">{name}</td>' for at, name in enumerate(groups)]
    parts = "".join(f'<td colspan="5">{name}</td>' for name in ("未经复议直接起诉", "复议后起诉"))
    results = "".join(f"<td>{name}</td>" for name in columns)
    alone = "".join(f'<td rowspan="2">{name}</td>' for name in columns)
    middle = alone + parts if direct == 1 else parts + alone
    figures = "".join(f"<td>{text}</td>" for text in numbers)
    table = f"<tr>{''.join(spans)}</tr><tr>{middle}</tr><tr>{results * 2}</tr><tr>{figures}</tr>"
    page = (
        "<html><body><h1>清河县2021年政府信息公开工作年度报告</h1><p>四、政府信息公开行政复议、行政诉讼情况</p>"
        f"<table>{table}</table></body></html>"
    )
    return read_snapshot(page.encode(), "a.html")


def test_the_groups_of_the_review_table_are_read_where_the_head_has_them() -> None:
    as_form = read_review(("行政复议", "行政诉讼"), 1, REVIEW_HEAD, REVIEW_NUMBERS)
    swapped = read_review(
        ("行政诉讼", "行政复议"), 0, REVIEW_HEAD, [*REVIEW_NUMBERS[5:], *REVIEW_NUMBERS[:5]]
    )
    total_first = [at + group for group in (0, 5, 10) for at in (4, 0, 1, 2, 3)]
    turned = read_review(
        ("行政复议", "行政诉讼"),
        1,
        [REVIEW_HEAD[-1], *REVIEW_HEAD[:-1]],
        [REVIEW_NUMBERS[at] for at in total_first],
    )
    for reading in (as_form, swapped, turned):
        values = {key: str(cell.value) for key, cell in reading.cells.items() if key.startswith("t4.")}
        assert list(values.values()) == REVIEW_NUMBERS
        assert sure(reading)


def test_a_label_that_nobody_knows_may_be_the_one_that_is_missing() -> None:
    # the case: a page break cut 自然人 into 自然 and 人, and every figure moved one column to the right
    reading = read([["项目", "自然", *HEAD[1:]]], labelled({label: texts(label) for label in ROWS}))
    assert not any((cell.confidence or 0) >= 0.9 for cell in reading.cells.values() if cell.value is not None)


def test_a_label_that_nobody_knows_stays_in_the_row_in_which_it_stands() -> None:
    # the case: 商业 | 科研 | ... in the line below 自然人 | 法人或其他组织 | 总计 was taken for a column behind the
    # total, and every figure moved one column to the left: the printed total became a blank
    above, note = ["自然人", "法人或其他组织", "总计"], ["（勾稽关系）", "申请人情况"]
    rows = labelled({label: texts(label) for label in ROWS})
    for separator in (" | ", "\t"):
        reading = read([note, above, ["贸易", *HEAD[2:-1]]], rows, separator)
        for label, numbers in ROWS.items():
            found = cells(reading, label)
            # which column 贸易 is, the sums may tell
            assert [found[0], *found[2:]] == [numbers[0], *numbers[2:]] and found[1] in (None, numbers[1])
    subtotal = {NEW: "6", CARRIED: "1", GRANTED: "7", NEXT: "0"}
    rows = labelled({label: [*texts(label)[:1], subtotal[label], *texts(label)[1:]] for label in ROWS})
    for separator in (" | ", "\t"):
        reading = read([note, above, ["小计", *HEAD[1:-1]]], rows, separator)
        for label, numbers in ROWS.items():
            pairs = zip(cells(reading, label), numbers, strict=True)
            assert all(found in (None, printed) for found, printed in pairs)
        assert not any(cell.state == "blank" for cell in reading.cells.values())


def test_in_running_text_an_unknown_label_between_two_groups_is_read_in_doubt() -> None:
    rows = labelled({label: texts(label) for label in ROWS})
    lines = [["自然人"], ["法人或其他组织"], ["总计"], ["贸易"], *([name] for name in HEAD[2:-1])]
    fields = [[field] for row in rows for field in row]
    reading = read([["申请人情况"], *lines], fields, "")
    for label, numbers in ROWS.items():
        for found, printed in zip(cells(reading, label), numbers, strict=True):
            assert found in (None, printed) or not sure(reading)
    assert not any(cell.state == "blank" for cell in reading.cells.values())
