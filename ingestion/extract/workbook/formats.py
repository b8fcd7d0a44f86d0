"""A number as its cell shows it: the formats of workbooks.

Belongs here: writing a stored number by its format code. Does not belong here: reading a shown number back
(that is recognition's). A format that is not understood makes the number doubtful, never another number.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

#: Formats that a workbook names by number and does not spell out, as Chinese programs show them. Those of
#: currencies, fractions and dates are left out: what they print depends on the machine.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    37: "#,##0 ;-#,##0 ", 38: "#,##0 ;-#,##0 ", 39: "#,##0.00 ;-#,##0.00 ", 40: "#,##0.00 ;-#,##0.00 ",
    41: '#,##0 ;-#,##0 ;"-" ;@', 42: '#,##0 ;-#,##0 ;"-" ;@', 43: '#,##0.00 ;-#,##0.00 ;"-" ;@',
    44: '#,##0.00 ;-#,##0.00 ;"-" ;@', 48: "##0.0E+0", 49: "@",
}  # fmt: skip
#: Stands for a format that is not known.
UNKNOWN = "?unknown?"
#: A number whose format is not known.
IN_DOUBT = 0.6
#: Digits that Excel shows of a number without a format.
_GENERAL_DIGITS = 10
_EXACT_INTEGER = 2**53

#: Digits that Excel shows of a number that is no whole one by calculation alone (0.1 + 0.2).
_SURE_DIGITS = 15

_TRIVIA = re.compile(r"\[(?:\$[^\]-]*(?:-[^\]]*)?|[A-Za-z]+\d*)\]|_.|\*.|[\\!](.)|\"([^\"]*)\"")
_CONDITION = re.compile(r"\[\s*(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*\]")
_IN_WORDS = re.compile(r"\[dbnum\d\]", re.IGNORECASE)
_IN_WHITE = re.compile(r"\[(?:white|白色|color\s*2)\]", re.IGNORECASE)
_PATTERN = re.compile(
    r"(?P<before>[^#0?,.%]*)(?P<whole>[#0?,]+)(?P<fraction>\.[#0?]*)?(?P<percent>%)?(?P<after>.*)", re.DOTALL
)
#: First of the characters that stand for literals.
_PRIVATE = 0xE000
_LITERAL = re.compile(r"[\s\ue000-\uf8ff()+\-\u4e00-\u9fff¥￥$：:、，。（）/·个件条项次人元]*")


def shown(value: float, code: str) -> tuple[str, float]:
    """(text, confidence) of a number in a cell with format `code`."""
    plain, sure = general(value)
    if code.strip().lower() in ("", "@", "general"):
        return plain, sure
    section, signed = _section_for(value, _sections(code))
    if section is None or _IN_WORDS.search(section) or "[" in _TRIVIA.sub("", section):
        return plain, min(sure, IN_DOUBT)
    if _IN_WHITE.search(section):
        return "", 1.0
    quoted: list[str] = []
    bare = _TRIVIA.sub(lambda found: _kept(found[1] or found[2] or "", quoted), section)
    if not bare.strip():
        return "", 1.0  # a format that shows nothing (0;;;) prints nothing
    if bare.strip().lower() == "general":
        return plain, sure
    if not any(sign in bare for sign in "#0?"):
        said = _unquoted(bare, quoted).strip()
        return (said, 1.0) if _LITERAL.fullmatch(said) else (plain, min(sure, IN_DOUBT))
    found = _PATTERN.fullmatch(bare)
    if found is None or not _LITERAL.fullmatch(found["before"]) or not _LITERAL.fullmatch(found["after"]):
        return plain, min(sure, IN_DOUBT)
    return _unquoted(_written(Decimal(repr(value)), found, signed=signed), quoted), 1.0


def _section_for(value: float, sections: list[str]) -> tuple[str | None, bool]:
    """The part of a format that a number is shown by, and whether its sign is shown beside it."""
    conditions = [_CONDITION.search(section) for section in sections[:2]]
    if any(conditions):
        if value < 0:
            return _section_of_negatives(sections, conditions[0]), False
        for section, condition in zip(sections, conditions, strict=False):
            if condition is not None and _holds(value, condition[1], float(condition[2])):
                return _CONDITION.sub("", section), True
        rest = [section for section in sections[:3] if not _CONDITION.search(section)]
        return (rest[-1] if len(rest) == 1 else None), True
    if len(sections) > 1 and value < 0:
        return sections[1], False
    if len(sections) > 2 and value == 0:
        return sections[2], False
    return sections[0], True


def _section_of_negatives(sections: list[str], first: re.Match[str] | None) -> str | None:
    """The other one of two parts of which the first is for what is not negative: its sign is its own."""
    plain = first is not None and first[1] in (">", ">=") and float(first[2]) == 0
    return sections[1] if plain and len(sections) == 2 and not _CONDITION.search(sections[1]) else None


def _holds(value: float, sign: str, bound: float) -> bool:
    match sign:
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case ">=":
            return value >= bound
        case "=":
            return value == bound
    return value != bound


def _kept(literal: str, quoted: list[str]) -> str:
    """A literal as one sign that no format uses where it holds signs that would mean something bare."""
    if not literal or not any(char in "#0?.,%" or char.isdigit() for char in literal):
        return literal
    quoted.append(literal)
    return chr(_PRIVATE + len(quoted) - 1)


def _unquoted(text: str, quoted: list[str]) -> str:
    for number, literal in enumerate(quoted):
        text = text.replace(chr(_PRIVATE + number), literal)
    return text


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
    value = float(f"{value:.{_SURE_DIGITS}g}")
    if value == int(value) and abs(value) < _EXACT_INTEGER:
        return str(int(value)), 1.0
    text = f"{value:.{_GENERAL_DIGITS}g}"
    if "e" in text:
        return text, IN_DOUBT
    return text, 1.0 if float(text) == value or "." not in text else IN_DOUBT


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
