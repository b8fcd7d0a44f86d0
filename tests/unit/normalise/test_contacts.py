"""Names, telephones and e-mail of contact lines reach no table; numbers and labels do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.catalog import load_catalog
from ingestion.normalise import normalise
from ingestion.reader import read_snapshot
from ingestion.readings import StoredReading

CATALOG = load_catalog()
SAMPLES = Path(__file__).resolve().parents[3] / "data" / "samples"
PERSON = "欧阳建国"
NUMBERS = (
    *("13812345678", "138 1234 5678", "22667788", "22667789", "2266 7788", "86352022"),
    *("ouyang.jg@example.gov.cn", "ｏｕｙａｎｇ"),
)
CONTACTS = (
    f"（联系人：{PERSON}，联系电话：0595-22667788，手机13812345678，邮箱：ouyang.jg@example.gov.cn）",
    # no colon, a list, blanks within words and numbers, full-width letters
    f"（联系人{PERSON}，电话：22667789、22667788，请致电138 1234 5678）",
    f"　审核：{PERSON} 填报：{PERSON}　联 系 电 话 2266 7788，ｏｕｙａｎｇ．ｊｇ＠example．gov．cn",
)


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
    changes: tuple[tuple[int, str], ...] = ()
    first_seq: int = 1


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
        if value is not None
    ]


@pytest.mark.parametrize("contact", CONTACTS)
@pytest.mark.parametrize("case", ["shuangyang-2020", "liucheng-2018", "dongnanyu-2021"])
def test_a_report_full_of_contact_lines_leaves_none_in_any_table(case: str, contact: str) -> None:
    original = (SAMPLES / f"{case}.txt").read_text("utf-8")
    # after every sentence, and so after every one that states a number; and in the line of the title
    text = re.sub("。", f"{contact}。", original)
    tables = tables_of(text.encode(), f"{case} 联系人：{PERSON}.txt", f"年度报告{contact}")
    found = texts(tables)
    assert len(tables["narrative_facts"]) > 3, "the contact lines must not hide what is stated"
    for column, value in found:
        assert PERSON not in value, column
        for number in NUMBERS:
            assert number not in value, column
    assert any("〔略〕" in value for column, value in found if column == "narrative_facts.sentence")


INDICATORS = """<meta charset="utf-8"><p>福州市鼓楼区洪山镇人民政府2018年政府信息公开工作年度报告</p><table>
<tr><td>指标名称</td><td>单位</td><td>2018年</td></tr>
<tr><td>一、主动公开情况</td><td></td><td></td></tr>
<tr><td>（一）主动公开政府信息数</td><td>条</td><td>22667788</td></tr>
<tr><td>其中：主动公开规范性文件数</td><td>条</td><td>3</td></tr>
<tr><td>2.政府网站公开政府信息数</td><td>条</td><td>12</td></tr>
<tr><td>3.政务微博公开政府信息数</td><td>条</td><td>0 填表人：欧阳建国 电话：86382345</td></tr>
<tr><td>联系人</td><td>欧阳建国</td><td>86382345</td></tr>
<tr><td>联系电话</td><td>个</td><td>86382345</td></tr>
<tr><td>热线电话</td><td>次</td><td>1386382</td></tr>
</table>"""


def test_a_contact_line_in_a_table_is_no_indicator_and_its_neighbours_stay_as_printed() -> None:
    tables = tables_of(INDICATORS.encode(), "hongshan-2018.html")
    rows = {row["label"]: row for row in tables["indicators"].to_pylist()}
    for table, printed in tables.items():
        for row in printed.to_pylist():
            assert PERSON not in str(row) and "86382345" not in str(row), table
    assert rows["（一）主动公开政府信息数"]["raw"] == "22667788"
    assert rows["（一）主动公开政府信息数"]["value"] == 22667788
    assert (rows["热线电话"]["raw"], rows["热线电话"]["value"]) == ("1386382", 1386382)
    assert rows["联系人"]["raw"] == rows["联系电话"]["raw"] == "〔略〕"
    assert {rows[label]["state"] for label in ("联系人", "联系电话")} == {"unreadable"}
    assert rows["3.政务微博公开政府信息数"]["raw"] == "0 填表人：〔略〕 电话：〔略〕"
