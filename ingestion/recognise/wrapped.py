"""Labels that a converter broke over lines with the row's numbers in between, put together again.

A PDF prints the numbers of a row beside the middle of its wrapped label; in text they come out between its
halves. Belongs here: finding such halves and moving the numbers behind them, each line keeping its place in
the document. Does not belong here: what the label means (`stream`). Only halves that make a whole label of
the form are joined: numbers between them can be of no other row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingestion.extract.model import TextBlock
from ingestion.recognise.stream import fold_label
from ingestion.recognise.vocabulary import MIN_FUZZY_LENGTH, FormVocabulary

#: A label is broken over at most this many lines.
MAX_LINES = 4
#: Longer lines are prose; the longest label of any form has 45 characters.
MAX_LINE = 60
_VALUES = re.compile(
    r"(?P<label>.*?)(?P<values>(?:(?:^|[\s|]+)(?:[+\-]?[\d０-９][\d０-９,]*(?:\.\d+)?|[/／—－\-]+|无))+)\s*"
)


def unwrap(blocks: Sequence[TextBlock | None], form: FormVocabulary) -> list[TextBlock | None]:
    """`blocks` (None: a grid stands there) with the numbers inside broken labels moved behind them."""
    labels = {
        folded
        for table in form.tables.values()
        for label in table.rows
        if len(folded := fold_label(label)) >= MIN_FUZZY_LENGTH
    }
    lines = [line for block in blocks for line in ([None] if block is None else _lines(block))]
    out: list[TextBlock | None] = []
    at = 0
    while at < len(lines):
        mended = _mended(lines[at : at + MAX_LINES], labels)
        if mended is None:
            out.append(lines[at])
            at += 1
        else:
            parts, used = mended
            out += parts
            at += used
    return out


def _mended(lines: Sequence[TextBlock | None], labels: set[str]) -> tuple[list[TextBlock], int] | None:
    """The lines of one broken label without the numbers, then the numbers; and how many lines they were."""
    parts: list[TextBlock] = []
    values: TextBlock | None = None
    head = tail = ""
    for count, line in enumerate(lines, 1):
        if line is None or len(line.text) > MAX_LINE:
            return None
        found = _VALUES.fullmatch(line.text)
        if found is not None:
            if values is not None:
                return None
            alone = not found["label"].strip()
            if alone and not parts:
                return None
            values = _part(line, found.start("values"), found.end("values"))
            if alone:
                continue
            line = _part(line, 0, found.end("label"))
        parts.append(line)
        if values is None or found is not None:
            head += fold_label(line.text)
            continue
        tail += fold_label(line.text)
        if head and _is_broken(head, tail, labels):
            return [*parts, values], count
    return None


def _is_broken(head: str, tail: str, labels: set[str]) -> bool:
    """Whether a label begins in `head` and ends with `tail`, or an explanation in brackets behind it does."""
    opened = head.rfind("(")
    if opened > head.rfind(")") and tail.endswith(")") and "(" not in tail:
        return any(head[:opened].endswith(label) for label in labels)
    joined = head + tail
    return any(len(tail) < len(label) and joined.endswith(label) for label in labels)


def _lines(block: TextBlock) -> list[TextBlock]:
    if "\n" not in block.text:
        return [block]
    found: list[TextBlock] = []
    start = 0
    for text in block.text.split("\n"):
        if text.strip():
            found.append(_part(block, start, start + len(text)))
        start += len(text) + 1
    return found


def _part(block: TextBlock, start: int, end: int) -> TextBlock:
    """block.text[start:end] as a block of its own at its place."""
    at = block.locator
    shift = block.text.count("\n", 0, start)
    place = replace(
        at,
        line=at.line + shift if at.line is not None else None,
        char_start=at.char_start + start if at.char_start is not None else None,
        char_end=at.char_start + end if at.char_start is not None else None,
    )
    return replace(block, text=block.text[start:end], locator=place)
