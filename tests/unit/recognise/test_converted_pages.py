"""Reports as converters of web pages leave them: one cell a line with its pipe behind it, labels cut short,
traditional characters. Seen in stored copies of real pages; the numbers here are made up.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.extract import read_document
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import Reading
from tests.unit.recognise.test_html_forms import CATALOG

TITLE = "某县某镇2022年政府信息公开工作年度报告\n一、总体情况\n今年工作正常。\n"
SECTION_2 = (
    "二、主动公开政府信息情况\n第二十条第（一）项 |\n|||\n信息内容 |\n本年制发件数 |\n本年废止件数 |\n现行有效件数 |\n"
    "规章 |\n/ |\n/ |\n/ |\n行政规范性文件 |\n4 |\n1 |\n32 |\n第二十条第（五）项 |\n|||\n信息内容 |\n"
    "本年处理决定数量 |\n||\n行政许可 |\n15 | ||\n"
)
HEAD_3 = (
    "三、收到和处理政府信息公开申请情况\n（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和） |\n"
    "申请人情况 |\n||||||||\n自然人 |\n法人或其他组织 |\n总计 |\n|||||||\n商业\n企业 |\n科研机构 |\n社会公益组织 |\n"
    "法律服务机构 |\n其他 |\n|||||\n"
)


def read(text: str) -> Reading:
    return read_snapshot(text.encode(), "report.txt", catalog=CATALOG)


def row(label: str, *fields: str, fill: str = "||") -> str:
    return "\n".join([f"{label} |", *(f"{field} |".strip() for field in fields), fill]) + "\n"


def value(reading: Reading, key: str) -> Decimal | None:
    return reading.cells[key].value


def test_cells_with_a_pipe_behind_each_are_rows() -> None:
    reading = read(TITLE + SECTION_2 + HEAD_3 + row("一、本年新收政府信息公开申请数量", *"2301017"))
    assert [value(reading, f"t2_1.normative_docs.{c}") for c in ("issued", "repealed", "in_force")] == [
        4,
        1,
        32,
    ]
    assert reading.cells["t2_1.rules.issued"].state == "slash"
    assert value(reading, "t2_5.admin_license.decisions") == 15
    columns = [column.code for column in CATALOG.forms["form_2021"].table("t3").columns]
    assert [value(reading, f"t3.new_received.{c}") for c in columns] == [2, 3, 0, 1, 0, 1, 7]


def test_blanks_that_were_left_out_leave_no_number_to_place() -> None:
    """3 and 3 of seven cells, filled up with bare pipes: the total is one, the other may be anybody's."""
    reading = read(
        TITLE + SECTION_2 + HEAD_3 + row("一、本年新收政府信息公开申请数量", "3", "3", fill="|||||||")
    )
    cells = [cell for key, cell in reading.cells.items() if key.startswith("t3.new_received.")]
    assert {cell.state for cell in cells} == {"unreadable"}


def test_lines_that_end_with_pipes_and_fit_no_width_stay_text() -> None:
    text = "规章 |\n1 |\n|||\n行政规范性文件 |\n2 |\n3 |\n4 |\n||\n行政许可 |\n5 |\n"
    assert not read_document(text.encode(), "x.txt").grids()


def test_a_cell_knows_the_lines_and_characters_it_was_printed_on() -> None:
    text = TITLE + SECTION_2 + HEAD_3
    cell = next(
        cell
        for grid in read_document(text.encode(), "x.txt").grids()
        for cell in grid.cells
        if cell.text.startswith("商业")
    )
    place = cell.locator
    assert text[place.char_start : place.char_end] == cell.text == "商业\n企业"
    assert (place.line_end or 0) - (place.line or 0) == 1


