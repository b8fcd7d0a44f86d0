"""Names, telephones and e-mail of contact lines reach no table; numbers and labels do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.catalog import load_catalog
from ingestion.normalise import normalise
from ingestion.normalise.contacts import without_contacts
from ingestion.reader import read_snapshot
from ingestion.readings import StoredReading

CATALOG = load_catalog()
SAMPLES = Path(__file__).resolve().parents[3] / "data" / "samples"
PERSON = "欧阳建国"
NUMBERS = ("13812345678", "22667788", "86352022", "ouyang.jg@example.gov.cn")
CONTACT = f"（联系人：{PERSON}，联系电话：0595-22667788，手机13812345678，邮箱：ouyang.jg@example.gov.cn）"


@dataclass(frozen=True)
class Fetched:
    at: str = "2022-02-01T00:00:00+00:00"


@dataclass(frozen=True)
class Snapshot:
    sha256: str
    name: str
    title: str | None
    source: str = "manual"
    url: str | None = None
    issuer: str | None = None
    first: Fetched = Fetched()


def tables_of(data: bytes, name: str, title: str | None = None) -> dict[str, pa.Table]:
    read = read_snapshot(data, name, catalog=CATALOG)
    return normalise([StoredReading(Snapshot("a" * 64, name, title), read)], CATALOG)  # type: ignore[arg-type]


def texts(tables: dict[str, pa.Table]) -> list[tuple[str, str]]:
    return [
        (f"{table}.{column}", value)
        for table, rows in tables.items()
        if not table.startswith("catalog_")
        for column in rows.column_names
        if pa.types.is_string(rows.schema.field(column).type)
        for value in rows[column].to_pylist()
        if value is not None and (table, column) not in {("cells", "raw"), ("cells", "others")}
    ]


@pytest.mark.parametrize("case", ["shuangyang-2020", "liucheng-2018", "dongnanyu-2021"])
def test_a_report_full_of_contact_lines_leaves_none_in_any_table(case: str) -> None:
    original = (SAMPLES / f"{case}.txt").read_text("utf-8")
    # after every sentence, and so after every one that states a number; and in the line of the title
    text = re.sub("。", f"{CONTACT}。", original)
    tables = tables_of(text.encode(), f"{case} 联系人：{PERSON}.txt", f"年度报告{CONTACT}")
    found = texts(tables)
    assert len(tables["narrative_facts"]) > 3, "the contact lines must not hide what is stated"
    for column, value in found:
        assert PERSON not in value, column
        for number in NUMBERS:
            assert number not in value, column
    assert any("〔略〕" in value for column, value in found if column == "narrative_facts.sentence")


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("保持便民电话（0595—86352022）的畅通", "保持便民电话（〔略〕）的畅通"),
        ("联系人:张三 传真：0591 28801234", "联系人:〔略〕 传真：〔略〕"),
        ("填表人： 李 四，审核人：王五", "填表人： 〔略〕，审核人：〔略〕"),
        ("电话１３８１２３４５６７８。", "电话〔略〕。"),
        ("信箱 a.b@sina.com.cn", "信箱 〔略〕"),
    ],
)
def test_contacts_go_and_labels_stay(printed: str, kept: str) -> None:
    assert without_contacts(printed) == kept


@pytest.mark.parametrize(
    "printed",
    [
        "全年受理12345热线1386件，电话咨询1203人次",
        "各科室负责人为成员，负责人参加新闻发布会3次",
        "政府集中采购总金额13812345678.50元",
        "泉洛政双〔2021〕3号（2021-01-28）",
        "传真申请数0件，信函申请数12件；电话答复 3 件，共 1 234 567 条",
    ],
)
def test_what_is_no_contact_stays_as_printed(printed: str) -> None:
    assert without_contacts(printed) == printed
