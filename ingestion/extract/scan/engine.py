"""The OCR models of the rapidocr wheel, run by onnxruntime: pictures of lines to texts, pages to text boxes.

Belongs here: the sessions, what the models want as input and what their output means. Does not belong here:
what is cut out of a page and what a text is good for. The models are opened as the files that the wheel
holds, so nothing is ever fetched.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from ingestion.extract.scan.decode import Pixels

_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_DETECTOR = "PP-OCRv6_det_small.onnx"

#: Height of a line as the recogniser wants it, and the widths to which lines are filled up with paper so that
#: several go through the model at once. A single figure alone in 40 pixels is read less surely.
LINE_HEIGHT = 48
_WIDTH_STEP = 8
_MIN_WIDTH = 48
_MAX_WIDTH = 2400
#: Pixels of one batch: more saves no time and costs memory.
_BATCH_WIDTH = 1920

#: Detector: probability of text above which a pixel counts, and the mean that a box must reach.
_TEXT_PIXEL = 0.3
_TEXT_BOX = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser made of one line.

    confidence: probability of exactly this text (all ways of saying it, after the model's own measure).
    weakest: probability of the least certain character; 1.0 for an empty text.
    """

    text: str
    confidence: float
    weakest: float


EMPTY = Reading("", 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text on a page: x0, top, x1, bottom in its pixels, and how sure the detector is."""

    x0: float
    top: float
    x1: float
    bottom: float
    score: float


def read_lines(crops: Sequence[Pixels]) -> list[Reading]:
    """Texts of line pictures (grey uint8 (h, w), dark on light), in their order; equal ones are read once."""
    readings: dict[int, Reading] = {}
    known: dict[tuple[tuple[int, ...], bytes], int] = {}
    first = [known.setdefault((crop.shape, crop.tobytes()), index) for index, crop in enumerate(crops)]
    lines = {index: _line(crops[index]) for index in known.values()}
    order = sorted(lines, key=lambda index: lines[index].shape[1])
    at = 0
    while at < len(order):
        size = max(1, _BATCH_WIDTH // lines[order[at]].shape[1])
        width = lines[order[at]].shape[1]
        batch = [index for index in order[at : at + size] if lines[index].shape[1] == width]
        readings.update(zip(batch, _recognise(np.stack([lines[index] for index in batch])), strict=True))
        at += len(batch)
    return [readings[index] for index in first]


def _line(crop: Pixels) -> Pixels:
    """A crop at the model's height, filled up with paper to the next width in use."""
    height, width = crop.shape
    wanted = min(_MAX_WIDTH, max(8, round(width * LINE_HEIGHT / height)))
    shrinks = height > LINE_HEIGHT
    resized = cv2.resize(
        crop, (wanted, LINE_HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    full = max(_MIN_WIDTH, -(-wanted // _WIDTH_STEP) * _WIDTH_STEP)
    left = (full - wanted) // 2
    line = np.full((LINE_HEIGHT, full), 255, dtype=np.uint8)
    line[:, left : left + wanted] = resized
    return line


def _recognise(lines: npt.NDArray[np.uint8]) -> list[Reading]:
    values = lines.astype(np.float32) / 127.5 - 1.0
    batch = np.repeat(values[:, None, :, :], 3, axis=1)
    session, alphabet = _recogniser()
    scores = session.run(None, {session.get_inputs()[0].name: batch})[0]
    return [_decoded(one, alphabet) for one in scores]


def _decoded(scores: npt.NDArray[np.float32], alphabet: Sequence[str]) -> Reading:
    """The best path through one line's scores (steps, characters), and the probability of its text."""
    best = scores.argmax(axis=1)
    starts = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    if not len(starts):
        silence = float(np.prod(scores[:, 0]))
        return Reading("", silence, 1.0)
    characters = [int(best[step]) for step in starts]
    text = "".join(alphabet[index] for index in characters)
    peaks = []
    for number, step in enumerate(starts):
        end = int(starts[number + 1]) if number + 1 < len(starts) else len(best)
        run = [at for at in range(step, end) if best[at] == best[step]]
        peaks.append(float(scores[run, best[step]].max()))
    return Reading(text.strip(), _probability(scores, characters), min(peaks))


def _probability(scores: npt.NDArray[np.float32], characters: Sequence[int]) -> float:
    """Probability of the text over all alignments (connectionist temporal classification, forward sum)."""
    states = [0]
    for character in characters:
        states += [character, 0]
    mass = np.zeros(len(states))
    mass[0] = scores[0, 0]
    mass[1] = scores[0, states[1]]
    skips = [at > 1 and states[at] != 0 and states[at] != states[at - 2] for at in range(len(states))]
    skip = np.array(skips, dtype=np.float64)
    picked = scores[:, states].astype(np.float64)
    for step in range(1, len(scores)):
        one = np.concatenate(([0.0], mass[:-1]))
        two = np.concatenate(([0.0, 0.0], mass[:-2])) * skip
        mass = (mass + one + two) * picked[step]
    return float(min(1.0, mass[-1] + mass[-2]))


def find_text(grey: Pixels) -> list[TextBox]:
    """Boxes around lines of text of a straight page (grey uint8 (h, w)), from top to bottom.

    The page should come with characters about 20 pixels high; boxes are in the page's own pixels.
    """
    height, width = grey.shape
    full = (-(-height // 32) * 32, -(-width // 32) * 32)
    page = np.full(full, 255, dtype=np.uint8)
    page[:height, :width] = grey
    values = page.astype(np.float32) / 127.5 - 1.0
    session = _detector()
    batch = np.repeat(values[None, None, :, :], 3, axis=1)
    likely = session.run(None, {session.get_inputs()[0].name: batch})[0][0, 0]
    mask = cv2.dilate((likely > _TEXT_PIXEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    found = []
    for index in range(1, count):
        x, y, w, h = (int(value) for value in stats[index, :4])
        if min(w, h) < 3:
            continue
        inside = labels[y : y + h, x : x + w] == index
        score = float(likely[y : y + h, x : x + w][inside].mean())
        if score < _TEXT_BOX:
            continue
        # the model marks the middle of a line: its box is grown as it was shrunk for the training
        grow = 1.6 * w * h / (2 * (w + h))
        x0, x1 = max(0.0, x - grow), min(float(width), x + w + grow)
        top, bottom = max(0.0, y - grow), min(float(height), y + h + grow)
        found.append(TextBox(x0, top, x1, bottom, score))
    return sorted(found, key=lambda box: (box.top, box.x0))


@lru_cache(maxsize=1)
def _recogniser() -> tuple[onnxruntime.InferenceSession, list[str]]:
    session = _session(_RECOGNISER)
    # the first class stands for nothing, the last for a space
    characters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ["", *characters, " "]


@lru_cache(maxsize=1)
def _detector() -> onnxruntime.InferenceSession:
    return _session(_DETECTOR)


def _session(name: str) -> onnxruntime.InferenceSession:
    spec = find_spec("rapidocr")  # its files are used, not its code, which fetches what it misses
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("rapidocr, whose wheel holds the OCR models, is not installed")
    options = onnxruntime.SessionOptions()
    # reader processes run side by side, one a core
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # the arena keeps what it ever needed, for each new size of picture more: 1.5 GB resident after seven
    # documents, against 0.5 without it for a tenth more time
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    path = Path(spec.origin).parent / "models" / name
    return onnxruntime.InferenceSession(os.fspath(path), options, providers=["CPUExecutionProvider"])
