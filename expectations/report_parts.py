"""Pieces of the quality report: escaping, bilingual text, colours, the map of a form, a page's frame.

Belongs here: what every page is made of. Does not belong here: what the pages say (report_index.py,
report_filing.py), reading tables (report.py), the style sheet (report_style.py). Everything is inline: a page
opens offline, on a phone and on paper.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from expectations.confront import DOUBTFUL_BELOW
from expectations.evaluate import plain
from expectations.report_style import CSS
from ingestion.catalog import Form

#: state of a cell -> class of colour; missing_* share one, marks for nothing another
TONE = {
    "reported": "ok",
    "blank": "blank",
    "slash": "mark",
    "dash": "mark",
    "text_none": "mark",
    "not_applicable": "mark",
    "unreadable": "bad",
}
MISSING_TONE = "gone"
_TAG = re.compile(r"<[^>]*>")
_PROVINCES = Path(__file__).with_name("provinces.yml")

DOCUMENT_STATES = {
    "read": ("已读", "read", "ok"),
    "partial": ("部分读出", "read in part", "mark"),
    "no_tables": ("无表格", "no tables", "gone"),
    "blank_form": ("空白表", "blank form", "blank"),
    "not_a_report": ("不是年报", "not a report", "blank"),
    "unreadable": ("无法读取", "unreadable", "bad"),
    "quarantined": ("已隔离", "quarantined", "bad"),
    "waiting": ("待转换", "waiting for a converter", "blank"),
    "attached": ("属于网页", "part of a page", "ok"),
}
RESULT_NAMES = {
    "holds": ("成立", "holds", "ok"),
    "fails": ("不成立", "fails", "bad"),
    "holds_lenient": ("空白视为0时成立", "holds with blanks as 0", "mark"),
    "fails_lenient": ("空白视为0时不成立", "fails with blanks as 0", "warn"),
    "not_evaluable": ("无法判断", "cannot be evaluated", "blank"),
    "not_applicable": ("不适用", "not applicable", "blank"),
}
SEVERITIES = {
    "error": ("必须成立", "must hold"),
    "warning": ("通常成立", "usually holds"),
    "info": ("提示", "a hint"),
}
SCOPES = {"own_body": ("本级", "own body"), "aggregate": ("汇总", "aggregate")}


def e(text: object) -> str:
    """Escaped for text and for quoted attributes; None is nothing."""
    return "" if text is None else escape(str(text), quote=True)


def both(zh: object, en: object) -> str:
    """Chinese with the English beside it."""
    return f'{e(zh)} <span class="en" lang="en">{e(en)}</span>'


def chip(tone: str, zh: str, en: str) -> str:
    return f'<span class="chip {tone}">{e(zh)} <span class="en" lang="en">{e(en)}</span></span>'


def state_chip(state: str) -> str:
    """A document's state; one that has no name yet is shown by its code."""
    zh, en, tone = DOCUMENT_STATES.get(state, (state, "", "blank"))
    return chip(tone, zh, en)


def tone_of(state: str) -> str:
    return TONE.get(state, MISSING_TONE)


def number(value: Decimal | None) -> str:
    return "–" if value is None else e(plain(value))


def doubt_chip(count: int) -> str:
    """How many numbers of a report were read with little confidence; nothing where none was."""
    return chip("warn", f"{count} 格存疑", f"{count} doubtful") if count else ""


def tile(value: object, zh: str, en: str) -> str:
    return f'<div class="tile"><b>{e(value)}</b>{both(zh, en)}</div>'


def broken(identity: Mapping[str, Any] | None) -> str:
    """The sign between two sides that should have been related otherwise."""
    return {"<=": "≰", ">=": "≱"}.get(str(identity["op"]), "≠") if identity else "≠"


def rows_of(
    head: Iterable[str], body: Iterable[Iterable[str]], numeric: Iterable[int] = (), stacked: bool = False
) -> str:
    """A table from ready HTML cells; the columns in `numeric` stand right.

    stacked: on a phone each row becomes a block, each cell a line that begins with the head of its column.
    """
    right, heads = set(numeric), list(head)
    labels = [f' data-head="{_TAG.sub("", text)}"' if stacked else "" for text in heads]

    def line(cells: Iterable[str], tag: str, said: Iterable[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if place in right else ''}{label}>{cell}</{tag}>"
            for place, (cell, label) in enumerate(zip(cells, said, strict=True))
        )

    lines = "".join(f"<tr>{line(cells, 'td', labels)}</tr>" for cells in body)
    head_line = f"<thead><tr>{line(heads, 'th', [''] * len(heads))}</tr></thead>"
    kind = "wide stack" if stacked else "wide"
    return f'<div class="{kind}"><table>{head_line}<tbody>{lines}</tbody></table></div>'


