"""One run of digits into the numbers of a row: only where a single answer is left.

Belongs here: splitting "310000031" into 31, 0, 0, 0, 0, 0, 31. Does not belong here: which row it is.
"""

from __future__ import annotations

MAX_SPLITS = 500
#: Tries at splitting one run of digits; a longer search proves nothing that a person would believe.
MAX_STEPS = 50_000


def only_split(digits: str, width: int) -> tuple[str, ...] | None:
    """The split into `width` numbers, if no other into as many or fewer exists (blanks leave no trace)."""
    if len(digits) > width + 1:
        return None
    found: list[tuple[str, ...]] = []

    def extend(position: int, parts: tuple[str, ...]) -> None:
        if position == len(digits):
            found.append(parts)
        elif len(parts) < width and len(found) < 2:
            longest = 1 if digits[position] == "0" else len(digits) - position
            for length in range(1, longest + 1):
                extend(position + length, (*parts, digits[position : position + length]))

    extend(0, ())
    return found[0] if len(found) == 1 and len(found[0]) == width else None


def splits_with_sums(digits: str, width: int, totals: list[tuple[int, list[int]]]) -> list[tuple[str, ...]]:
    """The splits into `width` numbers in which each total, (index, indexes of its parts), equals its parts.

    Empty if there are too many to look through.
    """
    by_total = dict(totals)
    found: list[tuple[str, ...]] = []
    parts: list[str] = []
    steps = 0

    def extend(position: int) -> None:
        nonlocal steps
        steps += 1
        if len(found) > MAX_SPLITS or steps > MAX_STEPS:
            return
        index = len(parts)
        if index == width:
            if position == len(digits):
                found.append(tuple(parts))
            return
        left = width - index - 1
        if index in by_total:
            expected = str(sum(int(parts[part]) for part in by_total[index]))
            if digits.startswith(expected, position):
                parts.append(expected)
                extend(position + len(expected))
                parts.pop()
            return
        longest = 1 if digits[position : position + 1] == "0" else len(digits) - position - left
        for length in range(1, longest + 1):
            parts.append(digits[position : position + length])
            extend(position + length)
            parts.pop()

    extend(0)
    return found if len(found) <= MAX_SPLITS and steps <= MAX_STEPS else []
