"""Word files: digits that are there and not seen, or seen and not there."""

from __future__ import annotations

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import GridCell
from tests.unit.extract.word_files import docx, p, part, r, tbl, tc, tr

DARK = '<w:shd w:val="clear" w:color="auto" w:fill="1F4E79"/>'
RAISED = '<w:vertAlign w:val="superscript"/>'


def cell(*content: str, properties: str = "", styles: str = "") -> GridCell:
    """A cell with this content, in the row of a table."""
    number = tc(p(*content), properties=properties)
    body = tbl(tr("规章", number, "7"), tr("文件", "8", "9"))
    parts = {"word/styles.xml": part("styles", styles)} if styles else {}
    found = read_document(docx(body, parts), "report.docx").grids()[0].at(0, 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "look",
    [
        '<w:color w:val="FFFFFF"/>',
        '<w:color w:val="FEFEFE"/>',
        '<w:color w:val="auto" w:themeColor="background1"/>',
        '<w:color w:themeColor="background1"/>',
        '<w:sz w:val="2"/>',
    ],
)
def test_digits_that_nobody_sees_are_not_read(look: str) -> None:
    assert not cell(r("4", look)).legible
    assert not cell("1", r("4", look)).legible
    assert cell(r("本年收到", look), "4").legible


@pytest.mark.parametrize(
    "look",
    [
        '<w:color w:val="FF0000"/>',
        '<w:color w:val="7F7F7F" w:themeColor="background1" w:themeShade="80"/>',
        '<w:color w:val="FFFF00"/>',
        '<w:sz w:val="21"/>',
        '<w:sz w:val="10"/>',
    ],
)
def test_other_colours_and_sizes_change_nothing(look: str) -> None:
    found = cell(r("4", look))
    assert (found.text, found.legible, found.confidence) == ("4", True, 1.0)


def test_white_digits_on_a_dark_ground_are_seen() -> None:
    white = '<w:color w:val="FFFFFF"/>'
    assert cell(r("4", white), properties=DARK).legible
    assert not cell(r("4", white), properties=DARK.replace("1F4E79", "F2F2F2")).legible


def test_a_raised_digit_beside_a_number_leaves_it_unread() -> None:
    """Unread and not merely no number: a row of numbers stays one."""
    assert not cell("10", r("1", RAISED)).legible
    assert not cell(r("1", RAISED), "10").legible
    found = cell("10", r("[", RAISED), r("1", RAISED), r("]", RAISED))
    assert (found.text, found.legible, found.confidence < 0.9) == ("10", True, True)


@pytest.mark.parametrize("mark", ["1", "①", "[1]", "*", "注2"])
def test_a_label_is_the_same_with_its_note(mark: str) -> None:
    assert cell("本年制发件数", r(mark, RAISED)).text == "本年制发件数"
    assert cell("第20", r("1", RAISED), "条").text == "第20^1条"


@pytest.mark.parametrize(
    "built",
    [
        "<m:eqArr><m:e><m:r><m:t>1</m:t></m:r></m:e><m:e><m:r><m:t>5</m:t></m:r></m:e></m:eqArr>",
        "<m:limLow><m:e><m:r><m:t>1</m:t></m:r></m:e><m:lim><m:r><m:t>5</m:t></m:r></m:lim></m:limLow>",
        "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>5</m:t></m:r></m:den></m:f>",
    ],
)
def test_a_formula_of_more_than_characters_is_not_read(built: str) -> None:
    assert not cell(f"<m:oMath>{built}</m:oMath>").legible


def test_a_number_in_the_zone_of_a_formula_is_a_number() -> None:
    found = cell('<m:oMath><m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>15</m:t></m:r></m:oMath>')
    assert (found.text, found.legible) == ("15", True)


def test_digits_that_run_from_right_to_left_are_not_read() -> None:
    assert not cell(f'<w:bdo w:val="rtl">{r("21")}</w:bdo>').legible
    assert cell(f'<w:bdo w:val="ltr">{r("12")}</w:bdo>').text == "12"


def test_what_a_content_control_asks_for_is_no_entry() -> None:
    def control(text: str) -> str:
        return (
            "<w:sdt><w:sdtPr><w:showingPlcHdr/><w:text/></w:sdtPr>"
            f"<w:sdtContent>{r(text)}</w:sdtContent></w:sdt>"
        )

    assert cell(control("单击或点击此处输入文字。")).text == ""
    assert cell(control("0")).text == "0"


def test_a_style_may_be_white() -> None:
    style = (
        '<w:style w:type="character" w:styleId="W"><w:name w:val="W"/>'
        '<w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    )
    assert not cell(r("4", '<w:rStyle w:val="W"/>'), styles=style).legible
