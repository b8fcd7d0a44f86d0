"""Bytes to text: what the bytes are wins over what the page declares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract import read_document
from ingestion.extract.decode import decode, plausibility
from ingestion.extract.model import UnreadableInput

SIMPLIFIED = (
    "营前街道2020年度政府信息公开工作年度报告\n一、总体情况\n"
    "2020年，我街道收到依申请公开4件，其中网络申请4件，均按时办结。全年主动公开政府信息12条。\n"
)
TRADITIONAL = "中華民國政府資訊公開法施行之條例，本機關於本年度受理人民申請提供政府資訊，共計十二件，其中准予提供者八件。"
DECLARATIONS = ["", "utf-8", "gb2312", "GBK", "gb18030", "big5", "iso-8859-1", "utf-16", "nonsense"]


def declared(charset: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n' if charset else ""


def codes(data: bytes) -> set[str]:
    return {issue.code for issue in decode(data).issues}


@pytest.mark.parametrize("charset", DECLARATIONS)
@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_the_text_is_read_whatever_is_declared(codec: str, charset: str) -> None:
    text = declared(charset) + SIMPLIFIED * 3
    decoded = decode(text.encode(codec))
    assert decoded.text == text


@pytest.mark.parametrize(
    ("codec", "charset", "wrong"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8", "gb2312", True),
        ("gb18030", "gb2312", False),
        ("gb18030", "GBK", False),
        ("gb18030", "utf-8", True),
        ("gb18030", "big5", True),
        ("gb18030", "iso-8859-1", True),
        ("big5", "gb2312", True),
    ],
)
def test_a_wrong_declaration_is_reported(codec: str, charset: str, wrong: bool) -> None:
    text = TRADITIONAL if codec == "big5" else SIMPLIFIED
    data = (declared(charset) + text).encode(codec)
    assert ("charset_declared_wrong" in codes(data)) is wrong


def test_ascii_reads_the_same_whatever_is_declared() -> None:
    assert codes((declared("gb2312") + "<p>2020</p>").encode()) == set()


@pytest.mark.parametrize("charset", ["big5", "Big5-HKSCS", "", "utf-8", "gb2312"])
def test_big5_is_not_taken_for_rare_gb_characters(charset: str) -> None:
    text = declared(charset) + TRADITIONAL
    decoded = decode(text.encode("big5"))
    assert decoded.text == text
    assert decoded.encoding == "big5hkscs"


def test_plausibility_tells_chinese_from_mojibake() -> None:
    assert plausibility(SIMPLIFIED) > 0.4
    assert plausibility(TRADITIONAL) > 0.4
    assert plausibility(TRADITIONAL.encode("big5").decode("gb18030", "replace")) < 0.1
    assert plausibility(SIMPLIFIED.encode().decode("latin-1")) < 0.1
    assert plausibility("2020") == 1.0


@pytest.mark.parametrize("missing", [1, 2])
def test_utf8_cut_inside_its_last_character_is_still_utf8(missing: int) -> None:
    decoded = decode(SIMPLIFIED.rstrip().encode()[: -3 - missing])
    assert decoded.encoding == "utf-8"
    assert decoded.text == SIMPLIFIED.rstrip()[:-2]
    assert [issue.code for issue in decoded.issues] == ["truncated_character"]


def test_gb18030_cut_inside_its_last_character_is_still_gb18030() -> None:
    decoded = decode(SIMPLIFIED.rstrip().encode("gb18030")[:-3])
    assert decoded.encoding == "gb18030"
    assert decoded.text == SIMPLIFIED.rstrip()[:-2]
    assert "truncated_character" in {issue.code for issue in decoded.issues}


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_few_bad_bytes_are_replaced_and_reported(codec: str) -> None:
    data = bytearray((SIMPLIFIED * 4).encode(codec))
    place = (SIMPLIFIED * 2).encode(codec)
    data[len(place)] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.encoding == codec
    assert decoded.text.count("�") <= 3
    assert decoded.text.endswith(SIMPLIFIED)
    lossy = [issue for issue in decoded.issues if issue.code == "decoding_lossy"]
    assert len(lossy) == 1
    assert "line 7" in lossy[0].detail


def test_bytes_that_fit_no_charset_are_refused() -> None:
    with pytest.raises(UnreadableInput) as refusal:
        decode(bytes(range(0x80, 0x100)) * 40)
    assert refusal.value.code == "undecodable"


@pytest.mark.parametrize("step", ["latin-1", "cp1252"])
def test_text_encoded_twice_is_undone_and_reported(step: str) -> None:
    text = SIMPLIFIED if step == "latin-1" else "政府信息公开"
    garbled = text.encode().decode("latin-1")
    if step == "cp1252":  # browsers show the bytes 0x80 to 0x9f as windows-1252 does
        shown = (bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode())
        garbled = "".join(shown)
    decoded = decode(garbled.encode())
    assert decoded.text == text
    assert "double_encoded" in {issue.code for issue in decoded.issues}


def test_lost_text_is_reported_and_not_invented() -> None:
    garbled = SIMPLIFIED.encode().decode("gb18030", "replace")
    decoded = decode(garbled.encode())
    assert decoded.text == garbled
    mojibake = [issue for issue in decoded.issues if issue.code == "mojibake"]
    assert mojibake and mojibake[0].severity == "error"


hanzi = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
letters = st.text(hanzi | st.sampled_from("0123456789，。、：（）\n<>abcXYZ "), max_size=300)


@given(letters, st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_any_report_text_survives_encoding(text: str, codec: str) -> None:
    text = SIMPLIFIED + text
    decoded = decode(text.encode(codec), markup=False)
    assert decoded.text == text


def test_a_page_in_gb18030_that_declares_utf8_is_read() -> None:
    page = declared("utf-8") + "<table><tr><td>行政处罚决定</td><td>12</td></tr></table>"
    document = read_document(page.encode("gb18030"), "a.html")
    assert document.encoding == "gb18030"
    assert [cell.text for cell in document.grids()[0].cells] == ["行政处罚决定", "12"]
