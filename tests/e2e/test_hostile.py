"""Hostile and damaged documents, through the processes that read them: all accounted for, neighbours untouched."""

from __future__ import annotations

import json

import pytest

from ingestion.pool import Job, PoolLimits, ReaderPool, Result
from tests.e2e.mutation_trial import TEXTS, trial
from tests.generator import make
from tests.hostile_documents import CASES
from tests.mutations import shape


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Result]]:
    """Every case, a sound report read after each; by name."""
    folder = tmp_path_factory.mktemp("hostile")
    sound = make("html", seed=3, form="form_2021", condition="clean")
    (folder / sound.name).write_bytes(sound.data)

    def jobs() -> list[Job]:
        found = []
        for case in CASES:
            (folder / case.name).write_bytes(case.make())
            found += [Job(folder / case.name, case.name), Job(folder / sound.name, "sound")]
        return found

    found: dict[str, list[Result]] = {}
    with ReaderPool(2, shape=shape, limits=PoolLimits(seconds=60.0)) as pool:
        for result in pool.read(jobs()):
            found.setdefault(result.job.name, []).append(result)
    for case in CASES:
        (folder / case.name).unlink()
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_hostile_document_is_refused_for_what_it_is_or_read_as_if_it_were_harmless(
    case: object, results: dict[str, list[Result]]
) -> None:
    name, _, codes = case  # type: ignore[misc]
    (result,) = results[name]
    if codes:
        assert codes & set(result.facts["codes"]), result.facts
    else:
        assert result.facts["status"] == "not_a_report", result.facts
    assert result.facts["reason"], "never without a reason"


def test_sound_documents_among_them_are_read_alike(results: dict[str, list[Result]]) -> None:
    assert len(results["sound"]) == len(CASES)
    assert len({result.body for result in results["sound"]}) == 1
    assert json.loads(results["sound"][0].body)["status"] == "complete"


def test_damaged_documents_are_accounted_for_and_give_no_silent_error() -> None:
    """Some dozens; `mutation_trial` reads thousands, pictures too."""
    outcome = trial(60, 11, texts=TEXTS[:-1], pictures=())
    assert outcome.faults() == []
    assert outcome.states["complete"], "some damage does not matter"
    assert outcome.states["unreadable"], "some does"
