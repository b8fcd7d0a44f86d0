"""Tables found by their labels, in grids and in running text; what is missing says why."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from ingestion.catalog import load_catalog
from ingestion.extract.model import Document, Grid, GridCell, ImageBlock, Locator, TextBlock
from ingestion.recognise.tables import TableReading, read_tables

CATALOG = load_catalog()
ZEROS = ["0"] * 7
HEAD = [
    "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
    "自然人",
    "商业企业",
    "科研机构",
]
HEAD += ["社会公益组织", "法律服务机构", "其他", "总计"]


def grid(rows: list[list[str]], *, exact: bool = True, index: int = 1) -> Grid:
    cells = [
        GridCell(text, row, column, Locator(table=index, row=row + 1, column=column + 1))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]
    return Grid(index, cells, len(rows), max(map(len, rows)), "table" if exact else "tabbed", exact)


def document(*blocks: Grid | TextBlock | ImageBlock) -> Document:
    return Document("x", "0" * 64, "text/html", 1, blocks=list(blocks))


def text(line: str) -> TextBlock:
    return TextBlock(line, Locator(line=1))


def request_rows(form: str = "form_2021", **changed: list[str]) -> list[list[str]]:
    """The request table, one label column, all zeros but for the rows named."""
    table = CATALOG.forms[form].table("t3")
    rows = [HEAD]
    for row in table.rows:
        if row.has_cells:
            rows.append([row.printed_label, *changed.get(row.code, ZEROS)])
        else:
            rows.append([row.printed_label, *[""] * 7])
    return rows


def read(*blocks: Grid | TextBlock | ImageBlock, year: int | None = 2022) -> TableReading:
    return read_tables(document(*blocks), CATALOG, year)


def value(reading: TableReading, key: str) -> Decimal | None:
    return reading.cells[key].value


def test_rows_are_known_by_label_in_any_order() -> None:
    """Swapped rows pass every sum: only labels tell (lessons: arithmetic is no evidence for labels)."""
    rows = request_rows(partial=["3", "0", "0", "0", "0", "0", "3"])
    header, body = rows[:1], rows[1:]
    reading = read(text("逾期不补正"), grid(header + body[::-1]))
    assert value(reading, "t3.partial.natural_person") == 3
    assert value(reading, "t3.granted.natural_person") == 0


def test_columns_are_known_by_head_in_any_order() -> None:
    rows = [[row[0], row[7], *row[1:7]] for row in request_rows(granted=["5", "1", "0", "0", "0", "0", "6"])]
    reading = read(grid(rows))
    assert value(reading, "t3.granted.total") == 6
    assert value(reading, "t3.granted.natural_person") == 5


def test_other_handling_printed_as_one_row_is_one_leaf_and_replaces_its_three() -> None:
    rows = [
        row
        for row in request_rows()
        if not row[0].startswith(("1.申请人无正当理由逾期", "2.申请人逾期", "3.其他"))
    ]
    at = next(index for index, row in enumerate(rows) if row[0].startswith("（六）"))
    rows[at] = ["（六）其他处理", "2", "0", "0", "0", "0", "0", "2"]
    blocks = [
        text("第二十条第（一）项"),
        grid([["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]]),
        grid(rows, index=2),
    ]
    reading = read(*blocks)
    assert reading.form == "form_2021"
    assert value(reading, "t3.other.total") == 2
    assert "t3.other_misc.total" not in reading.cells
    assert value(reading, "t3.total_handled.total") == 0


def test_a_blank_form_has_no_zero() -> None:
    rows = [[row[0], *[""] * 7] if row is not HEAD else row for row in request_rows()]
    reading = read(grid(rows))
    t3 = [cell for key, cell in reading.cells.items() if key.startswith("t3.")]
    assert Counter(cell.state for cell in t3) == {"blank": 175}
    assert {cell.value for cell in t3} == {None}


def test_generic_labels_outside_a_form_table_are_not_rows() -> None:
    reading = read(
        grid([["分类", "条数"], ["行政许可", "97"], ["行政处罚", "12"], ["其他", "4"], ["总计", "113"]])
    )
    assert {cell.value for cell in reading.cells.values()} == {None}


def test_a_table_in_a_picture_is_missing_as_image() -> None:
    reading = read(text("二、主动公开政府信息情况"), ImageBlock("a.png", "", Locator()), year=2023)
    assert {cell.state for cell in reading.cells.values()} == {"missing_image"}
    assert len(reading.cells) == 200


def test_a_form_that_does_not_fit_the_year_is_kept_and_reported() -> None:
    head = [
        ["第二十条第（一）项"],
        ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
        ["规章", "0", "1", "2"],
    ]
    reading = read(grid(head), year=2022)
    assert reading.form == "form_2019"
    assert value(reading, "t2_1.rules.disclosed_total") == 2
    assert "form_year_mismatch" in {issue.code for issue in reading.issues}


def test_a_row_with_an_unknown_label_is_reported_with_its_numbers() -> None:
    rows = request_rows()
    rows.insert(6, ["9.依据地方规定", "7", "0", "0", "0", "0", "0", "7"])
    reading = read(grid(rows))
    (issue,) = [issue for issue in reading.issues if issue.code == "row_label_unknown"]
    assert "依据地方规定" in issue.detail and "7" in issue.detail
    assert issue.locator is not None and issue.locator.row == 7


def test_a_cell_printed_twice_with_two_numbers_is_unreadable() -> None:
    first = request_rows(granted=["1", "0", "0", "0", "0", "0", "1"])
    second = request_rows(granted=["2", "0", "0", "0", "0", "0", "2"])
    reading = read(grid(first), grid(second, index=2))
    cell = reading.cells["t3.granted.total"]
    assert (cell.state, cell.raw) == ("unreadable", "1 | 2")
    assert value(reading, "t3.partial.total") == 0


def test_the_unit_printed_in_a_head_wins_over_the_form() -> None:
    rows = [["第二十条第（八）项"], ["信息内容", "本年收费金额（单位：元）"], ["行政事业性收费", "251000"]]
    cell = read(grid(rows)).cells["t2_8.admin_fee.amount"]
    assert (cell.value, cell.unit) == (251000, "元")
    official = [
        ["第二十条第（八）项"],
        ["信息内容", "本年收费金额（单位：万元）"],
        ["行政事业性收费", "25.1"],
    ]
    assert read(grid(official)).cells["t2_8.admin_fee.amount"].unit == "万元"


def test_glued_text_is_read_where_sums_prove_it_and_nowhere_else() -> None:
    line = (
        "二、主动公开政府信息情况第二十条第（一）项信息内容本年制发件数本年废止件数现行有效件数规章000行政规范性文件77132470"
        "第二十条第（五）项信息内容本年处理决定数量行政许可2629三、收到和处理政府信息公开申请情况（本列数据的勾稽关系为：第一项加第"
        "二项之和，等于第三项加第四项之和）申请人情况自然人法人或其他组织总计商业企业科研机构社会公益组织法律服务机构其他"
        "一、本年新收政府信息公开申请数量801000081二、上年结转政府信息公开申请数量0000000三、本年度办理结果（一）予以公开220000022"
        "（二）部分公开（区分处理的，只计这一情形，不计其他情形）191000020（三）不予公开1.属于国家秘密0000000"
    )
    reading = read(text(line), year=2023)
    row = [value(reading, f"t3.new_received.{c}") for c in ("natural_person", "biz_enterprise", "total")]
    assert row == [80, 1, 81]
    assert value(reading, "t3.partial.total") == 20
    assert value(reading, "t2_1.rules.in_force") == 0
    assert value(reading, "t2_5.admin_license.decisions") == 2629
    assert reading.cells["t2_1.normative_docs.issued"].state == "unreadable"
    assert reading.cells["t2_1.normative_docs.issued"].raw == "77132470"
    assert all(
        cell.confidence is not None and cell.confidence < 0.9
        for key, cell in reading.cells.items()
        if cell.value is not None and key.startswith("t3.new_received")
    )


def test_prose_that_names_form_rows_is_not_a_table() -> None:
    reading = read(
        text("全年办理行政许可97件，行政处罚12件，予以公开5件，部分公开2件，其他处理1件。"), year=2022
    )
    assert {cell.value for cell in reading.cells.values()} == {None}


def test_a_local_list_keeps_rows_that_the_catalog_does_not_know() -> None:
    rows = [
        ["指标名称", "单位", "2018年", "历年累计"],
        ["主动公开文件数", "条", "94", "765"],
        ["其中：1.政府网站公开数", "条", "94", "765"],
        ["村务公开栏数", "个", "15", "/"],
    ]
    reading = read(grid(rows), year=2018)
    assert reading.form == "pre2019_fujian_short"
    local = reading.indicators[-1]
    assert (local.label, local.code, local.unit) == ("村务公开栏数", None, "个")
    assert (local.values["year"].value, local.values["cumulative"].state) == (15, "slash")
    assert value(reading, "fj.proactive_total.cumulative") == 765


def torn_from_labels(rows: list[list[str]], *lost: str) -> list[Grid | TextBlock]:
    """The request table with the labels of some rows standing in the text before it."""
    labels = [text(row[0]) for row in rows if row[0].startswith(lost)]
    return [
        *labels,
        text("三、收到和处理政府信息公开申请情况"),
        grid([row[1:] if row[0].startswith(lost) else row for row in rows], exact=False),
    ]


def consistent_rows() -> list[list[str]]:
    return request_rows(
        new_received=["4", "0", "0", "0", "0", "1", "5"],
        partial=["4", "0", "0", "0", "0", "0", "4"],
        unable_not_held=["0", "0", "0", "0", "0", "1", "1"],
        total_handled=["4", "0", "0", "0", "0", "1", "5"],
    )


def test_numbers_apart_from_their_label_are_read_where_no_other_row_is_left_and_never_as_certain() -> None:
    reading = read(
        text("逾期不补正"), *torn_from_labels(consistent_rows(), "（二）部分公开", "1.本机关不掌握")
    )
    cell = reading.cells["t3.partial.natural_person"]
    assert cell.value == 4
    assert cell.confidence is not None and cell.confidence < 0.9
    assert value(reading, "t3.unable_not_held.other_org") == 1
    assert {issue.place for issue in reading.issues if issue.code == "row_by_elimination"} == {
        "t3.partial",
        "t3.unable_not_held",
    }


def test_numbers_apart_from_their_label_stay_unread_where_totals_do_not_come_out() -> None:
    rows = [
        ["（七）总计", "9", *row[2:]] if row[0].startswith("（七）") else row for row in consistent_rows()
    ]
    reading = read(text("逾期不补正"), *torn_from_labels(rows, "（二）部分公开"))
    assert value(reading, "t3.partial.natural_person") is None
    assert "row_without_label" in {issue.code for issue in reading.issues}


def test_numbers_apart_from_a_label_that_is_printed_nowhere_stay_unread() -> None:
    blocks = torn_from_labels(consistent_rows(), "（二）部分公开")
    reading = read(
        text("逾期不补正"),
        *[block for block in blocks if not (isinstance(block, TextBlock) and "部分公开" in block.text)],
    )
    assert value(reading, "t3.partial.natural_person") is None


def test_rows_and_lists_that_are_numbered_in_a_column_of_their_own() -> None:
    numbered = [
        ["序号", "指标名称", "计量单位", "年末统计"],
        ["01", "主动公开信息数", "条", "6"],
        ["02", "行政复议数", "件", "0"],
    ]
    reading = read(grid(numbered), year=2010)
    assert [(row.label, row.unit, row.values["year"].value) for row in reading.indicators] == [
        ("主动公开信息数", "条", 6),
        ("行政复议数", "件", 0),
    ]
    parts = [
        ["第二十条第（六）项"],
        ["序号", "信息内容", "本年处理决定数量"],
        ["1", "行政处罚", "12"],
        ["2", "行政强制", "0"],
    ]
    assert value(read(grid(parts)), "t2_6.admin_penalty.decisions") == 12


def test_columns_of_a_list_that_the_catalog_does_not_know_are_kept() -> None:
    rows = [
        ["统计指标", "单位", "区政府统计数", "统计数"],
        ["申请办结数", "件", "3", "9"],
        ["收到申请数", "件", "4"],
    ]
    reading = read(grid(rows), year=2016)
    first, torn = reading.indicators
    assert first.values["区政府统计数"].value == 3
    assert first.values["count"].value == 9
    assert {cell.state for cell in torn.values.values()} == {"unreadable"}
    assert {cell.raw for cell in torn.values.values()} == {"收到申请数 件 4"}


def test_a_row_with_too_many_numbers_is_reported() -> None:
    rows = request_rows(granted=["0"] * 8)
    reading = read(grid(rows, exact=False))
    (issue,) = [issue for issue in reading.issues if issue.code == "row_too_wide"]
    assert issue.place == "t3.granted"
    assert value(reading, "t3.granted.total") == 0


def test_a_number_table_behind_the_review_table_is_not_taken_for_it() -> None:
    head = [
        ["行政复议", "", "", "", "", "行政诉讼"],
        ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3,
    ]
    reviews = grid([*head, [str(number) for number in range(15)]])
    reading = read(
        text("四、政府信息公开行政复议、行政诉讼情况"), reviews, grid([["2021", "2022"], ["5", "6"]], index=2)
    )
    assert value(reading, "t4.lit_after_review.total") == 14


def test_a_list_goes_on_in_a_table_without_a_head_and_behind_a_repeated_one() -> None:
    head = ["指标名称", "计量单位", "2018年度", "历年累计"]
    first = [head, ["主动公开信息数", "条", "5", "50"], head, ["其中：1.政府网站公开", "条", "5", "50"]]
    second = [["行政复议数", "件", "1", "2"], ["行政诉讼数", "件", "0", "0"]]
    reading = read(grid(first), grid(second, index=2), year=2018)
    assert [row.code for row in reading.indicators] == [
        "fj.proactive_total",
        "fj.channel_website",
        "fj.review_total",
        "fj.litigation_total",
    ]
    assert value(reading, "fj.review_total.cumulative") == 2


def test_a_list_that_goes_on_may_have_headings_without_a_unit() -> None:
    head = ["统计指标", "单位", "统计数"]
    first = [head, ["1.当面申请数", "件", "7"], ["2.传真申请数", "件", "2"]]
    second = [["四、行政复议数量", "件", "18"], ["八、机构建设和保障经费情况", "——", "——"]]
    other = [["单位名称", "地址", "电话"], ["清河县财政局", "解放路", "2881234"]]
    reading = read(grid(first), grid(second, index=2), grid(other, index=3), year=2016)
    labels = [row.label for row in reading.indicators]
    assert labels == ["1.当面申请数", "2.传真申请数", "四、行政复议数量"]
    assert value(reading, "nat.review_total.count") == 18


def test_a_list_is_known_by_its_rows_before_its_columns() -> None:
    table = CATALOG.forms["pre2019_national"].table("nat")
    rows = [["统计指标", "单位", "本年", "历年累计"]]
    rows += [[row.printed_label, "件", str(at), str(9 * at)] for at, row in enumerate(table.value_rows)]
    reading = read(grid(rows), year=2016)
    assert reading.form == "pre2019_national"
    assert {row.code for row in reading.indicators} == {f"nat.{row.code}" for row in table.value_rows}
