"""A number as its cell shows it: the formats of workbooks.

Belongs here: writing a stored number by its format code. Does not belong here: reading a shown number back
(that is recognition's). A format that is not understood makes the number doubtful, never another number.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

#: Formats that a workbook names by number and does not spell out.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    37: "#,##0 ;(#,##0)", 38: "#,##0 ;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)",
    41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 49: "@",
}  # fmt: skip
#: A number whose format is not known.
IN_DOUBT = 0.6
#: Digits that Excel shows of a number without a format.
_GENERAL_DIGITS = 10
_EXACT_INTEGER = 2**53

_TRIVIA = re.compile(r"\[(?:\$[^\]-]*(?:-[^\]]*)?|[A-Za-z]+\d*|DBNum\d)\]|_.|\*.|\\(.)|\"([^\"]*)\"")
_PATTERN = re.compile(
    r"(?P<before>[^#0?,.%]*)(?P<whole>[#0?,]+)(?P<fraction>\.[#0?]*)?(?P<percent>%)?(?P<after>.*)", re.DOTALL
)
_LITERAL = re.compile(r"[\s()+\-\u4e00-\u9fff¥￥$：:、，。（）/·个件条项次人元]*")


def shown(value: float, code: str) -> tuple[str, float]:
    """(text, confidence) of a number in a cell with format `code`."""
    plain, sure = general(value)
    if code.strip().lower() in ("", "@", "general"):
        return plain, sure
    sections = _sections(code)
    if len(sections) > 1 and value < 0:
        section, signed = sections[1], False
    elif len(sections) > 2 and value == 0:
        section, signed = sections[2], False
    else:
        section, signed = sections[0], True
    if "[>" in code or "[<" in code or "[=" in code:
        return plain, min(sure, IN_DOUBT)
    bare = _TRIVIA.sub(lambda found: found[1] or found[2] or "", section)
    if not bare.strip():
        return "", 1.0  # a format that shows nothing (0;;;) prints nothing
    if bare.strip().lower() == "general":
        return plain, sure
    if not any(sign in bare for sign in "#0?"):
        return (bare.strip(), 1.0) if _LITERAL.fullmatch(bare) else (plain, min(sure, IN_DOUBT))
    found = _PATTERN.fullmatch(bare)
    if found is None or not _LITERAL.fullmatch(found["before"]) or not _LITERAL.fullmatch(found["after"]):
        return plain, min(sure, IN_DOUBT)
    return _written(Decimal(repr(value)), found, signed=signed), 1.0


def _written(value: Decimal, found: re.Match[str], *, signed: bool) -> str:
    whole, fraction = found["whole"], (found["fraction"] or "")[1:]
    if found["percent"]:
        value *= 100
    if whole.endswith(","):
        value /= 1000 ** (len(whole) - len(whole.rstrip(",")))
        whole = whole.rstrip(",")
    rounded = abs(value).quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    digits = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    if "." in digits:
        kept = len(fraction) - len(re.search(r"[#?]*$", fraction)[0])  # type: ignore[index]
        number, _, decimals = digits.partition(".")
        decimals = decimals[:kept] + decimals[kept:].rstrip("0")
        digits = f"{number}.{decimals}" if decimals else number
    n_zeros = whole.count("0")
    if n_zeros > 1:
        digits = digits.zfill(n_zeros + len(digits) - len(digits.partition(".")[0]))
    if not n_zeros and digits == "0":
        digits = ""  # "#" shows no zero
    sign = "-" if signed and value < 0 and any(digit in "123456789" for digit in digits) else ""
    return f"{sign}{found['before']}{digits}{found['percent'] or ''}{found['after']}".strip()


def general(value: float) -> tuple[str, float]:
    """(text, confidence) of a number without a format; one with a long tail of digits is doubtful."""
    if value == int(value) and abs(value) < _EXACT_INTEGER:
        return str(int(value)), 1.0
    text = f"{value:.{_GENERAL_DIGITS}g}"
    return (text, 1.0) if float(text) == value and "e" not in text else (text, IN_DOUBT)


def _sections(code: str) -> list[str]:
    """The parts of a format between semicolons that stand in no quotes."""
    parts, quoted, begins, index = [], False, 0, 0
    while index < len(code):
        char = code[index]
        if char == "\\":
            index += 1
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            parts.append(code[begins:index])
            begins = index + 1
        index += 1
    return [*parts, code[begins:]]
