"""The first page of the quality report: documents, filings with their maps, identities.

Belongs here: what concerns all reports together. A page about one report is report_filing.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from expectations.confront import DOUBTFUL_BELOW
from expectations.report_parts import (
    RESULT_NAMES,
    SCOPES,
    SEVERITIES,
    both,
    broken,
    chip,
    doubt_chip,
    e,
    form_map,
    legend,
    number,
    page,
    place_of,
    rows_of,
    state_chip,
    tile,
    tone_of,
)
from expectations.report_reasons import said_of
from expectations.report_view import FilingView, QualityView, Row

#: Findings and failing reports named on this page; the pages of the reports have all of them.
MOST_FINDINGS = 100
MOST_NAMED = 12


def index_page(view: QualityView) -> str:
    body = [
        '<h1>政府信息公开年报 · 质量报告<br><span class="en" lang="en">Annual reports on open government '
        "information: what was read, and what holds</span></h1>",
        _summary(view),
        '<nav><a href="violations.html">勾稽关系报告 <span class="en">violated identities</span></a>'
        '<a href="#filings">报告 <span class="en">reports</span></a>'
        '<a href="#findings">不成立的勾稽关系 <span class="en">failing identities</span></a>'
        '<a href="#identities">全部勾稽关系 <span class="en">all identities</span></a>'
        '<a href="#documents">文件 <span class="en">documents</span></a></nav>',
        _filings(view),
        _findings(view),
        _identities(view),
        _documents(view),
        "<footer>空白格不是零，缺失的表格不是零表。数字以报告所印为准，推算值另列。"
        '<span class="en" lang="en">A blank is not a zero, and a missing table is not a table of zeros. '
        "Figures are as printed; what identities force stands beside them.</span></footer>",
    ]
    return page("政府信息公开年报 · 质量报告", "".join(body))


def _summary(view: QualityView) -> str:
    states = Counter(str(row["state"]) for row in view.documents)
    cells = Counter(state for one in view.filings for state in one.states.values())
    failing = [row for one in view.filings for row in one.failing]
    strict = sum(1 for row in failing if row["result"] == "fails" and row["severity"] == "error")
    missing = sum(count for state, count in cells.items() if tone_of(state) == "gone")
    read = states["read"] + states["partial"]
    sentence = (
        f"{len(view.documents)} 份文件，读出 {states['read']} 份，部分读出 {states['partial']} 份，"
        f"其余 {len(view.documents) - read} 份见下。"
    )
    english = (
        f"{len(view.documents)} documents: {states['read']} read, {states['partial']} read in part, "
        f"{len(view.documents) - read} listed with the reason."
    )
    tiles = [
        tile(len(view.filings), "份报告", "reports"),
        tile(f"{cells['reported']:,}", "格印有数字", "cells print a number"),
        tile(f"{missing:,}", "格缺失", "cells are missing"),
        tile(f"{cells['unreadable']:,}", "格无法确定", "cells cannot be told"),
        tile(
            f"{sum(len(one.doubtful) for one in view.filings):,}",
            "格读出而存疑",
            f"cells read with doubt (confidence below {DOUBTFUL_BELOW:g})",
        ),
        tile(
            f"{sum(len(one.derived) for one in view.filings):,}", "格可推算", "cells are forced by identities"
        ),
        tile(strict, "处必须成立而不成立", "must hold and fail"),
    ]
    return f'<p class="lead">{both(sentence, english)}</p><div class="tiles">{"".join(tiles)}</div>'


def _filings(view: QualityView) -> str:
    if not view.filings:
        return '<h2 id="filings">报告</h2><p>还没有报告。<span class="en">No report yet.</span></p>'
    lines = []
    for one in view.filings:
        filing = one.filing
        failed = [row for row in one.failing if row["result"] == "fails"]
        grave = sum(1 for row in failed if row["severity"] == "error")
        said = chip("bad", f"{grave} 处必须成立", f"{grave} must hold") if grave else ""
        if len(failed) - grave:
            said += " " + chip("warn", f"{len(failed) - grave} 处通常或提示", "usually hold, hints")
        doubtful = one.doubtful
        drawn = form_map(one.form, one.states, one.suspects, doubtful) if one.form else "–"
        form = both(one.form.name_zh, one.form.name_en) if one.form else both("表式不明", "form not known")
        scope = SCOPES.get(filing["scope"], (filing["scope"], ""))
        state = str(one.document.get("state") or filing["status"])
        lines.append(
            [
                f'<a href="filings/{e(one.slug)}.html">{e(one.name)}</a>'
                f'<br><span class="small soft">{both(*scope)}</span>',
                e(filing["report_year"] or "–"),
                f'{state_chip(state)} {doubt_chip(len(doubtful))}<br><span class="small soft">{form}</span>',
                drawn,
                f"{len([s for s in one.states.values() if s == 'reported'])} / {len(one.states)}",
                said or "–",
            ]
        )
    table = rows_of(
        [
            both("机关", "agency"),
            both("年度", "year"),
            both("读取", "read"),
            both("表格全貌（每格一方）", "the form, a square a cell"),
            both("印出", "printed"),
            both("不成立", "failing"),
        ],
        lines,
        numeric=[1, 4],
    )
    return f'<h2 id="filings">{both("报告", "Reports")}</h2>{legend(view.catalog.states)}{table}'


def _findings(view: QualityView) -> str:
    found = [(one, row) for one in view.filings for row in one.failing if row["result"] == "fails"]
    grave = {"error": 0, "warning": 1, "info": 2}
    found.sort(key=lambda pair: grave.get(pair[1]["severity"], 3))
    head = f'<h2 id="findings">{both("不成立的勾稽关系", "Failing identities")}</h2>'
    if not found:
        return head + f"<p>{both('所印数字之间没有矛盾。', 'No printed figures contradict each other.')}</p>"
    names = {row["identity_id"]: row for row in view.identities}
    lines = [
        [
            _anchor(one, row),
            e(one.filing["report_year"] or "–"),
            f"<b>{e(row['identity_id'])}</b> {_name(names.get(row['identity_id']))}",
            place_of(one.place_in_form(row["instance"])),
            _difference(row, names.get(row["identity_id"])),
            both(*SEVERITIES.get(row["severity"], (row["severity"], ""))),
        ]
        for one, row in found[:MOST_FINDINGS]
    ]
    table = rows_of(
        [
            both("机关", "agency"),
            both("年度", "year"),
            both("勾稽关系", "identity"),
            both("位置", "where"),
            both("差异", "difference"),
            both("性质", "kind"),
        ],
        lines,
        numeric=[1],
    )
    more = len(found) - MOST_FINDINGS
    rest = f"<p>{both(f'另有 {more} 处，见各报告页。', f'{more} more on the pages of the reports.')}</p>"
    return head + table + (rest if more > 0 else "")


def _anchor(one: FilingView, row: Row) -> str:
    address = f"filings/{one.slug}.html#{row['identity_id']}-{row['instance']}"
    return f'<a href="{e(address)}">{e(one.name)}</a>'


def _difference(row: Row, identity: Row | None) -> str:
    if row["lhs"] is None or row["rhs"] is None:
        return said_of(row["why"])
    return f"{number(row['lhs'])} {broken(identity)} {number(row['rhs'])}"


def _name(identity: Row | None) -> str:
    return both(identity["name_zh"], identity["name_en"]) if identity else ""


def _identities(view: QualityView) -> str:
    counts: dict[str, Counter[str]] = {}
    failing: dict[str, list[FilingView]] = {}
    for one in view.filings:
        for row in one.results:
            counts.setdefault(row["identity_id"], Counter())[row["result"]] += 1
        for identity in dict.fromkeys(row["identity_id"] for row in one.failing if row["result"] == "fails"):
            failing.setdefault(identity, []).append(one)
    lines = []
    for identity in view.identities:
        said = counts.get(identity["identity_id"], Counter())
        if not said:
            continue
        lines.append(
            [
                f"<b>{e(identity['identity_id'])}</b>",
                f"{_name(identity)}<br><span class='small soft'>{e(identity['formula'])}</span>",
                *(
                    str(said[result]) if said[result] else "·"
                    for result in RESULT_NAMES
                    if result != "not_applicable"
                ),
                _links(failing.get(identity["identity_id"], [])),
            ]
        )
    head = [both(zh, en) for code, (zh, en, _) in RESULT_NAMES.items() if code != "not_applicable"]
    table = rows_of(
        ["", both("勾稽关系", "identity"), *head, both("不成立的报告", "failing in")],
        lines,
        numeric=range(2, 7),
    )
    note = both(
        "同一关系在一份报告里逐行逐列判断，这里合计。",
        "One identity is judged for every row or column of a report; here they are added up.",
    )
    title = both("全部勾稽关系", "All identities")
    head_line = f'<h2 id="identities">{title}</h2><p class="small">{note}</p>'
    return f'{head_line}<div class="names">{table}</div>'


def _links(filings: Iterable[FilingView]) -> str:
    listed = list(filings)
    links = ", ".join(
        f'<a href="filings/{e(one.slug)}.html">{e(one.name)} {e(one.filing["report_year"] or "")}</a>'
        for one in listed[:MOST_NAMED]
    )
    more = len(listed) - MOST_NAMED
    return links + (f" … +{more}" if more > 0 else "") if listed else "–"


def _documents(view: QualityView) -> str:
    homes: dict[str, list[FilingView]] = {}
    for one in view.filings:
        homes.setdefault(one.filing["sha256"], []).append(one)
    lines = [
        [
            e(row["name"]),
            state_chip(str(row["state"])),
            said_of(row["reason"]) or "–",
            e(row["media_type"]),
            f"{row['n_bytes'] or 0:,}",
            _links(homes.get(row["sha256"], [])),
            f'<span class="soft small">{e(str(row["sha256"])[:12])}</span>',
        ]
        for row in view.documents
    ]
    table = rows_of(
        [
            both("文件", "document"),
            both("状态", "state"),
            both("原因", "reason"),
            both("格式", "format"),
            both("字节", "bytes"),
            both("报告", "report"),
            "sha256",
        ],
        lines,
        numeric=[4],
    )
    loose = "".join(
        f"<li>{e(row['code'])}: {e(row['detail'])} <span class='soft'>{e(row['place'])}</span></li>"
        for row in view.loose_issues
    )
    issues = (
        f"<h3>{both('不属于任何报告的问题', 'Issues outside reports')}</h3><ul>{loose}</ul>" if loose else ""
    )
    return f'<h2 id="documents">{both("文件", "Documents")}</h2>{table}{issues}'
