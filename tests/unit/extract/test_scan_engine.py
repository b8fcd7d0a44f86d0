"""The probability that the recogniser gives a text, against counting every alignment by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.extract.scan.engine import _decoded, read_lines

ALPHABET = ["", "1", "2"]


def text_of(path: tuple[int, ...]) -> str:
    """What an alignment says: repeats are one character, 0 is none."""
    return "".join(ALPHABET[one] for at, one in enumerate(path) if one and (at == 0 or path[at - 1] != one))


@given(st.lists(st.tuples(*[st.floats(0.01, 1.0)] * 3), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_probability_of_a_text_is_that_of_all_its_alignments(
    steps: list[tuple[float, float, float]],
) -> None:
    scores = np.array(steps, dtype=np.float64)
    scores /= scores.sum(axis=1, keepdims=True)

    reading = _decoded(scores.astype(np.float32), ALPHABET)

    paths = product(range(3), repeat=len(scores))
    expected = sum(
        float(np.prod([scores[step, one] for step, one in enumerate(path)]))
        for path in paths
        if text_of(path) == reading.text
    )
    if reading.text:
        assert reading.confidence == pytest.approx(expected, rel=1e-4)
    else:
        assert reading.confidence <= expected + 1e-6
    assert 0 <= reading.weakest <= 1


def test_nothing_to_read_is_nothing() -> None:
    assert read_lines([]) == []
