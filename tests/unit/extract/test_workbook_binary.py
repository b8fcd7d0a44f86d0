"""Workbooks of Excel 97 to 2003: what a person sees in them, which their values alone do not tell."""

from __future__ import annotations

import pytest

from ingestion.extract import read_document
from ingestion.extract.model import Document, GridCell, UnreadableInput
from tests.unit.extract.binary_workbooks import Look, Value, xls

PLAIN = Look()
ACCOUNTS = '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ '


def cells(**values: Value) -> dict[tuple[int, int], Value]:
    """Two rows of labels and numbers; b1, c1, b2, c2 replace the numbers."""
    found: dict[tuple[int, int], Value] = {
        (0, 0): ("规章", PLAIN), (0, 1): (3.0, PLAIN), (0, 2): (4.0, PLAIN),
        (1, 0): ("文件", PLAIN), (1, 1): (5.0, PLAIN), (1, 2): (6.0, PLAIN),
    }  # fmt: skip
    for name, value in values.items():
        found[int(name[1]) - 1, "abc".index(name[0])] = value
    return found


def read(data: bytes) -> Document:
    return read_document(data, "annex.xls")


def cell(data: bytes, row: int = 0, col: int = 1) -> GridCell:
    found = read(data).grids()[0].at(row, col)
    assert found is not None
    return found


def test_numbers_without_a_format_of_their_own() -> None:
    data = xls(cells(c1=(2.5, PLAIN)))
    assert [(one.text, one.confidence) for one in read(data).grids()[0].cells] == [
        ("规章", 1.0), ("3", 1.0), ("2.5", 1.0), ("文件", 1.0), ("5", 1.0), ("6", 1.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.0, ACCOUNTS, "-"),
        (0.0, "0;-0;;@", ""),
        (0.0, "General", "0"),
        (1234.0, "#,##0", "1,234"),
        (12.0, '0"0"', "120"),
        (2.345, "0.00", "2.35"),
    ],
)
@pytest.mark.parametrize("name", ["b1", "c1"])
def test_a_number_is_read_as_its_format_shows_it(value: float, code: str, text: str, name: str) -> None:
    data = xls(cells(**{name: (value, Look(code))}))
    found = cell(data, col="abc".index(name[0]))
    assert (found.text, found.confidence) == (text, 1.0)


def test_dates_white_letters_and_errors_are_not_read_as_numbers() -> None:
    dark, white = Look(colour=9, ground=18), Look(colour=9)
    data = xls(cells(b1=(44928.0, Look("yyyy/m/d")), c1=(4.0, white), b2=(5.0, dark), c2=0x17))
    assert not cell(data, 0, 1).legible
    assert not cell(data, 0, 2).legible
    assert cell(data, 1, 1).legible
    assert cell(data, 1, 2).text == "#REF!"


def test_a_size_that_no_sheet_has_is_damage() -> None:
    """python-calamine would ask for room for all of it, and take the process with it."""
    with pytest.raises(UnreadableInput) as refusal:
        read(xls(cells(), n_rows=2**31))
    assert refusal.value.code == "damaged_container"


def test_struck_numbers() -> None:
    assert cell(xls(cells(b1=(3.0, Look(struck=True))))).struck


def test_hidden_rows_and_columns_and_zeros_that_the_sheet_does_not_show() -> None:
    rows = read(xls(cells(), hidden_rows=[1]))
    assert [one.text for one in rows.grids()[0].cells] == ["规章", "3", "4"]
    assert "hidden_text" in {issue.code for issue in rows.issues}
    columns = read(xls(cells(), hidden_columns=[1]))
    assert [one.text for one in columns.grids()[0].cells] == ["规章", "4", "文件", "6"]
    zero = cells(b1=(0.0, PLAIN))
    assert (cell(xls(zero)).text, cell(xls(zero, zeros=False)).text) == ("0", "")


def test_a_zero_is_doubtful_where_the_file_does_not_say_how_it_looks() -> None:
    data = xls(cells(b1=(0.0, PLAIN)))
    # the format of an earlier version says its looks in other records
    older = data.replace(b"W\0o\0r\0k\0b\0o\0o\0k\0", b"B\0o\0o\0k\0\0\0\0\0\0\0\0\0").replace(
        b"\x12\0\x02\x01\xff", b"\x0a\0\x02\x01\xff"
    )
    assert cell(older, 0, 1).confidence < 0.9
    assert cell(older, 0, 2).confidence == 1.0
