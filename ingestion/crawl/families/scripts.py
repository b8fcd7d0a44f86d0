"""What scripts of a list page hold as text: named values, markup that they write, strings.

Belongs here: reading without running. Nothing of a script is ever evaluated. Does not belong here: what a
value means to a family.
"""

from __future__ import annotations

import re

_PAIR = re.compile(r"""['"]?([A-Za-z_]\w*)['"]?\s*[:=]\s*(?:'([^'\n]*)'|"([^"\n]*)"|(-?\d+)\b)""")
_WRITE = re.compile(r"document\s*\.\s*write(?:ln)?\s*\(", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
#: A path or an address in quotes, or a name with the ending of a page or file: window.open('../t1.html')
_TARGET = re.compile(
    r"""(['"])((?:https?://|/|\.{1,2}/)[^'"\s<>]{1,500}|"""
    r"""[\w%.-][^'"\s<>:]{0,500}\.(?:[sp]?html?|jsp|aspx?|php|do|pdf|docx?|wps|xlsx?)(?:\?[^'"\s<>]{0,500})?)\1""",
    re.IGNORECASE,
)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def values(script: str) -> dict[str, str]:
    """Every `name: value` and `name = value` whose value is a string or a whole number, the first of a name.

    Quotes are single, double or missing around the name: what government sites write is rarely JSON.
    """
    found: dict[str, str] = {}
    for match in _PAIR.finditer(script):
        name, single, double, number = match.groups()
        value = single if single is not None else double if double is not None else number
        found.setdefault(name, value)
    return found


def written_markup(script: str) -> str:
    """The string literals that the script hands to document.write, in order; "" where there are none."""
    found: list[str] = []
    call = _WRITE.search(script)
    while call is not None:
        # on from where the call ends: a hostile page opens thousands of calls in one another
        end = _read_literals(script, call.end(), found)
        call = _WRITE.search(script, end)
    return "".join(found)


def target_of(script: str) -> str | None:
    """The address that the script of a link leads to, as written; None where none stands in it."""
    found = _TARGET.search(script[:2000])
    return unescaped(found[2]) if found else None


def _read_literals(script: str, start: int, found: list[str]) -> int:
    """Add the string literals from `start` to the bracket that closes the call; where that is."""
    depth, at = 1, start
    while at < len(script) and depth:
        char = script[at]
        if char in "'\"`":
            end = _end_of_string(script, at)
            found.append(unescaped(script[at + 1 : end]))
            at = end
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        at += 1
    return at


def _end_of_string(script: str, start: int) -> int:
    quote, at = script[start], start + 1
    while at < len(script) and script[at] != quote:
        at += 2 if script[at] == "\\" else 1
    return at


def unescaped(literal: str) -> str:
    """The text of a string literal without its quotes."""

    def text(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])

    return _ESCAPE.sub(text, literal)
