"""The quality report: it says what is there, points nowhere outside, and escapes what documents print."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq

from expectations.confront import confront
from expectations.report import build_quality_report
from tests.unit.expectations.reports import Tables, form_cells, requests_table, with_values

VOID = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """Collects links, ids and text, and complains about unbalanced tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag not in VOID and tag != "path":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def fill(tables: Tables) -> Path:
    good = requests_table({("granted", "natural_person"): 5, ("partial", "other_org"): 2}, {}, "form_2019")
    tables.add("good", "form_2019", good | {"t4.review.pending": (None, "unreadable")}, status="partial")
    tables.add("wrong", "form_2019", with_values(good, {"t3.granted.natural_person": 8}))
    image = form_cells("form_2021", None, "missing_image")
    tables.add("image", "form_2021", image, 2023, "no_tables", "no_tables")
    key = {name: tables.rows["filings"][0][name] for name in ("filing_id", "sha256", "agency", "report_year")}
    key |= {"scope": "own_body", "form": "form_2019"}
    tables.rows["narrative_facts"].append(
        key
        | {"position": 1, "fact": "staff", "raw": "<script>alert(1)</script>", "sentence": "配备1名 & 兼职"}
    )
    tables.rows["indicators"].append(
        key | {"position": 1, "label": "本地指标<b>", "raw": "7", "state": "reported"}
    )
    tables.rows["issues"].append(
        {
            "sha256": "sha-good",
            "filing_id": "good",
            "position": 1,
            "code": "label_unknown",
            "severity": "warning",
        }
    )
    tables.rows["documents"].append(
        {"sha256": "0" * 64, "name": '损坏 "a".bin', "state": "unreadable", "reason": "random bytes"}
    )
    folder = tables.write()
    confront(folder)
    return folder


def test_the_index_lists_documents_reports_and_failures(tables: Tables, tmp_path: Path) -> None:
    index = build_quality_report(fill(tables), tmp_path / "quality")
    page = Page(index.read_text(encoding="utf-8"))
    for said in (
        "机关good",
        "机关wrong",
        "无表格",
        "random bytes",
        '损坏 "a".bin',
        "I03",
        "8 ≠ 5",
        "予以公开",
    ):
        assert said in page.text
    assert {"filings", "findings", "identities", "documents"} <= page.ids


def test_links_lead_to_pages_that_are_there(tables: Tables, tmp_path: Path) -> None:
    index = build_quality_report(fill(tables), tmp_path / "quality")
    for path in (index, *(tmp_path / "quality" / "filings").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?:|//|@import|url\(", text.replace("<!doctype", ""))
        page = Page(text)
        for link in page.links:
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.is_file()
            assert not anchor or anchor in Page(target.read_text(encoding="utf-8")).ids


def test_a_page_writes_both_sides_out_with_text_and_place(tables: Tables, tmp_path: Path) -> None:
    build_quality_report(fill(tables), tmp_path / "quality")
    page = Page((tmp_path / "quality" / "filings" / "wrong.html").read_text(encoding="utf-8"))
    assert "I03-granted" in page.ids
    assert "所指的格" in page.text
    assert re.search(r"予以公开 / 自然人 8 line \d+", page.text)


def test_what_documents_print_is_escaped(tables: Tables, tmp_path: Path) -> None:
    build_quality_report(fill(tables), tmp_path / "quality")
    text = (tmp_path / "quality" / "filings" / "good.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "本地指标&lt;b&gt;" in text
    assert "R01" in Page(text).text  # the derived value with what forces it


def test_nothing_missing_is_shown_as_zero(tables: Tables, tmp_path: Path) -> None:
    build_quality_report(fill(tables), tmp_path / "quality")
    text = (tmp_path / "quality" / "filings" / "image.html").read_text(encoding="utf-8")
    assert 'class="gone"' in text
    assert not re.search(r"<td[^>]*>0</td>", text)


def test_the_same_tables_give_the_same_pages_and_old_pages_go(tables: Tables, tmp_path: Path) -> None:
    folder = fill(tables)
    out = tmp_path / "quality"
    first = build_quality_report(folder, out).read_bytes()
    (out / "filings" / "of-yesterday.html").write_text("old", encoding="utf-8")
    assert build_quality_report(folder, out).read_bytes() == first
    assert not (out / "filings" / "of-yesterday.html").exists()


def test_no_filing_at_all(tables: Tables, tmp_path: Path) -> None:
    folder = tables.write()
    confront(folder)
    assert "还没有报告" in build_quality_report(folder, tmp_path / "quality").read_text(encoding="utf-8")


def test_hundreds_of_filings(tables: Tables, tmp_path: Path) -> None:
    cells = form_cells("form_2019")
    for number in range(200):
        tables.add(f"f{number}", "form_2019", cells)
    folder = tables.write()
    confront(folder)
    started = time.perf_counter()
    index = build_quality_report(folder, tmp_path / "quality")
    assert time.perf_counter() - started < 20
    assert index.stat().st_size < 3_000_000
    assert len(list((tmp_path / "quality" / "filings").iterdir())) == 200


def test_doubtful_readings_are_seen_on_the_first_page(tables: Tables, tmp_path: Path) -> None:
    good = form_cells("form_2021")
    tables.add("sure", "form_2021", good, 2022)
    tables.add("unsure", "form_2021", good, 2022)
    unsure = [row for row in tables.rows["cells"] if row["filing_id"] == "unsure"][:3]
    for row in unsure:
        row["confidence"] = 0.89
    folder = tables.write()
    confront(folder)
    text = build_quality_report(folder, tmp_path / "quality").read_text("utf-8")
    Page(text)
    assert "<b>3</b>格读出而存疑" in text, "a tile counts them"
    lines = {name: re.search(rf"机关{name}</a>.*?</tr>", text, re.S) for name in ("sure", "unsure")}
    sure, doubtful = (found[0] for found in lines.values() if found)
    assert "3 格存疑" in doubtful and "存疑" not in sure
    (drawn,) = re.findall(r'<path class="ok light" d="([^"]*)"', doubtful)
    assert drawn.count("M") == 3
    assert "light" not in sure and "stroke" not in sure


def test_what_fails_is_counted_alike_on_all_pages(tables: Tables, tmp_path: Path) -> None:
    blank = dict.fromkeys(("t4.review.total", "t4.review.pending"), (None, "missing_image"))
    tables.add("one", "form_2021", form_cells("form_2021") | blank, 2022)
    folder = tables.write()
    confront(folder)
    results = pq.read_table(folder / "identity_results.parquet").to_pylist()
    failing = [row for row in results if row["result"] == "fails"]
    assert "Q04" in {row["identity_id"] for row in failing}
    out = tmp_path / "quality"
    index = build_quality_report(folder, out).read_text("utf-8")
    listed = index[index.index('id="findings"') : index.index('id="identities"')]
    assert listed.count("<tr>") - 1 == len(failing)
    assert f"{len(failing)} 处" in index
    assert Page((out / "violations.html").read_text("utf-8")).text.count("Q04") > 0


def test_reasons_are_told_in_both_languages(tables: Tables, tmp_path: Path) -> None:
    text = build_quality_report(fill(tables), tmp_path / "quality").read_text("utf-8")
    assert "文件中没有：" in text and "not in the document: " in text
    violations = (tmp_path / "quality" / "violations.html").read_text("utf-8")
    assert "所涉数字均读得确定" in violations and "every number was read for sure" in violations