def page(title: str, body: str, back: str | None = None) -> str:
    """A whole HTML document; `back` is the relative address of the index."""
    link = (
        f'<nav><a href="{e(back)}">← 全部报告 <span class="en">all reports</span></a></nav>' if back else ""
    )
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{e(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><style>{CSS}</style></head>'
        f"<body><main>{link}{body}</main></body></html>\n"
    )


def place_of(named: tuple[str, str]) -> str:
    """A place in a form in both languages; a code that nobody named stands alone."""
    zh, en = named
    return both(zh, en) if en and en != zh else e(zh)


def region_of(region: str | None) -> str | None:
    """A region with its province in English too: 福建省 福州市 (Fujian)."""
    english = _provinces().get((region or "").partition(" ")[0])
    return f"{region} ({english})" if english else region


@cache
def _provinces() -> dict[str, str]:
    names: dict[str, str] = yaml.safe_load(_PROVINCES.read_text("utf-8"))
    return names


def legend(states: Mapping[str, Any]) -> str:
    """What the map shows: colours in the words of the catalog's states, hatching and rings."""
    named: dict[str, list[str]] = {}
    for code, state in states.items():
        if state.kind not in ("structural", "beside"):
            named.setdefault(tone_of(code), []).append(both(state.zh, state.en))
    items = "".join(
        f'<span><i class="{tone}"></i>{" / ".join(names)}</span>' for tone, names in named.items()
    )
    doubt = both(
        f"已填报而读取把握不足（低于 {DOUBTFUL_BELOW:g}）",
        f"reported, but the reading is doubtful (confidence below {DOUBTFUL_BELOW:g})",
    )
    ring = both(
        "不成立的关系所指的格：必须成立的都画框，“通常成立”与“提示”只在能指明单元格时画",
        "a failing identity points here: each that must hold; one that usually holds, or a hint, only where "
        "it singles out a cell",
    )
    items += f'<span><i class="ok hatched"></i>{doubt}</span><span><i class="ringed"></i>{ring}</span>'
    return f'<div class="key">{items}</div>'


SQUARE, GAP = 7, 2


def form_map(
    form: Form, states: Mapping[str, str], suspects: Iterable[str] = (), doubtful: Iterable[str] = ()
) -> str:
    """One square a cell, coloured by state: tables side by side, rows of the form running to the right.

    Cells of optional rows appear where they are printed. Suspect cells are ringed, doubtful readings are
    light and struck through.
    """
    paths: dict[str, list[str]] = {}
    rings: list[str] = []
    strokes: list[str] = []
    ringed, light = set(suspects), set(doubtful)
    left, height = 0, 0
    for table in form.tables:
        wanted = [row for row in table.rows if row.has_cells or row.optional]
        rows = [
            row for row in wanted if any(f"{table.code}.{row.code}.{c.code}" in states for c in table.columns)
        ]
        for across, row in enumerate(rows):
            for down, column in enumerate(table.columns):
                key = f"{table.code}.{row.code}.{column.code}"
                if key not in states:
                    continue
                x, y = left + across * (SQUARE + GAP) + 1, down * (SQUARE + GAP) + 1
                square = f"M{x} {y}h{SQUARE}v{SQUARE}h-{SQUARE}z"
                tone = tone_of(states[key])
                paths.setdefault(f"{tone} light" if key in light else tone, []).append(square)
                if key in light:
                    strokes.append(f"M{x} {y + SQUARE}l{SQUARE}-{SQUARE}")
                if key in ringed:
                    rings.append(square)
        left += len(rows) * (SQUARE + GAP) + 3 * GAP
        height = max(height, len(table.columns) * (SQUARE + GAP))
    counts = Counter(states.values())
    said = ", ".join(f"{state} {count}" for state, count in sorted(counts.items()))
    said += f"; doubtful {len(light)}" if light else ""
    drawn = "".join(f'<path class="{tone}" d="{"".join(parts)}"/>' for tone, parts in sorted(paths.items()))
    if strokes:
        drawn += f'<path class="stroke" d="{"".join(strokes)}"/>'
    if rings:
        drawn += f'<path class="ring" d="{"".join(rings)}"/>'
    width, height = max(left - 3 * GAP, 1) + 2, height + 2
    return (
        f'<svg class="map" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{e(said)}</title>{drawn}</svg>"
    )
