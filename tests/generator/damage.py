"""What scanners, copiers, stamps and web editors do to a picture.

Belongs here: pixels in, pixels out (uint8, height x width x 3, RGB), each at random within what was seen. Not here:
rendering and encoding (`pixels`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.generator.faces import FONTS
from tests.generator.pixels import Pixels

Damage = Callable[[Pixels, random.Random], Pixels]
_WHITE = (255, 255, 255)


def rotated(picture: Pixels, rng: random.Random) -> Pixels:
    """0.4 to 2 degrees, either way."""
    degrees = rng.uniform(0.4, 2.0) * rng.choice((-1, 1))
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=_WHITE), np.uint8
    )


def perspective(picture: Pixels, rng: random.Random) -> Pixels:
    """A photograph from not quite above: corners off by up to 1.2 percent."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array(
        [[rng.uniform(-0.012, 0.012) * width, rng.uniform(-0.012, 0.012) * height] for _ in corners],
        np.float32,
    )
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(
        cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=_WHITE),
        np.uint8,
    )


def noise(picture: Pixels, rng: random.Random) -> Pixels:
    """Gaussian noise."""
    source = np.random.default_rng(rng.randrange(2**32))
    return np.clip(picture + source.normal(0, rng.uniform(8, 16), picture.shape), 0, 255).astype(np.uint8)


def speckle(picture: Pixels, rng: random.Random) -> Pixels:
    """Black and white specks of one pixel, as copiers make."""
    source = np.random.default_rng(rng.randrange(2**32))
    draw = source.random(picture.shape[:2])
    found = picture.copy()
    found[draw < 0.001] = 0
    found[draw > 0.998] = 255
    return found


def uneven_light(picture: Pixels, rng: random.Random) -> Pixels:
    """A shadow from one side, as in photographs and at the spine of a book."""
    height, width = picture.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, width)[None, :] * np.cos(angle)
    y = np.linspace(-1, 1, height)[:, None] * np.sin(angle)
    light = 1 - rng.uniform(0.15, 0.35) * ((x + y) / 2 + 0.5)
    return np.clip(picture * light[:, :, None], 0, 255).astype(np.uint8)


def blurred(picture: Pixels, rng: random.Random) -> Pixels:
    """Slightly out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 0.9)), np.uint8)


def one_bit(picture: Pixels, rng: random.Random) -> Pixels:
    """Black and white only."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    _, black = cv2.threshold(grey, rng.randint(120, 175), 255, cv2.THRESH_BINARY)
    return np.repeat(np.asarray(black, np.uint8)[:, :, None], 3, axis=2)


def faint(picture: Pixels, rng: random.Random) -> Pixels:
    """A copy that is running out of toner."""
    strength = rng.uniform(0.45, 0.65)
    return (255 - (255 - picture.astype(np.float32)) * strength).astype(np.uint8)


def stamped(picture: Pixels, rng: random.Random) -> Pixels:
    """A round red stamp over numbers, see-through as ink is."""
    height, width = picture.shape[:2]
    radius = int(min(width, height) * rng.uniform(0.12, 0.16))
    stamp = _stamp(radius, rng)
    x = rng.randint(width // 2, max(width - 2 * radius - 1, width // 2 + 1))
    y = rng.randint(height // 4, max(height - 2 * radius - 1, height // 4 + 1))
    found = picture.astype(np.float32)
    room = found[y : y + 2 * radius, x : x + 2 * radius]
    room *= stamp[: room.shape[0], : room.shape[1]]
    return found.astype(np.uint8)


def _stamp(radius: int, rng: random.Random) -> np.ndarray:
    """What a stamp leaves of the light behind it, 0 to 1, size 2 radius square."""
    size = 2 * radius
    image = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(image)
    edge = max(2, radius // 18)
    draw.ellipse((edge, edge, size - edge, size - edge), outline=255, width=edge)
    points = []
    for corner in range(10):
        reach = radius * (0.3 if corner % 2 == 0 else 0.12)
        angle = np.pi * corner / 5
        points.append((radius + reach * np.sin(angle), radius - reach * np.cos(angle)))
    draw.polygon(points, fill=255)
    text = rng.choice(("临江市人民政府办公室", "清河县财政局", "青石镇人民政府"))
    font = ImageFont.truetype(str(FONTS / "song.ttf"), max(8, int(radius * 0.28)))
    for number, char in enumerate(text):
        degrees = -115 + 230 * number / (len(text) - 1)
        letter = Image.new("L", (size, size), 0)
        ImageDraw.Draw(letter).text((radius, radius * 0.26), char, font=font, fill=255, anchor="mm")
        image.paste(255, mask=letter.rotate(-degrees, center=(radius, radius)))
    ink = np.asarray(image.rotate(rng.uniform(-25, 25)), np.float32)[:, :, None] / 255 * rng.uniform(0.6, 0.9)
    red = np.array([0.05, 0.85, 0.85], np.float32)
    return 1 - ink * red


def everything(picture: Pixels, rng: random.Random) -> Pixels:
    """All of it at once."""
    for damage in (stamped, rotated, perspective, uneven_light, blurred, noise, speckle):
        picture = damage(picture, rng)
    return picture
