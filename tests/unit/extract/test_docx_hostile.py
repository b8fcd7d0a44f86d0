"""Word files that are damaged or mean harm: refused with a reason, or read in bounded time, never worse."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.extract import Limits, read_document
from ingestion.extract.model import UnreadableInput
from tests.unit.extract.word_files import SPACES, docx, p, r, tbl, tc, tr, zipped

PLAIN = docx(p("一、总体情况") + tbl(tr("规章", "1"), tr("文件", "2"), widths=[900, 900]))


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableInput) as refused:
        read_document(data, "x.docx")
    assert refused.value.reason
    return refused.value.code


def with_document(xml: str | bytes) -> bytes:
    return zipped({"word/document.xml": xml})


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % r SYSTEM "http://127.0.0.1:9/x.dtd"> %r; <!ENTITY c "x">]>',
    ],
)
def test_entities_are_refused(head: str) -> None:
    xml = f"<?xml version='1.0'?>{head}<w:document {SPACES}><w:body>{p('&c;')}</w:body></w:document>"
    assert refusal(with_document(xml)) == "quarantined_entities"


def test_a_document_that_unpacks_to_gigabytes_is_never_unpacked() -> None:
    assert refusal(with_document(b" " * (33 << 20))) == "quarantined_bytes"
    assert refusal(with_document(b" " * (8 << 20))) == "quarantined_ratio"


def test_a_media_bomb_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(docx(p("正文"), parts={"word/media/image1.png": b"\0" * 1000}))
    unpacked: list[str] = []
    read = zipfile.ZipFile.read

    def watched(self: zipfile.ZipFile, name: zipfile.ZipInfo, *rest: object) -> bytes:
        unpacked.append(name.filename)
        return read(self, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(zipfile.ZipFile, "read", watched)
    assert read_document(bytes(data), "x").blocks
    assert "word/document.xml" in unpacked
    assert "word/media/image1.png" not in unpacked


def test_members_without_number_are_refused() -> None:
    assert (
        refusal(zipped({"word/document.xml": "x"} | {f"word/{n}": "" for n in range(10_001)}))
        == "quarantined_members"
    )


def test_a_span_over_a_hundred_million_columns() -> None:
    document = read_document(
        docx(tbl(tr(tc("甲", span=100_000_000)), tr("1", "2"), tr("3", "4"), widths=[900, 900])), "x"
    )
    (grid,) = document.grids()
    assert grid.n_cols == 2
    assert grid.cells[0].colspan == 2
    assert "span_capped" in {issue.code for issue in document.issues}


def test_rows_that_begin_after_a_hundred_million_columns() -> None:
    late = '<w:gridBefore w:val="100000000"/>'
    document = read_document(docx(tbl(tr("1", "2", properties=late), tr("3", "4"), tr("5", "6"))), "x")
    assert document.grids()[0].n_cols < 200


def test_tables_in_tables_in_tables() -> None:
    body = p("x")
    for _ in range(200):
        body = tbl(tr(tc(body)))
    assert refusal(docx(body)) in {"quarantined_nested_tables", "quarantined_depth"}


@pytest.mark.parametrize("tag", ["w:ins", "w:hyperlink", "w:smartTag"])
@pytest.mark.parametrize("depth", [220, 5000, 100_000])
def test_elements_in_elements(tag: str, depth: int) -> None:
    body = p(f"<{tag}>" * depth + r("1") + f"</{tag}>" * depth)
    assert refusal(docx(body)) == "quarantined_depth"


def test_boxes_in_boxes() -> None:
    body = p("x")
    for _ in range(300):
        body = p(f"<w:r><w:pict><v:textbox><w:txbxContent>{body}</w:txbxContent></v:textbox></w:pict></w:r>")
    assert refusal(docx(body)) == "quarantined_depth"


def test_cells_without_number_are_refused() -> None:
    with pytest.raises(UnreadableInput) as refused:
        read_document(docx(tbl(*[tr(*["1"] * 60)] * 3)), "x", Limits(max_cells=100))
    assert refused.value.code == "quarantined_cells"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off(share: float) -> None:
    assert refusal(PLAIN[: int(len(PLAIN) * share)]) == "damaged_container"


def test_a_file_protected_by_a_password() -> None:
    data = bytearray(PLAIN)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(magic, at + 4)
    assert refusal(bytes(data)) == "password_protected"


def test_a_container_without_a_document() -> None:
    assert refusal(zipped({"word/other.xml": "<x/>"})) == "no_document_part"
    assert refusal(with_document("<x/>")) == "no_document_part"
    assert refusal(with_document("<x><y></x>")) == "damaged_container"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_flipped_bytes_are_read_or_refused(data: st.DataObject) -> None:
    mutated = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 8))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = read_document(bytes(mutated), "x.docx")
    except UnreadableInput as refused:
        assert refused.reason
    else:
        assert document.blocks or document.issues


PIECES = st.sampled_from(
    [
        r("12"), "<w:r><w:tab/><w:br/></w:r>", '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        "<w:r><w:instrText>EQ 1</w:instrText></w:r>", "<w:del><w:r><w:delText>7</w:delText></w:r></w:del>",
        "<w:ins><w:r><w:t>8</w:t></w:r></w:ins>", "<w:sdt/>", "<mc:AlternateContent/>", "<w:hyperlink/>",
        r("3", '<w:vertAlign w:val="superscript"/>'), r("4", "<w:vanish/>"), "<w:r><w:drawing/></w:r>",
        '<w:r><w:pict><v:shape style="width:x;height:1..2pt"><v:imagedata/></v:shape></w:pict></w:r>',
        "<w:moveFrom/>", "<m:oMath/>", "<w:r><w:sym/></w:r>", "<w:p/>", "<w:r><w:ruby/></w:r>",
    ]
)  # fmt: skip
NUMBERS = st.sampled_from(["", "0", "1", "2", "3", "-1", "99999999999", "x", "1.5", "²"])


@st.composite
def strange_tables(draw: st.DrawFn, depth: int = 0) -> str:
    """Tables whose spans, merges and widths contradict each other."""
    rows = ""
    for _ in range(draw(st.integers(0, 3))):
        cells = ""
        for _ in range(draw(st.integers(0, 3))):
            about = "".join(
                f'<w:{name} w:val="{draw(NUMBERS)}"/>'
                for name in draw(st.lists(st.sampled_from(["gridSpan", "vMerge", "hMerge"]), max_size=2))
            )
            content = "".join(draw(st.lists(PIECES, max_size=3)))
            inner = draw(strange_tables(depth + 1)) if depth < 1 and draw(st.booleans()) else ""
            cells += f"<w:tc><w:tcPr>{about}</w:tcPr>{inner}<w:p>{content}</w:p></w:tc>"
        before = f'<w:trPr><w:gridBefore w:val="{draw(NUMBERS)}"/></w:trPr>'
        rows += f"<w:tr>{before}{cells}</w:tr>"
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in draw(st.lists(NUMBERS, max_size=4)))
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


@settings(max_examples=150, deadline=None)
@given(strange_tables())
def test_no_two_cells_of_a_grid_overlap(table: str) -> None:
    document = read_document(docx(table), "x")
    for grid in document.grids():
        taken: set[tuple[int, int]] = set()
        for cell in grid.cells:
            places = {
                (row, col)
                for row in range(cell.row, cell.row + cell.rowspan)
                for col in range(cell.col, cell.col + cell.colspan)
            }
            assert places
            assert not places & taken
            taken |= places
            assert cell.row + cell.rowspan <= grid.n_rows
            assert cell.col + cell.colspan <= grid.n_cols


def test_the_size_a_member_claims_is_no_promise() -> None:
    """A member that unpacks to more than its header says is read no further."""
    data = bytearray(zipped({"word/document.xml": b"<x>" + b" " * 100_000 + b"</x>"}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(magic)
        data[at + offset : at + offset + 4] = (100).to_bytes(4, "little")
    assert zipfile.ZipFile(io.BytesIO(bytes(data))).infolist()[0].file_size == 100
    assert refusal(bytes(data)) == "damaged_container"
