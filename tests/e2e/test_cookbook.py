"""Every question of the cookbook runs on a release of the samples and gives the answer that the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests import made_up_fujian
from tests.cookbook import Question, answer, questions
from tests.pipeline import finished_root

QUESTIONS = list(questions())


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_root(tmp_path_factory) / "releases" / "current" / "gongkai.duckdb"


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_fujian.build(tmp_path_factory.mktemp("made-up"))


def test_there_are_enough_questions_and_each_is_asked_in_both_languages() -> None:
    assert len(QUESTIONS) >= 25
    numbers = [int(question.title.split(".")[0]) for question in QUESTIONS]
    assert numbers == list(range(1, len(QUESTIONS) + 1))
    for question in QUESTIONS:
        chinese, english = question.title.split(" / ", 1)
        assert re.search(r"[\u4e00-\u9fff]", chinese) and re.search(r"[A-Za-z]{3}", english), question.title
        assert len(question.answer) > 2, f"{question.title}: an answer without a row teaches nothing"


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.title.split(".")[0] for question in QUESTIONS])
def test_the_answer_is_the_one_shown(question: Question, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue("made_up" if question.is_made_up else "release")
    with duckdb.connect(str(database), read_only=True) as connection:
        assert answer(connection, question.sql) == question.answer
