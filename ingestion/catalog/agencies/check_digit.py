"""The check character of a unified social credit code (统一社会信用代码, GB 32100-2015).

Belongs here: the arithmetic of the code. Does not belong here: whose code it is (`register`).
"""

from __future__ import annotations

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_character(first: str) -> str:
    """The 18th character for the 17 before it. Raises ValueError if they cannot begin such a code."""
    if len(first) != 17 or any(letter not in _LETTERS for letter in first):
        raise ValueError(f"{first!r} are not the first 17 characters of a unified social credit code")
    total = sum(weight * _LETTERS.index(letter) for weight, letter in zip(_WEIGHTS, first, strict=True))
    return _LETTERS[(31 - total % 31) % 31]


def is_uscc(code: str) -> bool:
    """Whether the code has 18 characters and its check character is right."""
    try:
        return len(code) == 18 and check_character(code[:17]) == code[17]
    except ValueError:
        return False
