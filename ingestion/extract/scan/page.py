"""A page's pixels made straight, even and of one size: what every later step looks at.

Belongs here: red stamps lifted, light evened, size, skew and perspective taken out, and the way back to the
pixels that came in. Does not belong here: what is a table and what is text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ingestion.extract.scan.decode import Pixels

Matrix = npt.NDArray[np.float64]

#: Height of a full character (em) in pixels that the steps are written for; a page outside is resized.
EM_LOW, EM_HIGH, EM_WANTED = 20.0, 42.0, 26.0
_MAX_GROWTH = 3.0
_MAX_WORKING_PIXELS = 20_000_000
_SHRINKS = 0.84
#: Grey levels by which red ink's red is above its green and blue; pixels below which there is no stamp.
_RED, _LEAST_RED = 30, 20
#: A stamp's longer side against its shorter one (one at the edge of the paper is cut).
_ROUND = 2.2
#: Characters that are asked which neighbour is nearest, and by how much the answer "above" must win.
_LEAST_VOTERS, _MOST_VOTERS, _SIDEWAYS = 12, 1200, 1.5
#: Skew that is worth a resampling of the page, in degrees; below, the pixels stay as they came.
_MIN_SKEW = 0.08
_MAX_SKEW = 15.0
_SKEW_POINTS = 25_000


@dataclass
class Page:
    """grey: paper is 255, ink dark, red stamps gone. em: height of a full character in its pixels.

    noise: how much paper flickers, in grey levels. back: 3x3 matrix from its pixels to those of the picture
    that came in. pieces: connected pieces of ink.
    """

    grey: Pixels
    em: float
    noise: float
    back: Matrix
    pieces: int

    def source_box(
        self, x0: float, top: float, x1: float, bottom: float
    ) -> tuple[float, float, float, float]:
        """The box around that part of the page in the picture that came in."""
        corners = np.array([[[x0, top], [x1, top], [x1, bottom], [x0, bottom]]], dtype=np.float64)
        placed = cv2.perspectiveTransform(corners, self.back)[0]
        low, high = placed.min(axis=0), placed.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def no_larger(pixels: Pixels) -> tuple[Pixels, float]:
    """A picture of more pixels than any step needs, shrunk; and by how much."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, math.sqrt(_MAX_WORKING_PIXELS / (height * width)))
    if ratio == 1.0:
        return pixels, 1.0
    size = (round(width * ratio), round(height * ratio))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), ratio


def prepare(pixels: Pixels, quarter_turns: int = 0) -> Page:
    """A page of uint8 (h, w, 3) RGB, turned by `quarter_turns` times 90 degrees clockwise, straightened."""
    turned, turn = _turned(pixels, quarter_turns)
    lifted = _without_stamps(turned)
    grey, noise = _even_light(lifted)
    em, pieces = character_height(grey, noise)
    scale = _scale(em, grey.shape)
    skew = _skew(grey, noise)
    if scale == 1.0 and abs(skew) < _MIN_SKEW:
        return Page(grey, em, noise, _inverse(turn), pieces)
    forth, size = _straightening(grey.shape, scale, skew)
    return _warped(lifted, forth, size, turn, em * scale, pieces)


def rewarped(page: Page, pixels: Pixels, quarter_turns: int, correction: Matrix) -> Page:
    """The page again from its source, with `correction` (3x3, from its pixels to better ones) added."""
    turned, turn = _turned(pixels, quarter_turns)
    # from the turned pixels over the source's to the page's, and on
    forth = correction @ _inverse(turn @ page.back)
    height, width = page.grey.shape
    return _warped(_without_stamps(turned), forth, (width, height), turn, page.em, page.pieces)


def _warped(grey: Pixels, forth: Matrix, size: tuple[int, int], turn: Matrix, em: float, pieces: int) -> Page:
    growth = math.sqrt(abs(float(np.linalg.det(forth[:2, :2]))))
    if growth < _SHRINKS:  # else thin rules fall between the pixels that are sampled
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.45 / growth), dtype=np.uint8)
    border = float(np.median(grey))
    warped = cv2.warpPerspective(
        grey, forth, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )
    even, noise = _even_light(np.asarray(warped, dtype=np.uint8))
    return Page(even, em, noise, _inverse(forth @ turn), pieces)


