"""A broken catalog file is refused with its file, the place in it, and the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.catalog import CATALOG_ROOT, CatalogError, load_catalog

NEW, OLD = "forms/form_2021.yml", "forms/form_2019.yml"
NATIONAL, FUJIAN = "forms/pre2019_national.yml", "forms/pre2019_fujian_short.yml"

# what: file, text replaced once, its replacement, place, part of the reason
BROKEN = {
    "row code twice": (
        NEW, "- code: denied_third_party", "- code: denied_state_secret",
        "tables.t3.rows.denied_state_secret", "stands twice"),
    "column code twice": (
        NEW, "- code: repealed", "- code: issued", "tables.t2_1.columns.issued", "stands twice"),
    "column named as a group": (
        NEW, "- code: natural_person", "- code: legal_persons",
        "tables.t3.columns.legal_persons", "stands twice"),
    "table code twice": (NEW, "- code: t2_6", "- code: t2_5", "tables.t2_5", "stands twice"),
    "section code twice": (NEW, "- code: s6", "- code: s5", "sections.s5", "stands twice"),
    "unknown section": (NEW, "section: s3", "section: s9", "tables.t3.section", "unknown section 's9'"),
    "unknown parent": (
        NEW, "parent: unable", "parent: unabel", "tables.t3.rows.unable_not_held.parent", "'unabel'"),
    "parent below its row": (
        NEW, "parent: handled", "parent: carried_out", "tables.t3.rows.granted.parent", "'carried_out'"),
    "unknown group": (
        NEW, "group: applicants", "group: persons", "tables.t3.columns.natural_person.group", "'persons'"),
    "unknown parent of a group": (
        NEW, "parent: applicants", "parent: applicant",
        "tables.t3.column_groups.legal_persons.parent", "'applicant'"),
    "row total of an unknown row": (
        NEW, "[granted, partial,", "[granted, partially,",
        "tables.t3.rows.total_handled.total_of", "'partially'"),
    "row total of a heading": (
        NEW, "[granted, partial,", "[granted, denied,", "tables.t3.rows.total_handled.total_of", "'denied'"),
    "row total of itself": (
        NEW, "[granted, partial,", "[granted, total_handled,",
        "tables.t3.rows.total_handled.total_of", "itself"),
    "row total with a part twice": (
        NEW, "[granted, partial,", "[granted, granted,",
        "tables.t3.rows.total_handled.total_of.granted", "stands twice"),
    "column total of an unknown column": (
        NEW, "total_of: [maintained,", "total_of: [upheld,", "tables.t4.columns.total.total_of", "'upheld'"),
    "optional row that replaces nothing": (
        NEW, "        replaces: [other_no_correction, other_fee_unpaid, other_misc]\n", "",
        "tables.t3.rows.other.replaces", "replaces"),
    "optional row that replaces an unknown row": (
        NEW, "replaces: [other_no_correction,", "replaces: [no_correction,",
        "tables.t3.rows.other.replaces", "'no_correction'"),
    "optional row with cells": (
        NEW, "has_cells: false\n        optional: true", "optional: true",
        "tables.t3.rows.other.optional", "no cells"),
    "outcome leaf without cells": (
        NEW, "level: 2\n        is_outcome_leaf: true", "level: 2\n        has_cells: false\n"
        "        is_outcome_leaf: true", "tables.t3.rows.granted", "must have cells"),
    "alias of two rows under one parent": (
        NEW, "aliases: [国家秘密]", "aliases: [（7）属于行政 执法案卷]",
        "tables.t3.rows.denied_enforcement_file", "means denied_state_secret as well"),
    "label of two rows on top": (
        FUJIAN, "label_zh: 行政诉讼数", "label_zh: 行 政 复 议 数",
        "tables.fj.rows.litigation_total", "means review_total as well"),
    "label of two columns in one group": (
        NEW, "label_zh: 科研机构", "label_zh: 其它", "tables.t3.columns.other_org",
        "means research_inst as well"),
    "column named as a group's label": (
        NEW, "label_zh: 自然人", "label_zh: 法人或其他组织", "tables.t3.columns.natural_person",
        "means legal_persons as well"),
    "label of two sections": (
        NEW, "label_zh: 总体情况", "label_zh: 六、其他需要报告的事项", "sections.s6", "means s1 as well"),
    "fragment of two rows": (
        NEW, "fragments: ['8. 属于行', 政查询事项]", "fragments: [开申请 数量]",
        "tables.t3.rows.denied_admin_query.fragments", "means carried_in as well"),
    "fragment that could be a cell": (
        NEW, "fragments: [法提供]", "fragments: [（四）无, 法提供]", "tables.t3.rows.unable.fragments", "too short"),
    "label of an enumerator only": (
        NEW, "label_zh: 重复申请", "label_zh: （二）", "tables.t3.rows.rejected_repeat", "nothing is left"),
    "missing English name": (
        NEW, "        label_en: State secret\n", "", "tables.t3.rows.denied_state_secret.label_en", "is missing"),
    "blank English name": (
        NEW, "label_en: State secret", "label_en: ' '",
        "tables.t3.rows.denied_state_secret.label_en", "match pattern"),
    "missing Chinese name": (
        NATIONAL, "        label_zh: 当面申请数\n", "", "tables.nat.rows.req_in_person.label_zh", "is missing"),
    "missing name of the form": (NEW, "name_en: Annual report form, 2021 revision\n", "", "name_en", "is missing"),
    "note in one language": (
        NEW, "gist: {zh: 能够作区分处理的, en: severable content}", "gist: {zh: 能够作区分处理的}",
        "tables.t3.rows.partial.gist.en", "is missing"),
    "unknown unit of a column": (NEW, "unit: 万元", "unit: 千元", "tables.t2_8.columns.amount.unit", "'千元'"),
    "unknown unit of a row": (FUJIAN, "unit: 元", "unit: 圆", "tables.fj.rows.fee_waived.unit", "'圆'"),
    "unknown unit of a table": (NEW, "    unit: 件\n    note_labels", "    unit: 份\n    note_labels",
        "tables.t3.unit", "'份'"),
    "unknown law": (NEW, "REG711 Art. 37", "REG712 Art. 37", "tables.t3.rows.partial.article", "'REG712'"),
    "cells of a table miscounted": (
        NEW, "printed_cells: 175", "printed_cells: 176", "tables.t3.printed_cells", "25 rows of 7 columns make 175"),
    "cells of the form miscounted": (NEW, "printed_cells: 200", "printed_cells: 198", "printed_cells", "have 200"),
    "misspelt field": (NEW, "refusal_kind: redirect", "refusal_knd: redirect",
        "tables.t3.rows.denied_admin_query.refusal_knd", "is not a field"),
    "field of the loader": (NEW, "kind: uniform", "kind: uniform\nmoney_units: [件]", "money_units", "is not a field"),
    "wrong kind of refusal": (NEW, "refusal_kind: redirect", "refusal_kind: maybe",
        "tables.t3.rows.denied_admin_query.refusal_kind", "mandatory"),
    "code with a capital": (NEW, "- code: t3", "- code: T3", "tables.T3.code", "match pattern"),
    "code unlike the file": (NEW, "code: form_2021", "code: form_2022", "code", "the file is named 'form_2021'"),
    "marker that the form does not print": (
        NEW, "markers: [本年制发件数,", "markers: [本年度制发件数,", "markers.本年度制发件数", "no label of this form"),
    "marker of another form": (
        NEW, "markers: [本年制发件数,", "markers: [予以公开,", "markers.予以公开", "form_2019 too"),
    "crosswalk to an unknown row": (
        FUJIAN, "maps_to: [nat.req_mail]", "maps_to: [nat.req_post]",
        "tables.fj.rows.req_mail.maps_to", "'nat.req_post'"),
    "header pattern that is no expression": (
        FUJIAN, "年度?(统计数)?'", "年度?(统计数?'", "tables.fj.columns.year.patterns", "unterminated"),
    "key twice": (NEW, "code: form_2021\n", "code: form_2021\ncode: form_2019\n", "line 4", "'code' stands twice"),
    "no YAML": (OLD, "report_years: {first: 2019, last: 2020}", "report_years: {first: 2019, last: 2020",
        "line 7", "not valid YAML"),
    "unit twice": ("units.yml", "zh: 次,", "zh: 项,", "units.项", "stands twice"),
    "unit without a kind": ("units.yml", "{zh: 次, en: times, kind: integer}", "{zh: 次, en: times}",
        "units.次.kind", "is missing"),
    "state twice": ("states.yml", "- code: dash", "- code: slash", "states.slash", "stands twice"),
    "word of two states": ("states.yml", "printed_as: [不适用,", "printed_as: [无,", "states.not_applicable",
        "means text_none as well"),
    "law twice": ("laws.yml", "- code: REG492", "- code: REG711", "laws.REG711", "stands twice"),
    "other list in a file": ("laws.yml", "laws:", "lawz: []\nlaws:", "lawz", "is not a field"),
    "year without a deadline": ("report_years.yml", "report_years: {first: 2008, last: 2018}",
        "report_years: {first: 2008, last: 2017}", "deadlines", "2018 has 0 rules"),
    "year with two deadlines": ("report_years.yml", "report_years: {first: 2019}", "report_years: {first: 2018}",
        "deadlines", "2018 has 2 rules"),
    "year without a form": ("report_years.yml", "years: {first: 2008", "years: {first: 2007", "deadlines",
        "2007 has 0 rules"),
    "impossible deadline": ("report_years.yml", "departments: 01-31", "departments: 13-31",
        "deadlines.2.departments", "match pattern"),
    "break inside a series": ("report_years.yml", "first_after: 2021", "first_after: 2022", "breaks.B2021",
        "do not follow"),
    "break twice": ("report_years.yml", "- code: BREORG", "- code: B2019", "breaks.B2019", "stands twice"),
    "source twice": ("sources/samples.yml", "id: samples", "id: manual", "id", "'manual' stands in another file"),
    "source of an unknown kind": ("sources/manual.yml", "kind: manual", "kind: magic", "kind", "manual"),
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shutil.copytree(
        CATALOG_ROOT, tmp_path / "catalog", ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )


def refusal(root: Path) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        load_catalog(root)
    assert str(caught.value) == f"{caught.value.file}: {caught.value.place}: {caught.value.reason}"
    return caught.value


@pytest.mark.parametrize("what", BROKEN)
def test_broken(root: Path, what: str) -> None:
    file, old, new, place, reason = BROKEN[what]
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    error = refusal(root)
    assert error.file == file
    assert error.place == place or error.place.startswith(f"{place}, column")
    assert reason in error.reason


def test_missing_file(root: Path) -> None:
    (root / "units.yml").unlink()
    error = refusal(root)
    assert (error.file, error.place) == ("units.yml", "file") and "No such file" in error.reason


def test_no_form_at_all(root: Path) -> None:
    for file in (root / "forms").glob("*.yml"):
        file.unlink()
    assert refusal(root).file == "forms"


def test_not_utf8(root: Path) -> None:
    (root / NEW).write_bytes((root / NEW).read_text(encoding="utf-8").encode("gb18030"))
    assert "is not UTF-8" in refusal(root).reason


@pytest.mark.parametrize("content", ["", "- a list\n", "just words\n"])
def test_not_a_mapping(root: Path, content: str) -> None:
    (root / NEW).write_text(content, encoding="utf-8")
    error = refusal(root)
    assert error.file == NEW and "must hold a mapping" in error.reason


def test_the_same_label_under_another_parent_is_no_fault(root: Path) -> None:
    # 被依法纠错数 stands under reconsideration and under litigation in the national table
    rows = load_catalog(root).forms["pre2019_national"].table("nat").rows_by_key["被依法纠错数"]
    assert [row.code for row in rows] == ["review_corrected", "litigation_corrected"]
