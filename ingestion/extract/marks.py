"""Raised and lowered characters in a cell: a note mark must not become a digit of the number beside it.

Belongs here: what 10<sup>1</sup> and its likes in Word say. Does not belong here: what is raised, which each
format tells in its own way.
"""

from __future__ import annotations

import re

from ingestion.extract.blocks import BREAK, RawCell

#: A cell that holds more than a number: what is in doubt about its digits does not matter.
HAN = re.compile(r"[\u4e00-\u9fff]")
DIGIT = re.compile(r"[0-9０-９]")
#: Confidence in a number that has only marks of this kind around it: 注1, [1], ①, *.
_BESIDE_A_MARK = 0.85
_BARE_NUMBER = re.compile(r"[\d\s.,]*")
#: What refers to a note: 1, [1], 注1, ①, *.
_NOTE = re.compile(r"[\[(（［]?注?\s*(?:\d{1,2}|[①-⑳]|[*＊※#]{1,3})?\s*[\])）］]?")
_SPACES = BREAK + " \t\r\n\u3000\xa0"


def settle_marks(cell: RawCell) -> list[str]:
    """Sets raised digits of a cell apart from its number, or leaves a mark out that can be nothing else.

    Returns the marks left out. `cell.raised` is empty afterwards.
    """
    raised, cell.raised = cell.raised, None
    pieces = cell.pieces
    if not raised:
        return []
    inside = {index for start, end, _ in raised for index in range(start, end)}
    others = "".join(piece for index, piece in enumerate(pieces) if index not in inside).strip(_SPACES)
    is_label = HAN.search(others) is not None
    left_out = []
    for start, end, by_hand in _joined(raised, pieces):
        mark = "".join(pieces[start:end]).strip(_SPACES)
        if not mark:
            continue
        if not others:
            # a mark in a blank cell looks like a number that is raised as a whole
            if not by_hand and DIGIT.search(mark):
                cell.marked = cell.unread = True
            continue
        if is_label:
            if _NOTE.fullmatch(mark) and not _beside_digits(pieces, start, end):
                pieces[start:end] = [""] * (end - start)  # a label is the same with its note
                left_out.append(mark)
            else:
                _set_apart(pieces, start, end)
        elif _BARE_NUMBER.fullmatch(mark):
            _set_apart(pieces, start, end)
            cell.marked = cell.unread = True
        else:
            pieces[start:end] = [""] * (end - start)
            left_out.append(mark)
            cell.marked, cell.doubt = True, min(cell.doubt, _BESIDE_A_MARK)
    return left_out


def _joined(raised: list[tuple[int, int, bool]], pieces: list[str]) -> list[tuple[int, int, bool]]:
    """Raised parts with nothing between them are one: [ and 1 and ] of a mark in three runs."""
    joined: list[tuple[int, int, bool]] = []
    for start, end, by_hand in sorted(raised):
        if joined and not "".join(pieces[joined[-1][1] : start]).strip(_SPACES):
            first, before_end, before = joined[-1]
            joined[-1] = (first, max(end, before_end), before and by_hand)
        else:
            joined.append((start, end, by_hand))
    return joined


def _beside_digits(pieces: list[str], start: int, end: int) -> tuple[bool, bool] | None:
    """Whether a digit stands right before and right behind; None where neither does."""
    before = next(filter(None, (pieces[index].rstrip(_SPACES) for index in range(start - 1, -1, -1))), "")
    after = next(filter(None, (pieces[index].lstrip(_SPACES) for index in range(end, len(pieces)))), "")
    found = DIGIT.match(before[-1:]) is not None, DIGIT.match(after[:1]) is not None
    return found if any(found) else None


def _set_apart(pieces: list[str], start: int, end: int) -> None:
    """Puts "^" between digits of which one is raised and the other is not."""
    before, after = _beside_digits(pieces, start, end) or (False, False)
    mark = "".join(pieces[start:end]).strip(_SPACES)
    if before and DIGIT.match(mark[:1]):
        pieces[start] = "^" + pieces[start]
    if after and DIGIT.match(mark[-1:]):
        pieces[end - 1] += "^"
