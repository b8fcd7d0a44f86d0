"""The questions of docs/cookbook.md with their SQL and the answers that the page shows.

Belongs here: taking the page apart, and putting the answers of a release into it. Not here: the questions.

    python -m tests.cookbook RELEASE_FOLDER     writes the answers of a release into the page: read them before
                                                they are committed, for the test compares with nothing else
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cookbook.md"
_QUESTION = re.compile(
    r"(### (?P<title>[^\n]+)\n```sql\n(?P<sql>[^`]*)```\n)(?P<answer>(?:\n(?:\|[^\n]*\n)+)?)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its heading, its query, and the lines of the table that answers it."""

    title: str
    sql: str
    answer: list[str]


def questions() -> Iterator[Question]:
    """Every question of the page, in its order."""
    for found in _QUESTION.finditer(PAGE.read_text("utf-8")):
        yield Question(found["title"], found["sql"], found["answer"].strip().splitlines())


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The rows of a query as the lines of a Markdown table."""
    cursor = connection.execute(sql)
    head = [column[0] for column in cursor.description or []]
    lines = [head, ["---"] * len(head), *([_shown(value) for value in row] for row in cursor.fetchall())]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "[]"
    return str(value).replace("|", "\\|").replace("\n", " ")


def rewrite(release: Path) -> None:
    """Put the answers of a release into the page."""
    with duckdb.connect(str(release / "gongkai.duckdb"), read_only=True) as connection:

        def answered(found: re.Match[str]) -> str:
            return found[1] + "\n" + "\n".join(answer(connection, found["sql"])) + "\n"

        PAGE.write_text(_QUESTION.sub(answered, PAGE.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite(Path(sys.argv[1]))
