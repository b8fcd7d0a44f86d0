"""Word files: what is printed, where it stands, and what is not sure about it."""

from __future__ import annotations

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import Document, Grid, GridCell, TextBlock
from tests.unit.extract.word_files import docx, p, part, r, tbl, tc, tr


def read(body: str, **files: object) -> Document:
    return read_document(docx(body, **files), "report.docx")  # type: ignore[arg-type]


def grid(document: Document, index: int = 0) -> Grid:
    return document.grids()[index]


def texts(found: Grid) -> list[list[str]]:
    """What stands at each place, spans included."""
    return [
        [cell.text if (cell := found.at(row, col)) else "·" for col in range(found.n_cols)]
        for row in range(found.n_rows)
    ]


def paragraphs(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, TextBlock)]


def codes(document: Document) -> set[str]:
    return {issue.code for issue in document.issues}


def number_cell(*content: str, **files: object) -> tuple[GridCell, Document]:
    """A cell with this content, in the row of a table."""
    document = read(tbl(tr("规章", tc(*content), "7"), tr("文件", "8", "9")), **files)
    found = grid(document).at(0, 1)
    assert found is not None
    return found, document


# ------------------------------------------------------------------------------------------------- placing cells


def test_spans_across_and_down() -> None:
    document = read(
        tbl(
            tr(tc("申请人情况", span=3)),
            tr(tc("结果", down="restart"), tc("公开"), "1"),
            tr(tc(down="continue"), tc("不公开"), "2"),
            widths=[1000, 1000, 1000],
        )
    )
    assert texts(grid(document)) == [["申请人情况"] * 3, ["结果", "公开", "1"], ["结果", "不公开", "2"]]
    cell = grid(document).at(2, 2)
    assert cell is not None
    assert (cell.locator.table, cell.locator.row, cell.locator.column) == (1, 3, 3)


def test_a_row_that_begins_and_ends_late() -> None:
    late = '<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>'
    document = read(tbl(tr("甲", "乙", "丙"), tr("5", properties=late), widths=[900, 900, 900]))
    assert texts(grid(document)) == [["甲", "乙", "丙"], ["·", "5", "·"]]


def test_columns_that_are_too_narrow_to_see_are_none() -> None:
    # a .doc that LibreOffice converted: the edges of two rows differ by two twips
    document = read(
        tbl(
            tr(tc("行政许可", span=2), "12", tc("3")),
            tr("行政处罚", tc("45", span=2), tc("6")),
            widths=[2000, 2, 1998, 1500],
        )
    )
    assert texts(grid(document)) == [["行政许可", "12", "3"], ["行政处罚", "45", "6"]]


def test_a_narrow_column_with_something_in_it_is_one() -> None:
    document = read(tbl(tr("甲", "1", "2", "3"), tr("乙", "4", "5", "6"), widths=[900, 60, 900, 900]))
    assert texts(grid(document)) == [["甲", "1", "2", "3"], ["乙", "4", "5", "6"]]


def test_a_table_without_a_grid() -> None:
    document = read(tbl(tr(tc("规章", span=2), "1"), tr("文件", "2", "3")))
    assert texts(grid(document)) == [["规章", "规章", "1"], ["文件", "2", "3"]]


def test_a_head_that_spans_by_its_width_alone() -> None:
    wide, narrow = '<w:tcW w:w="2000" w:type="dxa"/>', '<w:tcW w:w="1000" w:type="dxa"/>'
    document = read(
        tbl(
            tr(tc("项目", properties=narrow), tc("数量", properties=wide)),
            tr("公开", "1", "2"),
            tr("处理", "3", "4"),
            widths=[1000, 1000, 1000],
        )
    )
    assert texts(grid(document))[0] == ["项目", "数量", "数量"]


