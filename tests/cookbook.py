"""The questions of docs/cookbook.md with their SQL and the answers that the page shows.

Belongs here: taking the page apart, and putting the answers of a release into it. Not here: the questions.

    python -m tests.cookbook RELEASE_FOLDER     writes the answers of a release into the page, and those of the
                                                made-up province (`made_up_fujian`): read them before they are
                                                committed, for the test compares with nothing else
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.made_up_fujian import build

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cookbook.md"
#: What follows this heading is asked of the made-up province.
MADE_UP = "## F. "
_QUESTION = re.compile(
    r"(### (?P<title>[^\n]+)\n```sql\n(?P<sql>[^`]*)```\n)(?P<answer>(?:\n(?:\|[^\n]*\n)+)?)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its heading, its query, the lines of the table that answers it, and whether that is about
    the made-up province.
    """

    title: str
    sql: str
    answer: list[str]
    is_made_up: bool


def questions() -> Iterator[Question]:
    """Every question of the page, in its order."""
    page = PAGE.read_text("utf-8")
    made_up = page.index(MADE_UP)
    for found in _QUESTION.finditer(page):
        lines = found["answer"].strip().splitlines()
        yield Question(found["title"], found["sql"], lines, found.start() > made_up)


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


def rewrite(release: Path, made_up: Path) -> None:
    """Put the answers of a release and of the warehouse of the made-up province into the page."""
    real, mark, other = PAGE.read_text("utf-8").partition(MADE_UP)
    written = _answered(real, release / "gongkai.duckdb") + mark + _answered(other, made_up)
    PAGE.write_text(written, encoding="utf-8")


def _answered(page: str, database: Path) -> str:
    with duckdb.connect(str(database), read_only=True) as connection:

        def answered(found: re.Match[str]) -> str:
            return found[1] + "\n" + "\n".join(answer(connection, found["sql"])) + "\n"

        return _QUESTION.sub(answered, page)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        rewrite(Path(sys.argv[1]), build(Path(folder)))