def test_column_labels_of_which_only_the_first_line_was_kept() -> None:
    text = (
        "某县某局2020年政府信息公开工作年度报告\n二、主动公开政府信息情况\n第二十条第（一）项 | ||||\n"
        "信息内容 | 本年新 | 本年新 | 对外公开总数量 | |\n规章 | 0 | 0 | 0 | |\n规范性文件 | 5 | 3 | 80 | |\n"
    )
    reading = read(text)
    cells = [
        reading.cells[f"t2_1.normative_docs.{c}"] for c in ("made_new", "disclosed_new", "disclosed_total")
    ]
    assert [cell.value for cell in cells] == [5, 3, 80]
    assert [(cell.confidence or 0) >= 0.9 for cell in cells] == [False, False, True]


def test_the_older_head_above_the_newer_rows_is_never_read_as_certain() -> None:
    """Reports of 2021 print 对外公开总数量 where the form asks for 现行有效件数: another series."""
    text = TITLE + (
        "二、主动公开政府信息情况\n第二十条第（一）项 | ||||\n信息内容 | 本年新 | 本年新 | 对外公开总数量 | |\n"
        "规章 | 0 | 0 | 0 | |\n规范性文件 | 5 | 3 | 80 | |\n第二十条第（五）项 | ||||\n信息内容 | 本年处理决定数量 | |||\n"
        "行政许可 | 2 | |||\n第二十条第（八）项 | ||||\n信息内容 | 本年收费金额（单位：万元） | |||\n行政事业性收费 | 0 |\n"
    )
    reading = read(text)
    assert reading.form == "form_2021"
    assert value(reading, "t2_5.admin_license.decisions") == 2
    for column in ("issued", "repealed", "in_force"):
        cell = reading.cells[f"t2_1.normative_docs.{column}"]
        assert cell.value is None or (cell.confidence or 0) < 0.9


def test_numbers_of_a_part_are_not_certain_to_be_the_rows() -> None:
    text = (
        "某县某局2019年政府信息公开工作年度报告\n二、主动公开政府信息情况\n| 第二十条第（五）项 | | | | |\n"
        "| 信息内容 | 上一年项目数量 | 本年增/减 | 处理决定数量 | |\n| 行政许可 | 1 | 0 | 4 | |\n"
        "| 其他对外管理服务事项 | 行政检查 | 0 | 0 | 0 |\n| 行政确认 | 6 | 1 | 7 | |\n"
    )
    reading = read(text)
    assert value(reading, "t2_5.admin_license.decisions") == 4
    for column in ("items_prev", "items_delta", "decisions"):
        assert (reading.cells[f"t2_5.other_external_service.{column}"].confidence or 0) < 0.9


def test_a_slip_in_the_first_column_label_keeps_its_column() -> None:
    text = TITLE + (
        "二、主动公开政府信息情况\n\n第二十条第（一）项\n\n信息内容\n\n本年发件\n\n本年废止件数\n\n现行有效件\n\n"
        "规章\n\n0\n\n0\n\n0\n\n行政规范性文件\n\n9\n\n2\n\n30\n\n第二十条第（五）项\n\n信息内容\n\n本年处理决定数量\n\n"
        "行政许可\n\n1\n"
    )
    reading = read(text)
    cells = [reading.cells[f"t2_1.normative_docs.{c}"] for c in ("issued", "repealed", "in_force")]
    assert [cell.value for cell in cells] == [9, 2, 30]


def test_explanations_of_the_office_in_labels_and_heads() -> None:
    text = (
        "某市某局2020年政府信息公开工作年度报告\n二、主动公开政府信息情况\n第二十一条第（一）项 | |||\n"
        "信息内容 | 本年新制作数量 | 本年新公开数量 | 对外公开总数量 |\n"
        "规章（设区的市、自治州人民政府应提供相关数据） | 1 | 2 | 3 |\n规范性文件 | 4 | 5 | 6 |\n"
        "第二十一条第（五）项 | |||\n"
        "信息内容 | 上一年项目数量（指2019年事项数） | 本年增/减（指增加或减少数） | 处理决定数量（指办件量） |\n"
        "行政许可 | 8 | 5 | 93 |\n"
    )
    reading = read(text)
    assert [value(reading, f"t2_1.rules.{c}") for c in ("made_new", "disclosed_new", "disclosed_total")] == [
        1,
        2,
        3,
    ]
    assert [
        value(reading, f"t2_5.admin_license.{c}") for c in ("items_prev", "items_delta", "decisions")
    ] == [8, 5, 93]