def test_a_row_that_begins_a_twip_late_without_saying_so() -> None:
    def wide(text: str, width: int, span: int = 1) -> str:
        return tc(text, span=span, properties=f'<w:tcW w:w="{width}" w:type="dxa"/>')

    document = read(
        tbl(
            tr(wide("维持", 900, 2), wide("纠正", 900, 2), wide("其他", 900), wide("总计", 900)),
            tr(wide("1", 898), wide("2", 900, 2), wide("", 900), wide("4", 900)),
            widths=[2, 898, 2, 898, 900, 900],
        )
    )
    assert texts(grid(document)) == [["维持", "纠正", "其他", "总计"], ["1", "2", "", "4"]]


def test_old_horizontal_merges() -> None:
    first, rest = '<w:hMerge w:val="restart"/>', "<w:hMerge/>"
    document = read(
        tbl(
            tr(tc("总计", properties=first), tc("", properties=rest), "1"),
            tr("甲", "乙", "2"),
            widths=[900] * 3,
        )
    )
    assert texts(grid(document)) == [["总计", "总计", "1"], ["甲", "乙", "2"]]


def test_text_under_a_merged_cell_is_not_printed() -> None:
    document = read(
        tbl(tr(tc("甲", down="restart"), "1"), tr(tc("丙", down="continue"), "2"), widths=[900, 900])
    )
    assert texts(grid(document)) == [["甲", "1"], ["甲", "2"]]
    assert "hidden_text" in codes(document)


def test_a_merge_that_goes_on_from_nowhere_begins_a_cell() -> None:
    document = read(tbl(tr(tc("甲", down="continue"), "1"), tr("乙", "2"), tr("丙", "3"), widths=[900, 900]))
    assert texts(grid(document)) == [["甲", "1"], ["乙", "2"], ["丙", "3"]]


def test_rows_and_cells_inside_content_controls() -> None:
    row = f"<w:sdt><w:sdtPr/><w:sdtContent>{tr('规章', '1')}</w:sdtContent></w:sdt>"
    cells = f"<w:customXml>{tc('文件')}</w:customXml><w:sdt><w:sdtContent>{tc('2')}</w:sdtContent></w:sdt>"
    document = read(tbl(row, tr(cells), tr("许可", "3"), widths=[900, 900]))
    assert texts(grid(document)) == [["规章", "1"], ["文件", "2"], ["许可", "3"]]


def test_a_layout_table_gives_its_inner_table() -> None:
    inner = tbl(tr("规章", "1"), tr("文件", "2"), tr("许可", "3"), tr("处罚", "4"))
    document = read(tbl(tr(tc(p("一、总体情况"), inner, p("二、说明")))))
    assert [type(block).__name__ for block in document.blocks] == ["TextBlock", "Grid", "TextBlock"]
    assert texts(grid(document))[3] == ["处罚", "4"]


def test_tables_and_text_stand_in_their_order() -> None:
    table = tbl(tr("规章", "1"), tr("文件", "2"), widths=[900, 900])
    document = read(p("前") + table + p("中") + table + p("后"))
    kinds = [
        block.text if isinstance(block, TextBlock) else block.index
        for block in document.blocks
        if not isinstance(block, str)
    ]  # type: ignore[union-attr]
    assert kinds == ["前", 1, "中", 2, "后"]


# ----------------------------------------------------------------------------------------- what a cell says


def test_pieces_of_a_number_are_one_number() -> None:
    cell, _ = number_cell(r("1"), '<w:proofErr w:type="spellStart"/>', r("2", "<w:b/>"), r("3"))
    assert (cell.text, cell.confidence, cell.legible, cell.struck) == ("123", 1.0, True, False)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<w:r><w:t>1</w:t><w:br/><w:t>2</w:t></w:r>", "1\n2"),
        ("<w:r><w:t>1</w:t><w:tab/><w:t>2</w:t></w:r>", "1 2"),
        ("<w:r><w:t>1</w:t><w:softHyphen/><w:t>2</w:t></w:r>", "12"),
        ("<w:r><w:noBreakHyphen/><w:t>2</w:t></w:r>", "-2"),
        ("<w:hyperlink><w:r><w:t>5</w:t></w:r></w:hyperlink>", "5"),
        ("<w:smartTag><w:r><w:t>5</w:t></w:r></w:smartTag>", "5"),
        ("<w:sdt><w:sdtContent><w:r><w:t>5</w:t></w:r></w:sdtContent></w:sdt>", "5"),
        ('<w:fldSimple w:instr=" =SUM(LEFT) "><w:r><w:t>5</w:t></w:r></w:fldSimple>', "5"),
        ("<m:oMath><m:r><m:t>5</m:t></m:r></m:oMath>", "5"),
        ("<w:r><w:t>１２</w:t></w:r>", "１２"),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>9</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>5</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "5",
        ),
    ],
)
def test_what_stands_in_a_cell(content: str, text: str) -> None:
    cell, _ = number_cell(content)
    assert (cell.text, cell.confidence, cell.legible) == (text, 1.0, True)


