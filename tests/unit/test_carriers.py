"""A page with its pictures and attachments: one filing, each cell with its own place, disagreements kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from ingestion.extract import read_document
from ingestion.extract.companions import Companion
from ingestion.extract.model import Grid, GridCell, Locator, OtherReading
from ingestion.reader import read_snapshot
from ingestion.recognise.reading import CellReading, Reading
from tests.unit.extract.test_companions import data_uri, png
from tests.unit.report_pages import FORM, TITLE, bare_page, report, tables

GRANTED = "t3.granted.natural_person"
RECEIVED = "t3.new_received.natural_person"


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


@dataclass
class Beside:
    """Files beside the page, by reference."""

    files: Mapping[str, str | bytes]

    def find(self, reference: str) -> Companion | None:
        text = self.files.get(reference)
        if text is None:
            return None
        data = text.encode() if isinstance(text, str) else text
        return Companion(reference, reference.rsplit("/", 1)[-1], sha(data), data)


def read(page: str, files: Mapping[str, str | bytes] | None = None) -> Reading:
    return read_snapshot(page.encode(), "page.html", companions=Beside(files or {}))


def attach(*names: str) -> str:
    return "".join(f'<p><a href="{name}">附件：{name}</a></p>' for name in names)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def carrier_of(cell: CellReading) -> str | None:
    assert cell.locator is not None
    return cell.locator.carrier


# ------------------------------------------------------------------------------------------------ attachments


def test_the_tables_of_an_attachment_make_the_page_whole() -> None:
    table = tables(t3__granted__natural_person="4")
    reading = read(bare_page(attach("表.doc")), {"表.doc": table})
    assert (reading.status, reading.form) == ("complete", "form_2021")
    assert (reading.headline.agency, reading.headline.report_year) == ("甲县乙局", 2022)
    assert reading.cells[GRANTED].value == Decimal(4)
    assert {carrier_of(cell) for cell in reading.cells.values()} == {sha(table)}
    assert [(one.name, one.kind, one.sha256) for one in reading.carriers] == [
        ("表.doc", "attachment", sha(table))
    ]
    assert "table_missing" not in codes(reading)
    assert reading.document.sha256 == sha(bare_page(attach("表.doc")))


def test_a_whole_page_keeps_its_cells_where_the_attachment_says_the_same() -> None:
    page = report().replace("</body>", attach("全文.doc") + "</body>")
    reading = read(page, {"全文.doc": report()})
    assert reading.status == "complete"
    assert {carrier_of(cell) for cell in reading.cells.values()} == {None}
    assert {cell.confidence for cell in reading.cells.values()} == {1.0}
    assert "carriers_disagree" not in codes(reading)
    assert [one.sha256 for one in reading.carriers] == [sha(report())]


def test_where_two_carriers_differ_both_stand() -> None:
    other = report(t3__granted__natural_person="8")
    page = report(t3__granted__natural_person="3").replace("</body>", attach("全文.doc") + "</body>")
    reading = read(page, {"全文.doc": other})
    cell = reading.cells[GRANTED]
    assert (cell.value, cell.raw, carrier_of(cell)) == (Decimal(3), "3", None)
    assert cell.confidence is not None and cell.confidence < 0.9
    (beside,) = cell.others
    assert beside.text == "8"
    assert beside.locator is not None and beside.locator.carrier == sha(other) and beside.locator.row
    (issue,) = [issue for issue in reading.issues if issue.code == "carriers_disagree"]
    assert issue.place == GRANTED
    assert "“3”" in issue.detail and "“8”" in issue.detail and sha(other)[:12] in issue.detail
    untouched = {key: one for key, one in reading.cells.items() if key != GRANTED}
    assert {one.confidence for one in untouched.values()} == {1.0}
    stored = Reading.from_dict(reading.to_dict())
    assert stored.cells[GRANTED].others == cell.others
    assert (stored.carriers, stored.companions) == (reading.carriers, reading.companions)


def test_a_blank_of_the_page_is_not_filled_from_an_attachment() -> None:
    page = report(t3__granted__natural_person="").replace("</body>", attach("全文.doc") + "</body>")
    reading = read(page, {"全文.doc": report(t3__granted__natural_person="8")})
    cell = reading.cells[GRANTED]
    assert (cell.state, cell.value) == ("blank", None)
    assert [one.text for one in cell.others] == ["8"]
    assert [issue.severity for issue in reading.issues if issue.code == "carriers_disagree"] == ["warning"]


def test_a_blank_beside_a_zero_is_told_and_no_more() -> None:
    page = report(t3__granted__natural_person="").replace("</body>", attach("全文.doc") + "</body>")
    reading = read(page, {"全文.doc": report()})
    assert reading.cells[GRANTED].state == "blank"
    assert [issue.severity for issue in reading.issues if issue.code == "carriers_disagree"] == ["info"]


def test_the_blank_form_of_a_page_is_filled_by_the_attachment() -> None:
    empty = dict.fromkeys((key.replace(".", "__") for key in FORM.cells), "")
    page = report(**empty).replace("</body>", attach("全文.doc") + "</body>")
    reading = read(page, {"全文.doc": report(t3__granted__natural_person="8")})
    assert reading.status == "complete"
    assert (reading.cells[GRANTED].value, carrier_of(reading.cells[GRANTED])) == (
        Decimal(8),
        sha(report(t3__granted__natural_person="8")),
    )


def test_a_table_that_the_page_lacks_comes_from_the_attachment_the_others_stay() -> None:
    whole = report(t3__granted__natural_person="4")
    start, end = whole.index("<p>三、"), whole.index("<p>四、")
    page = (whole[:start] + whole[end:]).replace("</body>", attach("表三.doc") + "</body>")
    reading = read(page, {"表三.doc": whole})
    assert reading.status == "complete"
    by_table: dict[str, set[str | None]] = {}
    for key, cell in reading.cells.items():
        by_table.setdefault(key.split(".")[0], set()).add(carrier_of(cell))
    assert by_table.pop("t3") == {sha(whole)}
    assert set().union(*by_table.values()) == {None}


@pytest.mark.parametrize(
    ("change", "why"),
    [(("2022年", "2021年"), "2021"), (("甲县乙局", "丙县丁局"), "丙县丁局")],
)
def test_another_report_is_never_merged(change: tuple[str, str], why: str) -> None:
    other = report(t3__granted__natural_person="8").replace(*change)
    reading = read(bare_page(attach("a.doc")), {"a.doc": other})
    assert reading.status == "no_tables"
    assert (reading.carriers, {cell.value for cell in reading.cells.values()}) == ([], {None})
    (issue,) = [issue for issue in reading.issues if issue.code == "attachment_other_report"]
    assert why in issue.detail


@pytest.mark.parametrize(
    ("text", "taken"), [("2021年度统计表", False), ("2022年统计表", True), ("2023年1月公布", True)]
)
def test_bare_tables_are_of_the_year_that_their_link_names(text: str, taken: bool) -> None:
    link = f'<p><a href="a.doc">{text}</a></p>'
    reading = read(bare_page(link), {"a.doc": tables(t3__granted__natural_person="4")})
    assert (reading.cells[GRANTED].value == Decimal(4)) == taken
    assert ("attachment_other_report" in codes(reading)) != taken


def test_tables_without_a_name_that_say_something_else_are_not_merged() -> None:
    columns = ("natural_person", "biz_enterprise", "total")
    shown = {f"t3__{row}__{column}": "3" for row in ("granted", "new_received") for column in columns}
    page = report(**shown).replace("</body>", attach("a.doc") + "</body>")
    reading = read(page, {"a.doc": tables(**dict.fromkeys(shown, "7"))})
    assert reading.cells[GRANTED].confidence == 1.0
    assert (reading.carriers, reading.cells[GRANTED].others) == ([], ())
    assert "attachment_other_report" in codes(reading)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("<html><body><h1>政府信息公开申请表</h1><p>姓名</p></body></html>", "attachment_not_a_report"),
        (b"", "attachment_unreadable"),
        (b"Rar!\x1a\x07\x00" + bytes(90), "attachment_waiting"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_page_stays(data: str | bytes, code: str) -> None:
    page = report().replace("</body>", attach("a.doc") + "</body>")
    reading = read(page, {"a.doc": data})
    assert (reading.status, reading.carriers) == ("complete", [])
    assert [issue.place for issue in reading.issues if issue.code == code] == ["a.doc"]


def test_a_word_file_waits_for_the_converter_and_is_taken_once_it_was_converted() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024) + "WordDocument".encode("utf-16-le") + bytes(64)
    reading = read(bare_page(attach("a.doc")), {"a.doc": ole})
    assert reading.status == "no_tables"
    (issue,) = [issue for issue in reading.issues if issue.place == "a.doc"]
    assert issue.code == "attachment_waiting"


def test_a_landing_page_is_the_page_of_its_one_attachment() -> None:
    page = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{attach('a.doc')}</body></html>"
    whole = report(t3__granted__natural_person="4")
    assert read(page).status == "not_a_report"
    reading = read(page, {"a.doc": whole})
    assert (reading.status, reading.headline.report_year, reading.form) == ("complete", 2022, "form_2021")
    assert (reading.cells[GRANTED].value, carrier_of(reading.cells[GRANTED])) == (Decimal(4), sha(whole))
    assert reading.document.sha256 == sha(page)


def test_a_list_of_reports_is_the_page_of_none() -> None:
    years = ("2022年", "2021年")
    files = {f"{year}.doc": report().replace("2022年", year) for year in years}
    links = "".join(f'<li><a href="{name}">{TITLE.replace("2022年", name[:5])}</a></li>' for name in files)
    reading = read(f"<html><head><title>{TITLE}</title></head><body>{links}</body></html>", files)
    assert (reading.status, reading.carriers, reading.cells) == ("not_a_report", [], {})


def test_a_notice_about_reports_is_not_the_report_attached_to_it() -> None:
    title = "关于公布2022年政府信息公开工作年度报告的通知"
    reading = read(f"<html><body><h1>{title}</h1>{attach('a.doc')}</body></html>", {"a.doc": report()})
    assert (reading.status, reading.carriers) == ("not_a_report", [])


def test_facts_in_prose_are_those_of_both_without_repeats() -> None:
    sentence = "<p>2022年，我局共收到政府信息公开申请4件。</p>"
    page = bare_page(sentence, attach("a.doc"))
    attached = report(t3__new_received__total="4").replace(
        "<p>工作平稳。</p>", f"{sentence}<p>全年举办政府信息公开培训3次。</p>"
    )
    alone = read(page).narrative
    reading = read(page, {"a.doc": attached})
    facts = [(fact.fact, fact.value) for fact in reading.narrative]
    assert len(facts) == len(set(facts)) > len(alone) > 0
    carriers = {fact.locator.carrier for fact in reading.narrative if fact.locator is not None}
    assert carriers == {None, sha(attached)}


def test_an_attachment_of_an_attachment_is_not_looked_for() -> None:
    inner = bare_page(attach("b.doc"))
    reading = read(bare_page(attach("a.doc")), {"a.doc": inner, "b.doc": report()})
    assert reading.status == "no_tables"
    assert set(reading.companions) == {"a.doc"}


def test_what_was_not_there_is_remembered() -> None:
    page = bare_page(attach("a.doc"), '<img src="t.png">')
    assert read(page).companions == {"a.doc": None, "t.png": None}
    found = read(page, {"a.doc": report()}).companions
    assert found["a.doc"] == sha(report())


def test_a_page_without_anything_beside_it_asks_for_nothing() -> None:
    assert read(report()).companions == {}


# --------------------------------------------------------------------------------------------------- pictures


def _inked(cell: GridCell, index: int, part: str | None, carrier: str | None) -> GridCell:
    place = Locator(None, index, cell.row + 1, cell.col + 1, (1.0, 2.0, 3.0, 4.0), part=part, carrier=carrier)
    others = (OtherReading("7", 0.4, "ocr_digit"),) if cell.text == "1" else ()
    return replace(cell, locator=place, confidence=0.98, others=others)


@pytest.fixture
def ink(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """In place of OCR: a picture of this shade of grey is these tables, read with confidence .98."""
    shades: dict[int, str] = {}

    def read_page_image(pixels: Any, *, first_table: int, part: Any, carrier: Any, **_: Any) -> list[Any]:
        blocks: list[Any] = []
        for grid in read_document(shades[int(pixels[0, 0, 0])].encode(), "x").grids():
            index = first_table + len(blocks)
            cells = [_inked(cell, index, part, carrier) for cell in grid.cells]
            blocks.append(Grid(index, cells, grid.n_rows, grid.n_cols, "table", True))
        return blocks

    monkeypatch.setattr("ingestion.extract.scan.read_page_image", read_page_image)
    return shades


def test_tables_that_are_pictures_are_read_from_them(ink: dict[int, str]) -> None:
    ink[9] = tables(t3__granted__natural_person="1")
    reading = read(bare_page('<img src="a.png">'), {"a.png": png(shade=9)})
    assert reading.status == "complete"
    cell = reading.cells[GRANTED]
    assert (cell.value, cell.confidence, carrier_of(cell)) == (Decimal(1), 0.98, sha(png(shade=9)))
    assert cell.locator is not None and cell.locator.bbox == (1.0, 2.0, 3.0, 4.0)
    assert [one.text for one in cell.others] == ["7"]
    assert [(one.name, one.kind) for one in reading.carriers] == [("a.png", "picture")]
    assert (reading.headline.agency, reading.headline.report_year) == ("甲县乙局", 2022)


def test_pictures_inside_the_bytes_need_nothing_beside_them(ink: dict[int, str]) -> None:
    ink[9] = tables(t3__granted__natural_person="4")
    page = bare_page(f'<img src="{data_uri(png(shade=9))}">')
    reading = read_snapshot(page.encode(), "page.html")
    assert reading.status == "complete"
    place = reading.cells[GRANTED].locator
    assert place is not None and (place.part, place.carrier) == ("picture 1", None)


def test_pictures_of_a_whole_page_are_not_read_but_belong_to_it(ink: dict[int, str]) -> None:
    page = report().replace("</body>", '<img src="chart.png"></body>')
    reading = read(page, {"chart.png": png(shade=9)})  # no tables for this shade: reading it would fail
    assert (reading.status, codes(reading)) == ("complete", [])
    assert [one.name for one in reading.carriers] == ["chart.png"]


def test_what_the_page_prints_stands_whatever_its_picture_says(ink: dict[int, str]) -> None:
    whole = report(t3__granted__natural_person="4")
    start = whole.index("<p>四、")
    page = whole[:start] + '<img src="a.png"></body></html>'
    ink[9] = tables(t3__granted__natural_person="1")
    reading = read(page, {"a.png": png(shade=9)})
    cell = reading.cells[GRANTED]
    assert (cell.value, carrier_of(cell)) == (Decimal(4), None)
    assert cell.confidence is not None and cell.confidence < 0.9
    assert cell.others
    assert reading.cells[RECEIVED].confidence == 1.0
    assert carrier_of(reading.cells["t4.review.total"]) == sha(png(shade=9))
    assert reading.status == "complete"


def test_a_missing_picture_keeps_the_state_that_says_so() -> None:
    reading = read(bare_page('<img src="tables/a.png">'))
    assert {cell.state for cell in reading.cells.values()} == {"missing_image"}
    assert any(issue.code == "picture_missing" and "tables/a.png" in issue.detail for issue in reading.issues)


def test_a_picture_without_tables_is_no_reason_for_missing_cells(ink: dict[int, str]) -> None:
    ink[9] = "<html></html>"
    reading = read(bare_page('<img src="flag.png">'), {"flag.png": png(shade=9)})
    assert {cell.state for cell in reading.cells.values()} == {"missing_table"}