@pytest.mark.parametrize("separator", ["\n\n", " "])
def test_a_report_in_traditional_characters(separator: str) -> None:
    words = (
        "一、總體情況|二、主動公開政府信息情況|第二十條第（一）項|信息內容|本年製發件數|本年廢止件數|現行有效件數|規章|0|0|6|"
        "行政規範性文件|4|1|32|第二十條第（五）項|信息內容|本年處理決定數量|行政許可|15|第二十條第（六）項|信息內容|"
        "本年處理決定數量|行政處罰|7|行政強制|2|三、收到和處理政府信息公開申請情況|申請人情況|自然人|法人或其他組織|總計|"
        "商業企業|科研機構|社會公益組織|法律服務機構|其他|一、本年新收政府信息公開申請數量|2|3|0|1|0|1|7|"
        "二、上年結轉政府信息公開申請數量|1|0|0|0|0|0|1"
    ).split("|")
    reading = read("某縣2022年\n" + separator.join(words))
    assert value(reading, "t2_1.normative_docs.in_force") == 32
    assert value(reading, "t2_6.admin_coercion.decisions") == 2
    assert value(reading, "t3.new_received.total") == 7
    assert value(reading, "t3.carried_in.natural_person") == 1


ROWS_IN_ORDER = ("new_received", "granted", "total_handled")
LABELS_IN_ORDER = ("一、本年新收政府信息公开申请数量", "（一）予以公开", "（七）总计")
PRINTED_ROW = ("6", "2", "0", "0", "0", "0", "8")


@pytest.mark.parametrize(
    "head",
    [
        # 总计 stands in the row of 申请人情况, to its right
        "\t\t申请人情况\t\t\t\t\t\t总计\n\t\t自然人\t法人或其他组织\n"
        "\t\t\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\n",
        # the same head without its fields: total first or last, nobody can tell
        "申请人情况\n总计\n自然人\n法人或其他组织\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n",
    ],
)
def test_a_total_read_before_its_parts_does_not_shift_the_row(head: str) -> None:
    between = "\t" if "\t" in head else "\n"
    rows = "".join(
        between.join([label, *([""] if between == "\t" else []), *PRINTED_ROW]) + "\n"
        for label in LABELS_IN_ORDER
    )
    reading = read(TITLE + "三、收到和处理政府信息公开申请情况\n" + head + rows)
    for row_code in ROWS_IN_ORDER:
        for column, printed in zip(
            ("natural_person", "biz_enterprise", "research_inst", "public_interest_org",
             "legal_service_org", "other_org", "total"), PRINTED_ROW, strict=True,
        ):  # fmt: skip
            cell = reading.cells[f"t3.{row_code}.{column}"]
            sure = cell.value is not None and (cell.confidence or 0) >= 0.9
            assert cell.value == Decimal(printed) or not sure, (row_code, column, cell)
    if between == "\t":
        assert value(reading, "t3.granted.total") == 8 and value(reading, "t3.granted.natural_person") == 6