def field(code: str, result: str | None) -> str:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    shown = mark.format("separate") + r(result) if result is not None else ""
    return f"{mark.format('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>{shown}{mark.format('end')}"


def test_a_formula_shows_its_result() -> None:
    cell, _ = number_cell(field(" =SUM(LEFT) ", "12"))
    assert (cell.text, cell.legible) == ("12", True)


def test_a_field_in_the_instruction_of_another_is_not_printed() -> None:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    nested = (
        mark.format("begin") + field("REF x", "99") + mark.format("separate") + r("12") + mark.format("end")
    )
    assert number_cell(nested)[0].text == "12"


@pytest.mark.parametrize("code", ["EQ \\o\\ac(○,1)", "AUTONUM"])
def test_a_field_that_draws_makes_no_blank(code: str) -> None:
    cell, document = number_cell(field(code, None))
    assert not cell.legible
    assert "sign_unread" in codes(document)


def test_a_field_without_end_swallows_nothing() -> None:
    body = p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "PAGE") + p("以下正文")
    document = read(body)
    assert paragraphs(document) == ["以下正文"]
    assert "field_unclosed" in codes(document)


@pytest.mark.parametrize(
    "mark",
    [
        r("1", '<w:vertAlign w:val="superscript"/>'),
        r("1", '<w:position w:val="8"/>'),
        r("1", '<w:rStyle w:val="raised"/>'),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_raised_digit_is_no_digit_of_the_number(mark: str, before: bool) -> None:
    styles = part(
        "styles",
        '<w:style w:type="character" w:styleId="raised"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>',
    )
    content = (mark, r("10")) if before else (r("10"), mark)
    cell, _ = number_cell(*content, parts={"word/styles.xml": styles})
    assert cell.text not in ("101", "110")
    assert "^" in cell.text


@pytest.mark.parametrize("mark", ["注1", "[1]", "①", "*", "注"])
def test_a_raised_note_mark_is_no_part_of_the_number(mark: str) -> None:
    cell, document = number_cell(r("10"), r(mark, '<w:vertAlign w:val="superscript"/>'))
    assert cell.text == "10"
    assert cell.confidence < 0.9
    assert "note_mark" in codes(document)


def test_a_raised_digit_alone_is_no_number() -> None:
    cell, _ = number_cell(r("1", '<w:vertAlign w:val="superscript"/>'))
    assert not cell.legible


def test_a_line_that_is_moved_up_as_a_whole_is_a_number() -> None:
    assert number_cell(r("10", '<w:position w:val="4"/>'))[0].text == "10"


def test_a_footnote_is_text_at_the_end_and_no_digit() -> None:
    notes = part("footnotes", f'<w:footnote w:id="2">{p("数据截至年底")}</w:footnote>')
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    cell, document = number_cell(r("10"), mark, parts={"word/footnotes.xml": notes})
    assert cell.text == "10"
    assert paragraphs(document) == ["数据截至年底"]
    assert "note_mark" in codes(document)


@pytest.mark.parametrize("tag", ["<w:strike/>", "<w:dstrike/>"])
def test_struck_numbers(tag: str) -> None:
    assert number_cell(r("10", tag))[0].struck
    assert not number_cell(r("10", tag.replace("/>", ' w:val="0"/>')))[0].struck


def test_hidden_text_is_not_printed() -> None:
    cell, document = number_cell(r("1"), r("0", "<w:vanish/>"))
    assert cell.text == "1"
    assert "hidden_text" in codes(document)


def test_signs_of_other_fonts_and_white_digits_are_no_numbers() -> None:
    assert not number_cell(r("0", '<w:rFonts w:ascii="Wingdings"/>'))[0].legible
    assert not number_cell(r("5", '<w:color w:val="FFFFFF"/>'))[0].legible
    assert not number_cell('<w:r><w:sym w:font="Symbol" w:char="F035"/></w:r>')[0].text.strip().isascii()


# --------------------------------------------------------------------------------------------- tracked changes

BY = 'w:id="1" w:author="x"'


def test_an_insertion_is_printed_and_a_deletion_is_not() -> None:
    body = p(
        "共",
        f"<w:del {BY}><w:r><w:delText>3</w:delText></w:r></w:del>",
        f"<w:ins {BY}>{r('5')}</w:ins>",
        "件",
    )
    document = read(body)
    assert paragraphs(document) == ["共5件"]
    assert "tracked_changes" in codes(document)


def test_a_number_that_was_replaced_is_doubtful_and_tells_what_it_was() -> None:
    deleted = f"<w:del {BY}><w:r><w:delText>12</w:delText></w:r></w:del>"
    cell, _ = number_cell(deleted, f"<w:ins {BY}>{r('21')}</w:ins>")
    assert cell.text == "21"
    assert cell.confidence < 0.9
    assert [other.text for other in cell.others] == ["12"]


def test_a_digit_put_into_a_number_makes_it_doubtful() -> None:
    cell, _ = number_cell(r("1"), f"<w:ins {BY}>{r('0')}</w:ins>")
    assert cell.text == "10"
    assert cell.confidence < 0.9


def test_a_number_that_was_taken_out_leaves_no_blank() -> None:
    cell, _ = number_cell(f"<w:del {BY}><w:r><w:delText>12</w:delText></w:r></w:del>")
    assert (cell.text, cell.legible) == ("", False)


def test_a_row_that_was_taken_out_is_none() -> None:
    document = read(
        tbl(tr("规章", "1"), tr("文件", "2", properties=f"<w:del {BY}/>"), tr("许可", "3"), tr("处罚", "4"))
    )
    assert texts(grid(document)) == [["规章", "1"], ["许可", "3"], ["处罚", "4"]]


def test_moved_text_stands_where_it_went() -> None:
    moved = p(f"<w:moveFrom {BY}>{r('旧')}</w:moveFrom>") + p(f"<w:moveTo {BY}>{r('新')}</w:moveTo>")
    assert paragraphs(read(moved)) == ["新"]


# ------------------------------------------------------------------------------------------ automatic numbers


def numbering(*levels: tuple[str, str, str], override: str = "") -> dict[str, str]:
    """Levels as (format, text, what follows), of list 1; list 2 is the same with an override."""
    entries = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        f'<w:suff w:val="{gap}"/></w:lvl>'
        for depth, (kind, text, gap) in enumerate(levels)
    )
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{extra}</w:num>'
        for number, extra in ((1, ""), (2, override))
    )
    return {
        "word/numbering.xml": part(
            "numbering", f'<w:abstractNum w:abstractNumId="0">{entries}</w:abstractNum>{nums}'
        )
    }


