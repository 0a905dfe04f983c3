"""The day's map as a picture (rule): where stories happened, by number.

A light card that reads on a dark chat and a bright one, at the width of a phone. It is drawn twice as
large and made smaller, which smooths every line.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale

from bot.rendering.shapes import Land, Point, world

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).with_name("fonts")

WIDTH = 1080
"""Pixels: what a phone shows on its 390, at a density of nearly three."""
SMOOTH = 2
LOWEST, TALLEST = 640, 1080
TEXT, SMALL = 34, 26
"""Pixels high: 12 and 9 on a phone."""

SEA, LAND, HOME, BORDER = "#cfdde6", "#f3efe6", "#fffdf6", "#a89f8d"
OUTLINE, FAINT, INK, DOT, NUMBER = "#5d5646", "#736b59", "#22201b", "#a3271d", "#ffffff"
HOME_CODE = "UA"

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; of a frame: west, south, east, north."""

FRAMES: tuple[Box, ...] = (
    (21.8, 44.0, 40.6, 52.7),
    (19.0, 43.0, 50.5, 60.5),
    (29.0, 11.5, 63.5, 42.5),
    (-11.0, 34.5, 45.0, 66.0),
    (94.0, 17.0, 147.0, 55.0),
    (-30.0, -5.0, 80.0, 68.0),
    (-170.0, -56.0, 180.0, 75.0),
)
"""Ukraine; with Russia up to the Volga; the Middle East; Europe; the Far East; half the world; all."""

ENOUGH = 0.6
"""The share of the places that a frame must show; what lies outside is told in words."""

RUSSIA_NAMED_AT = (
    (38.6, 51.9),
    (36.5, 52.3),
    (39.4, 50.9),
    (44.0, 55.5),
    (60.0, 60.0),
    (105.0, 62.0),
)
"""Its middle lies beyond most maps."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place, and the numbers of the stories that happened there."""

    at: Point
    name: str
    numbers: tuple[int, ...]


def frame_of(points: Sequence[Point]) -> Box:
    """The smallest of the frames that shows enough of the places."""
    return next(
        (
            frame
            for frame in FRAMES
            if sum(_lies_in(point, frame) for point in points) >= ENOUGH * len(points)
        ),
        FRAMES[-1],
    )


def split(dots: Iterable[Dot]) -> tuple[list[Dot], list[Dot]]:
    """The places that the map of these shows, and those that lie outside it."""
    known = list(dots)
    frame = frame_of([dot.at for dot in known])
    shown = [dot for dot in known if _lies_in(dot.at, frame)]
    return shown, [dot for dot in known if dot not in shown]


def draw(dots: Sequence[Dot], language: str, credit: str) -> bytes:
    """The picture as PNG; ``credit`` says whose shapes and names they are."""
    from PIL import Image, ImageDraw

    canvas = _Canvas(frame_of([dot.at for dot in dots]))
    picture = Image.new("RGB", canvas.size, SEA)
    pen = ImageDraw.Draw(picture)
    _draw_lands(pen, canvas)
    taken = _draw_credit(pen, canvas, credit)
    shown = [dot for dot in dots if _lies_in(dot.at, canvas.frame)]
    _draw_dots(pen, canvas, shown, taken)
    _draw_names(pen, canvas, language, taken)
    return _png(picture)