def test_two_tables_without_a_title_between_them_are_two() -> None:
    # the last row of the first one may not be filled up: the next table's first cells follow at once
    fee = "第二十条第（八）项 |\n|||\n信息内容 |\n本年收费金额（单位：万元） |\n||\n行政事业性收费 |\n2.5 |\n"
    note = HEAD_3.partition("\n")[2]
    for end in ("||\n", ""):
        text = TITLE + SECTION_2 + fee + end + note + row("一、本年新收政府信息公开申请数量", *"2301017")
        reading = read(text + row("二、上年结转政府信息公开申请数量", *"1000001"))
        assert value(reading, "t2_1.normative_docs.in_force") == 32
        assert value(reading, "t2_8.admin_fee.amount") == Decimal("2.5")
        columns = [column.code for column in CATALOG.forms["form_2021"].table("t3").columns]
        assert [value(reading, f"t3.new_received.{c}") for c in columns] == [2, 3, 0, 1, 0, 1, 7]
        assert [value(reading, f"t3.carried_in.{c}") for c in columns] == [1, 0, 0, 0, 0, 0, 1]


def test_a_pipe_on_a_line_of_its_own_closes_the_cell_above() -> None:
    reading = read(TITLE + SECTION_2.replace("行政规范性文件 |", "行政规范性文件\n|"))
    assert [value(reading, f"t2_1.normative_docs.{c}") for c in ("issued", "repealed", "in_force")] == [
        4,
        1,
        32,
    ]
    assert value(reading, "t2_5.admin_license.decisions") == 15


def test_a_column_label_that_lost_its_end_heads_its_column() -> None:
    head = ["信息内容", "上一年项目数量", "本年增/", "处理决定数量"]
    rows = [["行政许可", "18", "-2", "1625"], ["其他对外管理服务事项", "7", "0", "31"]]
    lines = [
        "某县某局2020年政府信息公开工作年度报告",
        "二、主动公开政府信息情况",
        "第二十条第（五）项",
        *head,
    ]
    reading = read("\n\n".join([*lines, *(text for fields in rows for text in fields)]))
    assert reading.form == "form_2019"
    assert [
        value(reading, f"t2_5.admin_license.{c}") for c in ("items_prev", "items_delta", "decisions")
    ] == [
        18,
        -2,
        1625,
    ]


@pytest.mark.parametrize("separator", [" | ", "\n", " "])
def test_a_copy_with_the_sounds_of_its_characters(separator: str) -> None:
    """Sites of copies print traditional characters, and behind many of them how they sound."""
    rows = [
        ["信息內(nèi)容", "本年新制作數(shù)量", "本年新公開數(shù)量", "對(duì)外公開總數(shù)量"],
        ["規(guī)章", "0", "0", "0"],
        ["規(guī)范性文件", "5", "4", "90"],
        ["第二十條第(五)項(xiàng)"],
        ["信息內(nèi)容", "上一年項(xiàng)目數(shù)量", "本年增/減", "處理決定數(shù)量"],
        ["行政許可", "12", "-2", "340"],
        ["其他對(duì)外管理服務(wù)事項(xiàng)", "6", "1", "77"],
    ]
    end = " |" if "|" in separator else ""
    reading = read(
        "甲縣乙局2020年政府信息公開工作年度報(bào)告\n二、主動(dòng)公開政府信息情況\n第二十條第(一)項(xiàng)\n"
        + "\n".join(separator.join(fields) + end for fields in rows)
    )
    assert (reading.form, reading.headline.report_year) == ("form_2019", 2020)
    assert [
        value(reading, f"t2_1.normative_docs.{c}") for c in ("made_new", "disclosed_new", "disclosed_total")
    ] == [5, 4, 90]
    assert [
        value(reading, f"t2_5.admin_license.{c}") for c in ("items_prev", "items_delta", "decisions")
    ] == [12, -2, 340]


