"""What a filing's page says beside its tables: indicator lists, prose, issues, the results of all identities.

Belongs here: these parts of the page. Does not belong here: the tables and what fails in them
(report_filing.py).
"""

from __future__ import annotations

from collections import Counter

from expectations.report_parts import RESULT_NAMES, both, chip, e, number, rows_of
from expectations.report_reasons import said_of
from expectations.report_view import FilingView, Row


def indicators(one: FilingView) -> str:
    local = [row for row in one.indicators if row["code"] is None]
    if not one.indicators:
        return ""
    lines = [
        [
            e(row["label"]),
            e(row["code"]) or chip("mark", "地方指标", "local"),
            e(row["unit"]),
            e(row["column_code"]),
            number(row["value"]) if row["value"] is not None else e(row["state"]),
            f"<q>{e(row['raw'])}</q>" if row["raw"] is not None else "",
            f'<span class="soft small">{e(row["place"])}</span>',
        ]
        for row in one.indicators
    ]
    note = both(
        f"共 {len(one.indicators)} 个数值，其中地方指标 {len(local)} 个。",
        f"{len(one.indicators)} values, {len(local)} of them of local indicators.",
    )
    head = [
        both("指标", "indicator"),
        both("代码", "code"),
        both("单位", "unit"),
        both("栏", "column"),
        both("值", "value"),
        both("原文", "as printed"),
        both("位置", "place"),
    ]
    return f'<h2>{both("指标表", "Indicator list")}</h2><p class="small">{note}</p>' + rows_of(
        head, lines, numeric=[4]
    )


def narrative(one: FilingView) -> str:
    if not one.narrative:
        return ""
    lines = [
        [
            e(row["fact"])
            + (f'<br><span class="soft small">{e(row["qualifier"])}</span>' if row["qualifier"] else ""),
            number(row["value"]),
            e(row["unit"]),
            f"<q>{e(row['raw'])}</q><blockquote>{e(row['sentence'])}</blockquote>",
            f'<span class="soft small">{e(row["place"])}</span>',
        ]
        for row in sorted(one.narrative, key=lambda row: row["position"] or 0)
    ]
    head = [
        both("事实", "fact"),
        both("值", "value"),
        both("单位", "unit"),
        both("原文", "as printed"),
        both("位置", "place"),
    ]
    note = both("出自正文，不与表格数字混用。", "From the prose; never mixed with the figures of the tables.")
    return f'<h2>{both("正文所述", "What the prose says")}</h2><p class="small">{note}</p>' + rows_of(
        head, lines, numeric=[1]
    )


def issues(one: FilingView) -> str:
    if not one.issues:
        return ""
    tones = {"error": "bad", "warning": "warn", "info": "blank"}
    lines = [
        [
            f'<span class="chip {tones.get(row["severity"], "blank")}">{e(row["severity"])}</span>',
            e(row["code"]),
            e(row["place"]),
            said_of(row["detail"]),
        ]
        for row in sorted(one.issues, key=lambda row: row["position"] or 0)
    ]
    head = [both("程度", "severity"), both("问题", "issue"), both("何处", "where"), both("说明", "detail")]
    return f"<h2>{both('读取时的问题', 'Issues while reading')}</h2>" + rows_of(head, lines)


def results(one: FilingView, names: dict[str, Row]) -> str:
    if not one.results:
        return ""
    counts: dict[str, Counter[str]] = {}
    why: dict[str, str] = {}
    for row in one.results:
        counts.setdefault(row["identity_id"], Counter())[row["result"]] += 1
        if row["result"] not in ("holds", "fails", "fails_lenient") and row["why"]:
            why.setdefault(row["identity_id"], str(row["why"]))
    lines = []
    for identity, said in counts.items():
        name = names.get(identity)
        lines.append(
            [
                f"<b>{e(identity)}</b>",
                both(name["name_zh"], name["name_en"]) if name else "",
                ", ".join(
                    f"{both(*RESULT_NAMES[code][:2])} {said[code]}" for code in RESULT_NAMES if said[code]
                ),
                f'<span class="soft small">{said_of(why.get(identity))}</span>',
            ]
        )
    table = rows_of(
        ["", both("勾稽关系", "identity"), both("结果", "results"), both("原因（例）", "why, e.g.")], lines
    )
    title = both("全部勾稽关系的结果", "Results of all identities")
    return f"<h2>{title}</h2><details><summary>{both('展开', 'show')}</summary>{table}</details>"