def _png(picture: Image) -> bytes:
    from PIL import Image

    size = (picture.width // SMOOTH, picture.height // SMOOTH)
    smooth = picture.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    smooth.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Canvas:
    """From degrees to pixels: a degree of longitude as wide as it is in the frame's middle."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        west, south, east, north = frame
        self._narrow = math.cos(math.radians((south + north) / 2))
        self._scale = WIDTH * SMOOTH / ((east - west) * self._narrow)
        height = (north - south) * self._scale
        self.size = WIDTH * SMOOTH, round(min(max(height, LOWEST * SMOOTH), TALLEST * SMOOTH))
        self._drop = (self.size[1] - height) / 2

    def __call__(self, point: Point) -> tuple[float, float]:
        west, _, _, north = self.frame
        x, y = point
        return (x - west) * self._narrow * self._scale, (north - y) * self._scale + self._drop


def _draw_lands(pen: ImageDraw, canvas: _Canvas) -> None:
    for land in world().lands:
        for ring in land.rings:
            if _is_near(ring, canvas.frame):
                colour = HOME if land.code == HOME_CODE else LAND
                pen.polygon([canvas(point) for point in ring], fill=colour)
    for line in world().borders:
        if _is_near(line, canvas.frame):
            pen.line([canvas(point) for point in line], fill=BORDER, width=2 * SMOOTH)
    home = world().land_of(HOME_CODE)
    for ring in home.rings if home else ():
        points = [canvas(point) for point in (*ring, ring[0])]
        pen.line(points, fill=OUTLINE, width=3 * SMOOTH, joint="curve")


def _draw_credit(pen: ImageDraw, canvas: _Canvas, credit: str) -> list[Box]:
    font = _font("Regular", 20)
    width = pen.textlength(credit, font)
    at = (canvas.size[0] - width - 12 * SMOOTH, canvas.size[1] - 34 * SMOOTH)
    pen.text(at, credit, FAINT, font)
    return [(at[0], at[1], at[0] + width, at[1] + 30 * SMOOTH)]


def _draw_dots(pen: ImageDraw, canvas: _Canvas, dots: Sequence[Dot], taken: list[Box]) -> None:
    points = [canvas(dot.at) for dot in dots]
    # No label may hide a place.
    taken += [_around(x, y, 9 * SMOOTH) for x, y in points]
    for dot, (x, y) in zip(dots, points, strict=True):
        label = _Label(pen, dot)
        box = next(_free(label, x, y, canvas, taken))
        taken.append(box)
        pen.line(((x, y), _nearest(box, x, y)), fill=DOT, width=3 * SMOOTH)
        pen.ellipse(_around(x, y, 8 * SMOOTH), fill=DOT, outline=NUMBER, width=2 * SMOOTH)
        label.draw(pen, box)


class _Label:
    """A number's badge and a place's name, on a light ground."""

    def __init__(self, pen: ImageDraw, dot: Dot) -> None:
        self._number = " · ".join(map(str, dot.numbers))
        self._name = dot.name
        self._bold, self._plain = _font("SemiBold", TEXT), _font("Regular", TEXT)
        self._badge = max(pen.textlength(self._number, self._bold) + 24 * SMOOTH, 46 * SMOOTH)
        self.width = self._badge + pen.textlength(self._name, self._plain) + 24 * SMOOTH
        self.height = 46 * SMOOTH

    def draw(self, pen: ImageDraw, box: Box) -> None:
        left, top, _, bottom = box
        middle = (top + bottom) / 2
        round_ = self.height / 2
        pen.rounded_rectangle(box, round_, fill=HOME, outline=DOT, width=2 * SMOOTH)
        badge = (left, top, left + self._badge, bottom)
        pen.rounded_rectangle(badge, round_, fill=DOT)
        at = (left + self._badge / 2, middle)
        pen.text(at, self._number, NUMBER, self._bold, anchor="mm")
        at = (left + self._badge + 10 * SMOOTH, middle)
        pen.text(at, self._name, INK, self._plain, anchor="lm")


def _free(
    label: _Label, x: float, y: float, canvas: _Canvas, taken: Sequence[Box]
) -> Iterator[Box]:
    """Where the label hides nothing, the nearest first; in the end wherever it stays on the card."""
    boxes = [
        _kept_in((left, top, left + label.width, top + label.height), canvas.size)
        for distance in (18, 40, 70, 110, 160, 220)
        for left, top in _beside(label, x, y, distance * SMOOTH)
    ]
    yield from (box for box in boxes if not any(_overlap(box, other) for other in taken))
    yield min(boxes, key=lambda box: sum(_shared(box, other) for other in taken))


def _beside(label: _Label, x: float, y: float, away: float) -> Iterator[tuple[float, float]]:
    right, left, middle = x + away, x - away - label.width, x - label.width / 2
    level, above, below = y - label.height / 2, y - away - label.height, y + away
    yield from ((right, level), (left, level), (middle, above), (middle, below))
    yield from ((right, above), (right, below), (left, above), (left, below))


def _draw_names(pen: ImageDraw, canvas: _Canvas, language: str, taken: list[Box]) -> None:
    """The lands' names, faint, where nothing else stands."""
    font, names = _font("Regular", SMALL), Locale(language).territories
    for land in world().lands:
        places = RUSSIA_NAMED_AT if land.code == "RU" else (land.middle,)
        name = names.get(land.code, "") if land.code else ""
        half = pen.textlength(name, font) / 2
        if not name or 2 * half > _breadth(land, canvas):
            continue
        for x, y in map(canvas, places):
            box = (x - half, y - SMALL * SMOOTH / 2, x + half, y + SMALL * SMOOTH / 2)
            fits = _kept_in(box, canvas.size) == box
            if fits and not any(_overlap(box, other) for other in taken):
                pen.text((x, y), name, FAINT, font, anchor="mm")
                taken.append(box)
                break


def _breadth(land: Land, canvas: _Canvas) -> float:
    """How many pixels its largest part is broad on this map; 0 where it is not seen."""
    if not _is_near(land.largest, canvas.frame):
        return 0
    xs = [canvas(point)[0] for point in land.largest]
    return max(xs) - min(xs)


@cache
def _font(weight: str, height: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / f"NotoSans-{weight}.ttf", height * SMOOTH)


def _lies_in(point: Point, frame: Box) -> bool:
    west, south, east, north = frame
    return west <= point[0] <= east and south <= point[1] <= north


def _is_near(line: Sequence[Point], frame: Box) -> bool:
    """Whether any of it may be seen."""
    west, south, east, north = frame
    xs, ys = [x for x, _ in line], [y for _, y in line]
    return min(xs) <= east and max(xs) >= west and min(ys) <= north and max(ys) >= south


def _around(x: float, y: float, radius: float) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    left, top, right, bottom = box
    return min(max(x, left), right), min(max(y, top), bottom)


def _kept_in(box: Box, size: tuple[int, int]) -> Box:
    """The box moved onto the card."""
    edge = 8 * SMOOTH
    left, top, right, bottom = box
    move_x = max(edge - left, 0) or min(size[0] - edge - right, 0)
    move_y = max(edge - top, 0) or min(size[1] - edge - bottom, 0)
    return left + move_x, top + move_y, right + move_x, bottom + move_y


def _overlap(one: Box, other: Box) -> bool:
    return _shared(one, other) > 0


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0) * max(high, 0)