def test_a_text_in_each_cell_of_a_row_is_no_part_of_its_label() -> None:
    columns = ("made_new", "disclosed_new", "disclosed_total")
    for words, state in (("详见本局网站", "unreadable"), ("本单位未制作规章", "text_none")):
        text = (
            "某县某局2020年政府信息公开工作年度报告\n二、主动公开政府信息情况\n第二十条第（一）项 | ||||\n"
            "信息内容 | 本年新制作数量 | 本年新公开数量 | 对外公开总数量 | |\n"
            f"规章 | {words} | {words} | {words} | |\n规范性文件 | 5 | 3 | 80 | |\n"
        )
        reading = read(text)
        cells = [reading.cells[f"t2_1.rules.{column}"] for column in columns]
        assert [(cell.state, cell.raw) for cell in cells] == [(state, words)] * 3
        assert [value(reading, f"t2_1.normative_docs.{column}") for column in columns] == [5, 3, 80]


def test_heads_of_which_only_the_first_word_was_kept() -> None:
    head = HEAD_3.replace("商业\n企业", "商业").replace("科研机构", "科研")
    head = head.replace("社会公益组织", "社会").replace("法律服务机构", "法律")
    reading = read(TITLE + SECTION_2 + head + row("一、本年新收政府信息公开申请数量", *"2310107"))
    columns = [column.code for column in CATALOG.forms["form_2021"].table("t3").columns]
    assert [value(reading, f"t3.new_received.{c}") for c in columns] == [2, 3, 1, 0, 1, 0, 7]


@pytest.mark.parametrize("separator", ["\n", " "])
def test_a_long_explanation_that_names_rows_in_running_text(separator: str) -> None:
    note = "（以决定、通告、意见、通知等形式印发，标题含有规定、办法、细则的公文，一般都属于规范性文件）"
    others = (
        "（行政许可以外的政务服务事项，含确认、奖励、裁决、给付、行政处罚、行政强制、检查和其他各类事项）"
    )
    cells = ["规章", "0", "0", "1", f"规范性文件{note}", "5", "4", "90", "第二十条第（五）项", "信息内容"]
    cells += ["上一年项目数量", "本年增/减", "处理决定数量", "行政许可", "12", "-2", "340"]
    cells += [f"其他对外管理服务事项{others}", "6", "1", "77", "第二十条第（六）项", "信息内容"]
    cells += [
        "上一年项目数量",
        "本年增/减",
        "处理决定数量",
        "行政处罚",
        "30",
        "0",
        "8",
        "行政强制",
        "2",
        "0",
        "3",
    ]
    head = ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"]
    title = "某县某局2020年政府信息公开工作年度报告\n二、主动公开政府信息情况\n第二十条第（一）项\n"
    reading = read(title + separator.join(head + cells))
    rows = {"t2_1.normative_docs.disclosed_total": 90, "t2_5.other_external_service.decisions": 77}
    rows |= {
        "t2_6.admin_penalty.items_prev": 30,
        "t2_6.admin_coercion.decisions": 3,
        "t2_1.rules.made_new": 0,
    }
    assert {key: value(reading, key) for key in rows} == rows


@pytest.mark.parametrize("separator", ["\t", "\n"])
def test_words_that_converters_of_characters_put_for_those_of_the_form(separator: str) -> None:
    rows = [
        ["資訊內容", "本年製發件數", "本年廢止件數", "現行有效件數"],
        ["規章", "0", "0", "2"],
        ["行政規範性檔案", "4", "1", "32"],
        ["三、收到和處理政府資訊公開申請情況"],
        ["", "自然人", "商業企業", "科研機構", "社會公益組織", "法律服務機構", "其他", "總計"],
        ["一、本年新收政府資訊公開申請數量", "2", "3", "0", "1", "0", "1", "7"],
    ]
    reading = read(
        "甲縣資訊中心2021年政府資訊公開工作年度報告\n二、主動公開政府資訊情況\n第二十條第（一）項\n"
        + "\n".join(separator.join(fields).lstrip("\n") for fields in rows)
    )
    assert reading.headline.agency == "甲县资讯中心"
    for key, figure in (("t2_1.normative_docs.in_force", 32), ("t3.new_received.total", 7)):
        assert (value(reading, key), (reading.cells[key].confidence or 0) >= 0.9) == (figure, True)
