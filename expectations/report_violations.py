"""The pages of the identity report that count violations: by year, region, form, format, agency and
identity, whose fault they are, what is new and what is solved; and the list of them, a page at a time.

Belongs here: these pages. Does not belong here: what a violation is (violations.py), both sides in full
(report_filing.py has them, each at its anchor).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from expectations.report_parts import (
    SEVERITIES,
    both,
    broken,
    chip,
    e,
    number,
    page,
    place_of,
    region_of,
    rows_of,
    tile,
)
from expectations.report_reasons import said_of
from expectations.report_view import FilingView, QualityView, Row
from expectations.violations import Key, Violation

#: Violations on a page, and bodies or identities in a table: thousands of filings stay readable.
PER_PAGE = 200
MOST = 60
BLAMED = {
    "us": ("读取所致", "our reading", "warn"),
    "them": ("原文所致", "the report itself", "bad"),
    "open": ("未定", "not decided", "blank"),
}


def write_violations(
    out: Path, view: QualityView, found: Sequence[Violation], solved: Sequence[Key], compared: bool
) -> Path:
    """Write `violations.html` and its further pages below `out`; returns the first."""
    for old in out.glob("violations*.html"):
        old.unlink()
    by_id = {one.filing["filing_id"]: one for one in view.filings}
    grave = {"error": 0, "warning": 1, "info": 2}
    listed = sorted(
        (one for one in found if one.filing_id in by_id),
        key=lambda one: (grave.get(one.row["severity"], 3), not one.is_new, one.key),
    )
    pages = [listed[at : at + PER_PAGE] for at in range(0, len(listed), PER_PAGE)] or [[]]
    for number_of, part in enumerate(pages, start=1):
        body = [_turn(number_of, len(pages)), _list(part, by_id, view), _turn(number_of, len(pages))]
        if number_of == 1:
            body = [_summary(listed, solved, compared), _tables(listed, by_id, view), *body]
        title = "勾稽关系报告"
        text = page(
            title,
            f'<h1>{title}<br><span class="en" lang="en">Violated identities</span></h1>' + "".join(body),
            back="index.html",
        )
        (out / _name(number_of)).write_text(text, encoding="utf-8")
    return out / _name(1)


def _name(number_of: int) -> str:
    return "violations.html" if number_of == 1 else f"violations-{number_of}.html"


def _turn(number_of: int, count: int) -> str:
    if count == 1:
        return ""
    near = sorted({1, count, *range(max(1, number_of - 3), min(count, number_of + 3) + 1)})
    links = " ".join(f"<b>{at}</b>" if at == number_of else f'<a href="{_name(at)}">{at}</a>' for at in near)
    return f"<nav>{both('页', 'page')} {links}</nav>"


def _summary(listed: Sequence[Violation], solved: Sequence[Key], compared: bool) -> str:
    blamed = Counter(str(one.blame) for one in listed)
    tiles = [tile(len(listed), "处不成立", "violated")]
    tiles += [tile(blamed[blame], zh, en) for blame, (zh, en, _) in BLAMED.items()]
    lenient = sum(one.row["result"] == "fails_lenient" for one in listed)
    if lenient:
        tiles.append(tile(lenient, "处只在空白视为0时不成立", "of them only with blanks as 0"))
    if compared:
        tiles += [
            tile(sum(one.is_new for one in listed), "处新出现", "new since the last release"),
            tile(len(solved), "处已解决", "solved since the last release"),
        ]
    said = both(
        "“读取所致”：人工裁定为误读、改取他读，或有数字读取把握不足；“原文所致”：人工裁定为原文有误，或所涉数字均读得"
        "确定；其余未定，待人工裁定（gongkai review）。",
        "Our reading: ruled a misreading, another reading was taken, or a number was read with little "
        "confidence. The report itself: ruled an error of the report, or every number in it was read for "
        "sure. Not decided: all else, until somebody has looked (gongkai review).",
    )
    gone = ""
    if solved:
        named = "".join(f"<li>{e(' · '.join(key))}</li>" for key in solved[:MOST])
        gone = (
            f"<details><summary>{both('已解决', 'solved')} {len(solved)}</summary><ul>{named}</ul></details>"
        )
    return f'<div class="tiles">{"".join(tiles)}</div><p class="small">{said}</p>{gone}'


def _tables(listed: Sequence[Violation], by_id: dict[str, FilingView], view: QualityView) -> str:
    def of(column: Callable[[FilingView], object]) -> Callable[[Violation], str]:
        return lambda one: str(column(by_id[one.filing_id]) or "–")

    names = {row["identity_id"]: f"{row['name_zh']} {row['name_en']}" for row in view.identities}
    cuts: list[tuple[str, str, Callable[[Violation], str]]] = [
        ("最常不成立的勾稽关系", "identities that fail most",
         lambda one: f"{one.row['identity_id']} {names.get(one.row['identity_id'], '')}"),
        ("年度", "by report year", of(lambda filing: filing.filing["report_year"])),
        ("地区", "by region", of(lambda filing: region_of(filing.region))),
        ("表式", "by form", of(lambda filing: _form_name(filing))),
        ("格式", "by format", of(lambda filing: filing.document.get("media_type"))),
        ("机关", "by agency", of(lambda filing: filing.name)),
    ]  # fmt: skip
    return "".join(_cut(zh, en, cut, listed) for zh, en, cut in cuts)


def _form_name(filing: FilingView) -> str | None:
    return f"{filing.form.name_zh} {filing.form.name_en}" if filing.form else None


def _cut(zh: str, en: str, cut: Callable[[Violation], str], listed: Sequence[Violation]) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reports: dict[str, set[str]] = defaultdict(set)
    for one in listed:
        name = cut(one)
        counts[name].update([one.blame, "all", *(["new"] if one.is_new else [])])
        reports[name].add(one.filing_id)
    ordered = sorted(counts, key=lambda name: (-counts[name]["all"], name))
    lines = [
        [
            e(name),
            *(str(counts[name][what] or "·") for what in ("all", *BLAMED, "new")),
            str(len(reports[name])),
        ]
        for name in ordered[:MOST]
    ]
    head = [
        "",
        both("不成立", "violated"),
        *(both(zh_blame, en_blame) for zh_blame, en_blame, _ in BLAMED.values()),
        both("新", "new"),
        both("报告", "reports"),
    ]
    more = len(ordered) - MOST
    rest = f"<p class='small'>{both(f'另有 {more} 项', f'{more} more')}</p>" if more > 0 else ""
    return f"<h2>{both(zh, en)}</h2>{rows_of(head, lines, numeric=range(1, 7))}{rest}"


def _list(part: Sequence[Violation], by_id: dict[str, FilingView], view: QualityView) -> str:
    names = {row["identity_id"]: row for row in view.identities}
    lines = [_line(one, by_id[one.filing_id], names.get(one.row["identity_id"])) for one in part]
    head = [
        both("报告", "report"),
        both("勾稽关系", "identity"),
        both("位置", "where"),
        both("两边", "both sides"),
        both("归因", "where the error lies"),
        both("性质", "kind"),
    ]
    return f'<h2 id="list">{both("逐处", "One by one")}</h2>{rows_of(head, lines)}'


def _line(one: Violation, filing: FilingView, identity: Row | None) -> list[str]:
    row = one.row
    zh, english, tone = BLAMED[one.blame]
    anchor = f"filings/{filing.slug}.html#{row['identity_id']}-{row['instance']}"
    sides = said_of(row["why"])
    if row["lhs"] is not None and row["rhs"] is not None:
        sides = f"<b>{number(row['lhs'])} {broken(identity)} {number(row['rhs'])}</b>"
        sides += f"<br><span class='small soft'>{e(identity['formula'] if identity else '')}</span>"
    new = " " + chip("warn", "新", "new") if one.is_new else ""
    name = both(identity["name_zh"], identity["name_en"]) if identity else ""
    return [
        f"{e(filing.name)}<br><span class='small soft'>{e(filing.filing['report_year'] or '–')}</span>",
        f'<a href="{e(anchor)}"><b>{e(row["identity_id"])}</b></a> {name}{new}',
        place_of(filing.place_in_form(row["instance"])),
        sides,
        f"{chip(tone, zh, english)}<br><span class='small soft'>{said_of(one.why_blamed)}</span>",
        both(*SEVERITIES.get(row["severity"], (row["severity"], ""))),
    ]