def listed(text: str, depth: int = 0, key: int = 1) -> str:
    about = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{key}"/></w:numPr>'
    return p(text, properties=about) if text else p(properties=about)


def test_section_numbers_that_word_counts() -> None:
    parts = numbering(("chineseCounting", "%1、", "nothing"), ("decimal", "%1.%2", "space"))
    body = listed("总体情况") + listed("公开", 1) + listed("申请", 1) + listed("主动公开") + listed("其他", 1)
    document = read(body, parts=parts)
    assert paragraphs(document) == ["一、总体情况", "一.1 公开", "一.2 申请", "二、主动公开", "二.1 其他"]


def test_a_list_that_begins_anew() -> None:
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    parts = numbering(("chineseCountingThousand", "（%1）", "nothing"), override=override)
    body = listed("甲") + listed("乙") + listed("丙", key=2) + listed("丁", key=2)
    assert paragraphs(read(body, parts=parts)) == ["（一）甲", "（二）乙", "（一）丙", "（二）丁"]


def test_a_list_of_a_heading_style_and_one_that_is_switched_off() -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    parts = numbering(("chineseCounting", "%1、", "nothing")) | {"word/styles.xml": part("styles", style)}
    off = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    document = read(p("总体情况", style="1") + p("说明", style="1", properties=off), parts=parts)
    assert [(block.text, block.kind) for block in document.blocks if isinstance(block, TextBlock)] == [
        ("一、总体情况", "heading"),
        ("说明", "heading"),
    ]


