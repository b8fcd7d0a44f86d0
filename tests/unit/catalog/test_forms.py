"""What the shipped catalog says: the cells of each form, totals, labels in both languages, years, states."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.catalog import CATALOG_ROOT, Catalog, Form, load_catalog, normalise_label

T3_OUTCOMES = [
    "granted",
    "partial",
    "denied_state_secret",
    "denied_law_prohibits",
    "denied_security_stability",
    "denied_third_party",
    "denied_internal_affairs",
    "denied_process_info",
    "denied_enforcement_file",
    "denied_admin_query",
    "unable_not_held",
    "unable_needs_creation",
    "unable_unclear",
    "rejected_petition",
    "rejected_repeat",
    "rejected_publication",
    "rejected_massive",
    "rejected_confirm_reissue",
]
T3_OTHER = {"form_2019": ["other"], "form_2021": ["other_no_correction", "other_fee_unpaid", "other_misc"]}
APPLICANTS = [
    "natural_person",
    "biz_enterprise",
    "research_inst",
    "public_interest_org",
    "legal_service_org",
    "other_org",
]
RESULTS = ["maintained", "corrected", "other_result", "pending"]
T2 = {
    "form_2019": [
        "t2_1.rules.made_new",
        "t2_1.rules.disclosed_new",
        "t2_1.rules.disclosed_total",
        "t2_1.normative_docs.made_new",
        "t2_1.normative_docs.disclosed_new",
        "t2_1.normative_docs.disclosed_total",
        "t2_5.admin_license.items_prev",
        "t2_5.admin_license.items_delta",
        "t2_5.admin_license.decisions",
        "t2_5.other_external_service.items_prev",
        "t2_5.other_external_service.items_delta",
        "t2_5.other_external_service.decisions",
        "t2_6.admin_penalty.items_prev",
        "t2_6.admin_penalty.items_delta",
        "t2_6.admin_penalty.decisions",
        "t2_6.admin_coercion.items_prev",
        "t2_6.admin_coercion.items_delta",
        "t2_6.admin_coercion.decisions",
        "t2_8.admin_fee.items_prev",
        "t2_8.admin_fee.items_delta",
        "t2_9.central_procurement.projects",
        "t2_9.central_procurement.amount",
    ],
    "form_2021": [
        "t2_1.rules.issued",
        "t2_1.rules.repealed",
        "t2_1.rules.in_force",
        "t2_1.normative_docs.issued",
        "t2_1.normative_docs.repealed",
        "t2_1.normative_docs.in_force",
        "t2_5.admin_license.decisions",
        "t2_6.admin_penalty.decisions",
        "t2_6.admin_coercion.decisions",
        "t2_8.admin_fee.amount",
    ],
}
FJ_ROWS = [
    "proactive_total",
    "channel_website",
    "channel_gazette",
    "requests_received",
    "req_in_person",
    "req_online",
    "req_mail",
    "replies_total",
    "reply_granted",
    "reply_partial",
    "reply_refused",
    "fee_waived",
    "review_total",
    "litigation_total",
    "complaints",
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def expected_keys(form: str) -> list[str]:
    leaves = T3_OUTCOMES + T3_OTHER[form]
    rows = ["new_received", "carried_in", *leaves, "total_handled", "carried_out"]
    return [
        *T2[form],
        *(f"t3.{row}.{column}" for row in rows for column in [*APPLICANTS, "total"]),
        *(f"t4.{g}.{c}" for g in ("review", "lit_direct", "lit_after_review") for c in [*RESULTS, "total"]),
    ]


@pytest.mark.parametrize(("form", "count"), [("form_2019", 198), ("form_2021", 200)])
def test_cells_of_the_uniform_forms(catalog: Catalog, form: str, count: int) -> None:
    assert list(catalog.forms[form].cells) == expected_keys(form)
    assert len(catalog.forms[form].cells) == count


@pytest.mark.parametrize(("form", "leaves", "cells"), [("form_2019", 19, 161), ("form_2021", 21, 175)])
def test_table_of_requests(catalog: Catalog, form: str, leaves: int, cells: int) -> None:
    table = catalog.forms[form].table("t3")
    codes = [row.code for row in table.outcome_leaves]
    assert codes == T3_OUTCOMES + T3_OTHER[form] and len(codes) == leaves
    assert list(table.row("total_handled").total_of) == codes
    assert list(table.column("total").total_of) == APPLICANTS
    assert sum(spec.table == "t3" for spec in catalog.forms[form].cells.values()) == cells


def test_other_handling_is_a_leaf_in_2019_and_an_optional_row_in_2021(catalog: Catalog) -> None:
    old, new = (catalog.forms[form].table("t3").row("other") for form in ("form_2019", "form_2021"))
    assert old.has_cells and old.is_outcome_leaf and not old.optional
    assert not new.has_cells and not new.is_outcome_leaf and new.optional
    assert list(new.replaces) == T3_OTHER["form_2021"]
    form = catalog.forms["form_2021"]
    assert list(form.optional_cells) == [f"t3.other.{column}" for column in [*APPLICANTS, "total"]]
    assert all(spec.optional for spec in form.optional_cells.values())
    assert not form.cells.keys() & form.optional_cells.keys()
    assert form.cell("t3.other.total").unit == "件"
    assert not catalog.forms["form_2019"].optional_cells


def test_table_of_reviews_is_one_line_of_blocks(catalog: Catalog) -> None:
    table = catalog.forms["form_2021"].table("t4")
    assert table.layout == "single_row_groups"
    assert list(table.column("total").total_of) == RESULTS
    assert [row.code for row in table.children("litigation")] == ["lit_direct", "lit_after_review"]


def test_fujian_list(catalog: Catalog) -> None:
    form = catalog.forms["pre2019_fujian_short"]
    assert list(form.cells) == [f"fj.{row}.{column}" for row in FJ_ROWS for column in ("year", "cumulative")]
    assert len(form.cells) == 30
    table = form.table("fj")
    assert {row.code: list(row.total_of) for row in table.rows if row.total_of} == {
        "requests_received": ["req_in_person", "req_online", "req_mail"],
        "replies_total": ["reply_granted", "reply_partial", "reply_refused"],
    }


def test_national_list(catalog: Catalog) -> None:
    form = catalog.forms["pre2019_national"]
    assert len(form.table("nat").rows) == 65
    assert len(form.cells) == 58 and all(re.fullmatch(r"nat\.\w+\.count", key) for key in form.cells)
    totals = {row.code for row in form.table("nat").rows if row.total_of}
    assert totals == {
        "requests_received", "requests_completed", "replies_total", "reply_refused", "review_total",
        "litigation_total", "staff_total",
    }  # fmt: skip
    # printed under 其中, yet no part of the total above it
    assert form.table("nat").row("normative_issued").parent == "sec_proactive"


@pytest.mark.parametrize(
    ("form", "table", "printed", "row"),
    [
        ("pre2019_fujian_short", "fj", "主动公开文件数", "proactive_total"),
        ("pre2019_fujian_short", "fj", "其中：1．网站公开", "channel_website"),
        ("pre2019_fujian_short", "fj", "2.政府公报公开数", "channel_gazette"),
        ("pre2019_fujian_short", "fj", "受理依申请公开信息总数", "requests_received"),
        ("pre2019_fujian_short", "fj", "2.网络申请数", "req_online"),
        ("form_2021", "t3", "2.其他法律行政止公开", "denied_law_prohibits"),
        ("form_2021", "t2_1", "规范性文件", "normative_docs"),
        ("form_2019", "t2_1", "行政规范性文件", "normative_docs"),
        ("form_2019", "t3", "三) 不予公开", "denied"),
        ("form_2021", "t3", "1. 申请人无正当理由逾期不补正，行政机关不再处理其政府信息公开申请", "other_no_correction"),
    ],
)  # fmt: skip
def test_row_aliases(catalog: Catalog, form: str, table: str, printed: str, row: str) -> None:
    found = catalog.forms[form].table(table).rows_by_key[normalise_label(printed)]
    assert [entry.code for entry in found] == [row]


@pytest.mark.parametrize(
    "printed",
    [
        "3.信函、传真申请数", "3.不予公开答复数", "4.其他类型答复数", "行政申诉数", "2．传真申请数",
        "3．电子邮件申请数", "6．其他形式申请数",
    ],
)  # fmt: skip
def test_rows_of_another_meaning_stay_local(catalog: Catalog, printed: str) -> None:
    table = catalog.forms["pre2019_fujian_short"].table("fj")
    assert normalise_label(printed) not in table.rows_by_key


@pytest.mark.parametrize(
    ("form", "table", "printed", "column"),
    [
        ("form_2021", "t2_1", "废纸件数", "repealed"),
        ("form_2021", "t2_1", "现行有效件", "in_force"),
        ("form_2021", "t2_8", "本年收费金额(单位:万元,保留4位小数)", "amount"),
        ("form_2019", "t2_1", "本年新\n制作数量", "made_new"),
        ("form_2019", "t2_5", "本年增／减", "items_delta"),
        ("form_2019", "t3", "商业 企业", "biz_enterprise"),
        ("form_2019", "t4", "果 维 持", "maintained"),
        ("form_2019", "t4", "计", "total"),
        ("pre2019_fujian_short", "fj", "年末统计", "year"),
        ("pre2019_fujian_short", "fj", "统计数", "year"),
        ("pre2019_fujian_short", "fj", "历年累计", "cumulative"),
    ],
)
def test_column_aliases(catalog: Catalog, form: str, table: str, printed: str, column: str) -> None:
    found = catalog.forms[form].table(table).columns_by_key[normalise_label(printed)]
    assert [entry.code for entry in found] == [column]


@pytest.mark.parametrize("printed", ["2018年度", "2018 年", "２０１８年度"])
def test_year_in_the_head_of_the_fujian_list(catalog: Catalog, printed: str) -> None:
    column = catalog.forms["pre2019_fujian_short"].table("fj").column("year")
    assert any(re.fullmatch(pattern, normalise_label(printed)) for pattern in column.patterns)
    assert not any(re.fullmatch(pattern, "2018年1月") for pattern in column.patterns)


def test_headers_that_hold_no_figures(catalog: Catalog) -> None:
    table = catalog.forms["pre2019_fujian_short"].table("fj")
    assert {"指标名称", "统计指标"} <= set(table.row_header_labels)
    assert {"计量单位", "单位"} <= set(table.unit_header_labels)


def test_pieces_of_labels_at_page_breaks(catalog: Catalog) -> None:
    for code in ("form_2019", "form_2021"):
        table = catalog.forms[code].table("t3")
        assert table.row("carried_in").fragments == ("开申请数量",)
        assert table.row("denied_admin_query").fragments == ("8. 属于行", "政查询事项")
        # a piece alone is never a label: 属于行 begins two of them
        assert "属于行" not in table.rows_by_key


def test_units_money_and_signs(catalog: Catalog) -> None:
    new, old = catalog.forms["form_2021"].cells, catalog.forms["form_2019"].cells
    assert (new["t2_8.admin_fee.amount"].unit, new["t2_8.admin_fee.amount"].money) == ("万元", True)
    procurement = old["t2_9.central_procurement.amount"]
    assert procurement.unit is None and procurement.money  # the form prints no unit
    assert {key for key, spec in old.items() if spec.signed} == {
        key for key in old if key.endswith(".items_delta")
    }
    assert catalog.forms["pre2019_fujian_short"].cells["fj.fee_waived.year"].unit == "元"
    assert catalog.forms["pre2019_national"].cells["nat.budget.count"].money
    assert not any(spec.money for spec in new.values() if spec.table in ("t3", "t4"))
    assert (catalog.units["万元"].to_yuan, catalog.units["元"].to_yuan, catalog.units["件"].to_yuan) == (
        10000,
        1,
        None,
    )


def test_articles_of_the_refusal_grounds(catalog: Catalog) -> None:
    cells = catalog.forms["form_2021"].cells
    assert cells["t3.denied_internal_affairs.total"].article == "REG711 Art. 16(1)"
    assert cells["t2_6.admin_penalty.decisions"].article == "REG711 Art. 20(6)"
    kinds = {row.code: row.refusal_kind for row in catalog.forms["form_2021"].table("t3").children("denied")}
    assert kinds["denied_state_secret"] == "mandatory" and kinds["denied_process_info"] == "discretionary"
    assert None not in kinds.values()


def _named(form: Form) -> list[tuple[str, str, str]]:
    entries = [
        (f"{table.code}.{entry.code}", entry.label_zh, entry.label_en)
        for table in form.tables
        for entry in (table, *table.columns, *table.column_groups, *table.stub_columns, *table.rows)
    ]
    return [*entries, *((section.code, section.label_zh, section.label_en) for section in form.sections)]


def test_every_name_in_both_languages(catalog: Catalog) -> None:
    for form in catalog.forms.values():
        for place, zh, en in [*_named(form), (form.code, form.name_zh, form.name_en)]:
            assert re.search(r"[\u4e00-\u9fff]", zh), (form.code, place)
            assert re.search(r"[A-Za-z]", en) and not re.search(r"[\u4e00-\u9fff]", en), (form.code, place)


def test_no_alias_says_what_its_label_says_already(catalog: Catalog) -> None:
    for form in catalog.forms.values():
        for table in form.tables:
            for entry in (*table.columns, *table.rows):
                assert len(entry.keys) == 1 + len(entry.aliases), (form.code, table.code, entry.code)


@pytest.mark.parametrize(
    ("year", "forms"),
    [
        (2007, ()),
        (2010, ("pre2019_fujian_short",)),
        (2018, ("pre2019_national", "pre2019_fujian_short")),
        (2019, ("form_2019",)),
        (2020, ("form_2019",)),
        (2021, ("form_2021",)),
        (2026, ("form_2021",)),
    ],
)
def test_form_for_year(catalog: Catalog, year: int, forms: tuple[str, ...]) -> None:
    assert catalog.form_for_year(year) == forms


@pytest.mark.parametrize(
    ("year", "departments", "governments"),
    [
        (2008, dt.date(2009, 3, 31), dt.date(2009, 3, 31)),
        (2018, dt.date(2019, 3, 31), dt.date(2019, 3, 31)),
        (2019, dt.date(2020, 1, 31), dt.date(2020, 3, 31)),
        (2026, dt.date(2027, 1, 31), dt.date(2027, 3, 31)),
    ],
)
def test_deadlines(catalog: Catalog, year: int, departments: dt.date, governments: dt.date) -> None:
    assert catalog.report_years.deadline(year, "departments") == departments
    assert catalog.report_years.deadline(year, "governments") == governments


def test_breaks_of_the_series(catalog: Catalog) -> None:
    between = {(item.last_before, item.first_after) for item in catalog.report_years.breaks}
    assert between == {(2018, 2019), (2020, 2021), (2023, 2024)}


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", "blank"), ("\u00a0", "blank"), ("/", "slash"), ("／", "slash"), ("\\", "slash"), ("-", "dash"),
        ("——", "dash"), ("－", "dash"), ("----", "dash"), ("─", "dash"), ("无", "text_none"), ("没 有", "text_none"),
        ("不适用", "not_applicable"), ("N/A", "not_applicable"), ("0", None), ("-3", None), ("○", None), ("一", None),
    ],
)  # fmt: skip
def test_state_of_a_cell_without_a_number(catalog: Catalog, text: str, state: str | None) -> None:
    assert catalog.state_of(text) == state


def test_states(catalog: Catalog) -> None:
    lenient = {code for code, state in catalog.states.items() if state.lenient_as == 0}
    assert lenient == {"blank", "slash", "dash", "text_none", "not_applicable"}
    missing = {code for code, state in catalog.states.items() if state.kind == "missing"}
    assert missing == {"missing_page_break", "missing_table", "missing_image"}


def test_the_samples_are_a_source(catalog: Catalog) -> None:
    source = catalog.sources["samples"]
    assert source.kind == "manual" and source.path == "data/samples" and len(source.documents) == 5
    assert catalog.sources["manual"].path is None


def test_version_covers_every_file_of_the_catalog(tmp_path: Path) -> None:
    copy = shutil.copytree(CATALOG_ROOT, tmp_path / "a", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    before = load_catalog(copy).version
    assert re.fullmatch("[0-9a-f]{12}", before) and before == load_catalog().version
    for changed in ("forms/form_2021.yml", "units.yml", "lexicon/more.yml"):
        other = shutil.copytree(copy, tmp_path / changed.replace("/", "_"))
        file = other / changed
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text("utf-8") if file.exists() else "") + "# edited\n", encoding="utf-8")
        assert load_catalog(other).version != before


def test_a_loaded_catalog_cannot_be_changed(catalog: Catalog) -> None:
    form = catalog.forms["form_2021"]
    with pytest.raises(TypeError):
        form.cells["t3.new"] = form.cells["t3.granted.total"]  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        form.printed_cells = 1


def test_loading_is_quick() -> None:
    # every command and every test process pays for it; three tries, because other work shares the machine
    code = (
        "import time; from ingestion.catalog import load_catalog; t = time.perf_counter(); load_catalog();"
        "print(time.perf_counter() - t)"
    )
    seconds = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        seconds.append(float(done.stdout))
        if seconds[-1] < 0.3:
            break
        time.sleep(0.5)
    assert min(seconds) < 0.3