def _inverse(matrix: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _turned(pixels: Pixels, quarter_turns: int) -> tuple[Pixels, Matrix]:
    """The picture turned clockwise, and the matrix from the old pixels to the new ones."""
    height, width = pixels.shape[:2]
    turns = quarter_turns % 4
    matrices = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, -1, height], [1, 0, 0]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, 1, 0], [-1, 0, width]],
    }
    matrix = np.array([*matrices[turns], [0, 0, 1]], dtype=np.float64)
    return np.ascontiguousarray(np.rot90(pixels, -turns)), matrix


# ---------------------------------------------------------------------------------------------------------
# colour and light


def _without_stamps(pixels: Pixels) -> Pixels:
    """Grey without the ink of red stamps.

    A red stamp is light in the red channel and black text under it is not. So is red text: only where a ring
    or a frame as large as a stamp's shows is the red taken out, a number marked in red keeps its ink.
    """
    plain = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    red = np.ascontiguousarray(pixels[:, :, 0])
    excess = cv2.subtract(red, cv2.max(pixels[:, :, 1], pixels[:, :, 2]))
    mask = (excess > _RED).astype(np.uint8)
    if cv2.countNonZero(mask) < _LEAST_RED:
        return plain
    # what red ink takes from the red channel too is given back with the share of red in the pixel
    bare = cv2.add(red, (excess * 0.35).astype(np.uint8))
    for x, y, w, h in _stamps(mask):
        part = np.s_[y : y + h, x : x + w]
        plain[part] = np.where(excess[part] > _RED // 2, np.maximum(bare[part], plain[part]), plain[part])
    return plain


def _stamps(mask: npt.NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """Boxes (x, y, w, h) of red things in one piece, as large as a stamp and about as high as wide."""
    step = max(2, min(mask.shape) // 120)
    near = cv2.dilate(mask, np.ones((step // 2 + 2, step // 2 + 2), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(near)
    boxes = [tuple(int(value) for value in one[:4]) for one in stats[1:]]
    return [(x, y, w, h) for x, y, w, h in boxes if min(w, h) > 8 * step and max(w, h) < _ROUND * min(w, h)]


def _even_light(grey: Pixels) -> tuple[Pixels, float]:
    """Paper brought to 255 wherever it lies, light text on dark turned dark on light; and the noise."""
    height, width = grey.shape
    step = 2 if min(height, width) > 500 else 1
    small = cv2.resize(grey, (width // step, height // step), interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, 3)
    reach = max(9, min(height, width) // step // 45) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    ground = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    ground = cv2.resize(ground, (width, height), interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(grey, ground, scale=255)
    dark = (ground < 170) & (grey.astype(np.int16) - ground > 40)
    if dark.any():
        even[dark] = np.clip(255 - (grey.astype(np.int16) - ground)[dark] * 2, 0, 255)
    return even.astype(np.uint8), _noise(even)


def _noise(even: npt.NDArray[np.generic]) -> float:
    """Spread of the paper's grey levels: the median step between neighbours, where there is no ink."""
    sample = even[::3].astype(np.int16)
    steps = np.abs(np.diff(sample, axis=1))[(sample[:, 1:] > 150) & (sample[:, :-1] > 150)]
    return float(np.mean(np.minimum(steps, 60)) * 0.886) if steps.size else 0.0


def ink_level(noise: float) -> int:
    """The grey below which a pixel of an even page is ink and not a flicker of the paper."""
    return int(255 - max(55.0, 3.5 * noise))


# ---------------------------------------------------------------------------------------------------------
# size and skew


def character_height(grey: Pixels, noise: float) -> tuple[float, int]:
    """Height of a full character in pixels, by the pieces of ink that may be one; and how many there are."""
    ink = (grey < ink_level(noise)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    heights, widths, areas = stats[1:, 3], stats[1:, 2], stats[1:, 4]
    most = max(grey.shape) / 12
    # no dashes of a rule, which are many and thin
    like = (heights >= 5) & (heights < most) & (widths < 2.5 * heights) & (widths * 4 > heights)
    like &= areas > 0.08 * heights * widths
    # dust, and the small strokes of characters in pieces, count by what they cover
    if like.sum() < 5:
        return EM_WANTED, len(stats)
    order = np.sort(heights[like])
    weight = np.cumsum(order.astype(np.float64))
    middle = float(order[np.searchsorted(weight, 0.6 * weight[-1])])
    return middle / 0.88, len(stats)


def lies_on_its_side(page: Page) -> bool:
    """Whether lines of text run down the page: most characters have their next neighbour above or below."""
    ink = (page.grey < ink_level(page.noise)).astype(np.uint8)
    # the strokes of one character together
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole)
    size = np.maximum(stats[1:, 2], stats[1:, 3])
    like = stats[1:][(size > 0.4 * page.em) & (size < 1.4 * page.em)][:_MOST_VOTERS].astype(np.float32)
    if len(like) < _LEAST_VOTERS:
        return False
    x, y, w, h = (like[:, at] for at in range(4))
    middle_x, middle_y = x + w / 2, y + h / 2
    aside = np.abs(middle_x[:, None] - middle_x[None, :])
    above = np.abs(middle_y[:, None] - middle_y[None, :])
    gap_x = aside - (w[:, None] + w[None, :]) / 2
    gap_y = above - (h[:, None] + h[None, :]) / 2
    near = 0.9 * page.em
    beside = np.where((above < 0.3 * page.em) & (gap_x > 0) & (gap_x < near), gap_x, np.inf).min(axis=1)
    below = np.where((aside < 0.3 * page.em) & (gap_y > 0) & (gap_y < near), gap_y, np.inf).min(axis=1)
    return bool((below < beside).sum() > _SIDEWAYS * max(1, (beside < below).sum()))


def _scale(em: float, shape: tuple[int, ...]) -> float:
    if EM_LOW <= em <= EM_HIGH:
        return 1.0
    wanted = EM_WANTED if em < EM_LOW else EM_HIGH * 0.8
    scale = min(_MAX_GROWTH, wanted / em)
    most = math.sqrt(_MAX_WORKING_PIXELS / (shape[0] * shape[1]))
    return min(scale, most)


def _skew(grey: Pixels, noise: float) -> float:
    """Degrees by which the page must be turned counter-clockwise to be straight, within a quarter turn.

    Of a straight page, lines of text and rules pile up in few rows and columns. (Hough's lines are biased to
    0: a straight line fits into a thick one that is askew.)
    """
    calm = cv2.medianBlur(grey, 3) if noise > 6 else grey
    ys, xs = np.nonzero(calm < ink_level(noise))
    if len(xs) < 50:
        return 0.0
    every = max(1, len(xs) // _SKEW_POINTS)
    # at random: a regular choice would pile up by itself
    chosen = np.random.default_rng(0).permutation(len(xs))[: len(xs) // every]
    x, y = xs[chosen].astype(np.float32), ys[chosen].astype(np.float32)
    best, step, bin_size = 0.0, _MAX_SKEW / 50, 4.0
    while step > 0.01:
        reach = 50 if bin_size == 4.0 else 5
        angles = best + step * np.arange(-reach, reach + 1)
        best = float(angles[int(np.argmax([_piled(x, y, angle, bin_size) for angle in angles]))])
        step, bin_size = step / 4, max(1.0, bin_size / 2)
    straight, askew = _piled(x, y, 0.0, 1.0), _piled(x, y, best, 1.0)
    return best if askew > 1.01 * straight else 0.0


def _piled(x: npt.NDArray[np.float32], y: npt.NDArray[np.float32], angle: float, bin_size: float) -> float:
    slope = math.tan(math.radians(angle))
    rows = (y - slope * x) / bin_size
    columns = (x + slope * y) / bin_size
    piles = 0.0
    for places in (rows, columns):
        counts = np.bincount((places - places.min()).astype(np.int32)).astype(np.float64)
        piles += float((counts * counts).sum())
    return piles


def _straightening(shape: tuple[int, ...], scale: float, skew: float) -> tuple[Matrix, tuple[int, int]]:
    height, width = shape[:2]
    if abs(skew) < _MIN_SKEW:
        skew = 0.0
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, scale)
    cos, sin = abs(math.cos(math.radians(skew))), abs(math.sin(math.radians(skew)))
    new_width = math.ceil((width * cos + height * sin) * scale)
    new_height = math.ceil((height * cos + width * sin) * scale)
    turn[0, 2] += new_width / 2 - width / 2
    turn[1, 2] += new_height / 2 - height / 2
    return np.vstack([turn, [0.0, 0.0, 1.0]]), (new_width, new_height)