def test_labels_that_word_numbers_and_numbers_that_it_counts() -> None:
    parts = numbering(("decimal", "%1.", "nothing"))
    body = tbl(tr(tc(listed("属于国家秘密")), tc(listed(""))), tr(tc(listed("其他")), "4"), widths=[900, 900])
    found = grid(read(body, parts=parts))
    assert [cell.text for cell in found.cells] == ["1. 属于国家秘密".replace(" ", ""), "2.", "3.其他", "4"]
    label, counted = found.cells[0], found.cells[1]
    assert label.confidence == 1.0
    assert counted.confidence < 0.9


@pytest.mark.parametrize(
    ("kind", "count", "text"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCountingThousand", 105, "一百〇五"),
        ("ideographDigital", 12, "一二"),
        ("chineseLegalSimplified", 21, "贰拾壹"),
        ("decimalEnclosedCircle", 3, "③"),
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 28, "bb"),
        ("decimalZero", 7, "07"),
        ("ideographTraditional", 2, "乙"),
        ("somethingNew", 7, "7"),
    ],
)
def test_number_formats(kind: str, count: int, text: str) -> None:
    from ingestion.extract.word.numbering import written

    assert written(count, kind) == text


# ---------------------------------------------------------------------------------------- boxes, parts, variants


def test_a_box_of_text_is_read_once() -> None:
    box = f"<w:txbxContent>{p('某某局文件')}</w:txbxContent>"
    drawing = f"<w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
    vml = f"<w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict>"
    run = f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{vml}</mc:Fallback></mc:AlternateContent></w:r>'
    assert paragraphs(read(p("标题", run) + p("正文"))) == ["标题", "某某局文件", "正文"]
    assert paragraphs(read(p(f"<w:r>{vml}</w:r>"))) == ["某某局文件"]


def test_a_box_on_a_number_cell_may_belong_elsewhere() -> None:
    box = f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{p('5')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    cell, _ = number_cell(box)
    assert cell.text == "5"
    assert cell.confidence < 0.9


def test_headers_footers_and_comments_are_no_content() -> None:
    parts = {
        "word/header1.xml": part("hdr", p("内部资料")),
        "word/footer1.xml": part("ftr", p("- 1 -")),
        "word/comments.xml": part("comments", f'<w:comment w:id="1">{p("请核对")}</w:comment>'),
    }
    body = p('<w:commentRangeStart w:id="1"/>', "正文", '<w:r><w:commentReference w:id="1"/></w:r>')
    assert paragraphs(read(body, parts=parts, relations={"rId1": ("header", "header1.xml")})) == ["正文"]


def test_the_strict_variant_of_the_format() -> None:
    data = docx(tbl(tr("规章", "1"), tr("文件", "2")))
    import io
    import zipfile

    from tests.unit.extract.word_files import W, zipped

    members = {
        name: zipfile.ZipFile(io.BytesIO(data)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
    }
    strict = {
        name: content.replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main").replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, content in members.items()
    }
    assert strict["word/document.xml"] != members["word/document.xml"]
    assert texts(grid(read_document(zipped(strict), "x"))) == [["规章", "1"], ["文件", "2"]]


def test_what_is_embedded_and_not_read_is_told() -> None:
    excel = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12" r:id="rId9"/></w:object></w:r>'
    document = read(p("附表", excel) + '<w:altChunk r:id="rId8"/>')
    assert {"embedded_object_unread", "embedded_part_unread"} <= codes(document)
