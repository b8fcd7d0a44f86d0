"""A page of the quality report about one filing: its tables as printed, what fails, what is forced.

Belongs here: everything about one report. What concerns all of them is report_index.py.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

from expectations.report_beside import indicators, issues, narrative, results
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
    tone_of,
)
from expectations.report_reasons import said_of
from expectations.report_view import FilingView, QualityView, Row, is_doubtful
from ingestion.catalog import Table

#: How an operand of an identity names a figure in prose, and how many figures of a kind are quoted.
PROSE, MOST_QUOTES = "prose.", 12
#: What the headline says, by its key in `found`; a key without a name here is shown as it is.
FOUND = {
    "agency": ("机关所据", "agency, from"),
    "agency_also": ("其他机关名", "also named"),
    "document_number": ("文号", "document number"),
    "page_date": ("网页日期", "date of the page"),
    "period": ("期限所据", "period, from"),
    "published_on": ("日期所据", "publication date, from"),
    "report_year": ("年度所据", "report year, from"),
    "report_year_also": ("其他年度", "other years named"),
    "scope": ("范围所据", "scope, from"),
    "signed_on": ("落款日期", "date of signature"),
    "title": ("标题所据", "title, from"),
}


def filing_page(one: FilingView, view: QualityView) -> str:
    filing = one.filing
    title = f"{one.name} {filing['report_year'] or ''}".strip()
    names = {row["identity_id"]: row for row in view.identities}
    body = [
        f"<h1>{e(title)}<br><span class='en'>{e(filing['title'])}</span></h1>",
        _head(one),
        _map(one, view),
        _failures(one, names),
        _tables(one, view),
        _derived(one),
        indicators(one),
        narrative(one),
        issues(one),
        results(one, names),
        f"<footer>sha256 {e(filing['sha256'])}<br>filing {e(filing['filing_id'])}</footer>",
    ]
    return page(title, "".join(body), back="../index.html")


def _head(one: FilingView) -> str:
    filing, document = one.filing, one.document
    scope = SCOPES.get(filing["scope"], (filing["scope"], ""))
    period = " – ".join(str(part) for part in (filing["period_from"], filing["period_to"]) if part)
    lines = [
        (
            both("读取", "read"),
            f"{state_chip(str(document.get('state') or filing['status']))} {doubt_chip(len(one.doubtful))}",
            said_of(document.get("reason")),
        ),
        (both("文件", "document"), e(document.get("name")), e(document.get("url"))),
        (both("范围", "scope"), both(*scope), ""),
        (both("表式", "form"), both(one.form.name_zh, one.form.name_en) if one.form else "–", ""),
        (both("统计期限", "period as printed"), e(period) or "–", ""),
        (both("发布日期", "published"), e(filing["published_on"]) or "–", ""),
    ]
    found = _json(filing["found"])
    if isinstance(found, dict):
        for name, how in sorted(found.items()):
            sayings = how.get("sayings", [how]) if isinstance(how, dict) else []
            quoted = [saying for saying in sayings if isinstance(saying, dict) and saying.get("raw")]
            if quoted:
                label = both(*FOUND[name]) if name in FOUND else e(name)
                texts = "<br>".join(f"<q>{e(saying['raw'])}</q>" for saying in quoted)
                hows = "<br>".join(said_of(saying.get("how")) for saying in quoted)
                lines.append((f'<span class="small soft">{label}</span>', texts, hows))
    rows = "".join(
        f'<tr><th scope="row">{label}</th><td>{value}</td><td class="soft small">{note}</td></tr>'
        for label, value, note in lines
    )
    return f'<div class="wide"><table><tbody>{rows}</tbody></table></div>'


def _map(one: FilingView, view: QualityView) -> str:
    head = f"<h2>{both('读到了什么', 'What was read')}</h2>"
    if one.form is None or not one.cells:
        return head + f"<p>{both('没有可辨认的统计表。', 'No statistical table was recognised.')}</p>"
    lines = []
    for table in one.form.tables:
        states = Counter(
            str(cell["state"]) for cell in one.cells.values() if cell["table_code"] == table.code
        )
        if not states:
            continue
        said = ", ".join(f"{_state(view, state)} <b>{count}</b>" for state, count in sorted(states.items()))
        doubtful = sum(1 for key in one.doubtful if one.cells[key]["table_code"] == table.code)
        said += f" {doubt_chip(doubtful)}"
        lines.append([f'<a href="#{e(table.code)}">{both(table.label_zh, table.label_en)}</a>', said])
    return (
        head
        + legend(view.catalog.states)
        + form_map(one.form, one.states, one.suspects, one.doubtful)
        + rows_of([both("表", "table"), both("各状态格数", "cells by state")], lines)
    )


def _state(view: QualityView, state: str) -> str:
    known = view.catalog.states.get(state)
    return both(known.zh, known.en) if known else e(state)


def _state_zh(view: QualityView, state: str) -> str:
    known = view.catalog.states.get(state)
    return known.zh if known else state


def _failures(one: FilingView, names: dict[str, Row]) -> str:
    shown = one.failing
    head = f'<h2 id="failing">{both("不成立的勾稽关系", "Failing identities")}</h2>'
    if not shown:
        judged = Counter(row["result"] for row in one.results)
        held = judged["holds"] + judged["holds_lenient"]
        zh = f"没有。{held} 处成立。" if held else "没有可判断的勾稽关系。"
        en = f"None; {held} hold." if held else "None can be evaluated."
        return head + f"<p>{both(zh, en)}</p>"
    return head + "".join(_failure(one, row, names.get(row["identity_id"])) for row in shown)


def _failure(one: FilingView, row: Row, identity: Row | None) -> str:
    strict = row["result"] == "fails"
    tone = ("bad" if row["severity"] == "error" else "warn") if strict else "mark"
    zh, en, _ = RESULT_NAMES[row["result"]]
    name = both(identity["name_zh"], identity["name_en"]) if identity else ""
    operands = _json(row["operands"]) or []
    if operands:
        symbol = broken(identity)
        body = (
            f'<div class="sides">{_side(one, row, operands, "lhs")}'
            f'<div class="op">{symbol}</div>{_side(one, row, operands, "rhs")}</div>'
        )
    else:
        body = (
            "<ul>"
            + "".join(f"<li>{_operand(one, cell, 1)}</li>" for cell in _json(row["suspects"]))
            + "</ul>"
        )
        body = body if _json(row["suspects"]) else f"<p>{said_of(row['why'])}</p>"
    if any(str(term["cell"]).startswith(PROSE) for term in operands):
        body += f'<p class="small">{said_of(row["why"])}</p>'
    suspects = _json(row["suspects"]) or []
    pointed = "、".join(e(_label(one, cell)) for cell in suspects)
    who = f'<p class="small">{both("所指的格", "points at")}: {pointed}</p>' if suspects and operands else ""
    note = f'<p class="small soft">{said_of(identity["note"])}</p>' if identity and identity["note"] else ""
    severity = both(*SEVERITIES.get(row["severity"], (row["severity"], "")))
    return (
        f'<div class="card {tone}" id="{e(row["identity_id"])}-{e(row["instance"])}">'
        f"<b>{e(row['identity_id'])}</b> {name} · {place_of(one.place_in_form(row['instance']))} "
        f'{chip(tone, zh, en)} <span class="small soft">{severity}</span>'
        f"{body}{who}{note}</div>"
    )


def _side(one: FilingView, row: Row, operands: list[dict[str, Any]], side: str) -> str:
    """One side written out: every term that is not a plain 0, the number of those that are, and the sum."""
    terms = [term for term in operands if term["side"] == side]
    suspects = set(_json(row["suspects"]) or [])
    shown, zeros = [], 0
    figures = dict.fromkeys(term["cell"] for term in terms if term["cell"].startswith(PROSE))
    shown += [f"<li>{_in_prose(one, figure.removeprefix(PROSE))}</li>" for figure in figures]
    for term in terms:
        if term["cell"] in figures:
            continue
        cell = one.cells.get(term["cell"])
        plain_zero = cell is not None and cell["state"] == "reported" and cell["value"] == 0
        if plain_zero and term["cell"] not in suspects and len(terms) > 2:
            zeros += 1
        else:
            shown.append(f"<li>{_operand(one, term['cell'], int(term['sign']))}</li>")
    if zeros:
        shown.append(f"<li class='soft'>{both(f'{zeros} 格印 0', f'{zeros} cells print 0')}</li>")
    total = f'<b class="sum">{number(row[side])}</b>'
    return f"<div>{total}<ul>{''.join(shown)}</ul></div>"


def _in_prose(one: FilingView, fact: str) -> str:
    """What the prose says of a fact, as printed: a sum of parts is one fact with many figures."""
    printed = [row["raw"] for row in one.narrative if row["fact"] == fact and row["raw"]]
    quotes = " ".join(f"<q>{e(raw)}</q>" for raw in printed[:MOST_QUOTES])
    more = len(printed) - MOST_QUOTES
    rest = f" {both(f'另 {more} 处', f'{more} more')}" if more > 0 else ""
    return f'{both("正文所述", "in the prose")} <span class="soft small">{e(fact)}</span> {quotes}{rest}'


def _operand(one: FilingView, key: str, sign: int) -> str:
    cell = one.cells.get(key)
    minus = "− " if sign < 0 else ""
    if key.endswith(
        "@y-1"
    ):  # a cell of last year's report: what this one prints there would be another figure
        return f"{minus}{e(_label(one, key.removesuffix('@y-1')))} {both('（上一年度报告）', '(last year)')}"
    if cell is None:
        return f"{minus}{e(key)}"
    text = f"<q>{e(cell['raw'])}</q>" if cell["raw"] is not None else f"<i>{e(cell['state'])}</i>"
    place = f' <span class="soft small">{e(cell["place"])}</span>' if cell["place"] else ""
    return f"{minus}{e(_label(one, key))} {text}{place}"


def _label(one: FilingView, key: str) -> str:
    if one.form is None:
        return key
    spec = one.form.cells.get(key) or one.form.optional_cells.get(key)
    return spec.label_zh if spec else key


def _tables(one: FilingView, view: QualityView) -> str:
    if one.form is None or not one.cells:
        return ""
    drawn = "".join(_table(one, table, view) for table in one.form.tables)
    note = both(
        "数字照印；斜体为勾稽关系推算的值，格中没有印出；红框为不成立的关系所指；点线为读取把握不足，宜核对原文。",
        "Figures as printed; italics are forced by identities and not printed; a failing identity points at "
        "a red frame; a dotted line marks a reading that is not certain.",
    )
    return f'<h2>{both("表格照录", "The tables as printed")}</h2><p class="small">{note}</p>{drawn}'


def _table(one: FilingView, table: Table, view: QualityView) -> str:
    rows = []
    for row in table.rows:
        keys = [f"{table.code}.{row.code}.{column.code}" for column in table.columns]
        indent = f"padding-left:{0.6 + 0.9 * (row.level - 1):.1f}rem"
        label = f'<th scope="row" style="{indent}">{e(row.printed_label)}</th>'
        if any(key in one.cells for key in keys):
            rows.append(f"<tr>{label}{''.join(_cell(one, key, view) for key in keys)}</tr>")
        elif not row.has_cells:
            rows.append(f'<tr>{label}<td colspan="{len(keys)}"></td></tr>')
    head = "".join(f"<th>{e(column.label_zh)}</th>" for column in table.columns)
    unit = f" <span class='soft small'>{e(table.article)}</span>" if table.article else ""
    return (
        f'<h3 id="{e(table.code)}">{both(table.label_zh, table.label_en)}{unit}</h3>'
        f'<div class="wide form"><table><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(one: FilingView, key: str, view: QualityView) -> str:
    cell = one.cells.get(key)
    if cell is None:
        return "<td></td>"
    state = str(cell["state"])
    derived = one.derived.get(key)
    if derived is not None:
        by = ", ".join(_json(derived["by"]) or [])
        text = f'<span class="d" title="{e(by)}">{number(derived["value"])}</span>'
    elif state == "reported":
        text = e(cell["raw"])
    else:
        text = e(cell["raw"]) if cell["raw"] and tone_of(state) == "mark" else ""
    doubtful = is_doubtful(cell)
    sure = f"{cell['confidence']:g}" if doubtful and cell["confidence"] is not None else None
    hint = " · ".join(
        str(part) for part in (_state_zh(view, state), cell["place"], sure, cell["note"]) if part
    )
    suspect = (" suspect" if key in one.suspects else "") + (" doubt" if doubtful else "")
    return f'<td class="{tone_of(state)}{suspect}" title="{e(hint)}">{text}</td>'


def _derived(one: FilingView) -> str:
    if not one.derived:
        return ""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, row in one.derived.items():
        groups.setdefault((number(row["value"]), ", ".join(_json(row["by"]) or [])), []).append(key)
    lines = [
        [value, e(by), str(len(keys)), _folded("；".join(e(_label(one, key)) for key in keys), len(keys))]
        for (value, by), keys in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    note = both("没有印出，由印出的数字必然得出。", "Not printed; they follow from what is.")
    return f'<h2>{both("推算值", "Values that identities force")}</h2><p class="small">{note}</p>' + rows_of(
        [both("值", "value"), both("依据", "by"), both("格数", "cells"), both("哪些格", "which")],
        lines,
        numeric=[0, 2],
    )


def _folded(text: str, count: int) -> str:
    if count <= 6:
        return text
    return f"<details><summary>{both('展开', 'show')}</summary>{text}</details>"


def _json(text: object) -> Any:
    """The parsed JSON column; None where there is none."""
    if not isinstance(text, str):
        return None
    return json.loads(text, parse_float=Decimal)
