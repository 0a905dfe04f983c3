"""The week as a picture (rule): large type and few lines, for a phone, where it is a third as wide.

A light card, as the day's map is, and drawn in the same way: twice as large, then made smaller.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).with_name("fonts")
WIDTH = 1080
SMOOTH = 2
EDGE = 48
SMALL, PLAIN, LARGE = 38, 40, 48
"""Heights of type: on a phone, where the picture is some 340 wide, the smallest is 12."""

PAPER, INK, SOFT, LINE = "#faf8f2", "#22201b", "#6b6455", "#ddd7c8"
COLOURS = ("#2f5d7c", "#a3271d", "#c98a1b", "#22201b")
"""Digests, alerts, corrections, failures: told apart in grey too, and named in the legend."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure and what it counts."""

    figure: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: its name, its parts from the bottom up, and the sum as it is written."""

    label: str
    parts: tuple[int, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Row:
    """One topic: its name, its readers, and how that is written."""

    label: str
    value: int
    written: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the picture, in words already."""

    title: str
    moment: str
    tiles: tuple[Tile, ...]
    bars_title: str
    bars: tuple[Bar, ...]
    legend: tuple[str, ...]
    rows_title: str
    rows: tuple[Row, ...]


def draw(sheet: Sheet) -> bytes:
    """The picture as PNG."""
    from PIL import Image, ImageDraw

    height = 1082 + 64 * max(len(sheet.rows), 1)
    picture = Image.new("RGB", (WIDTH * SMOOTH, height * SMOOTH), PAPER)
    pen = _Pen(ImageDraw.Draw(picture))
    pen.text(EDGE, 28, sheet.title, LARGE, bold=True)
    pen.text(EDGE, 92, sheet.moment, SMALL, colour=SOFT)
    _tiles(pen, sheet.tiles, 146)
    pen.text(EDGE, 506, sheet.bars_title, PLAIN, bold=True)
    _legend(pen, sheet.legend, 564)
    _bars(pen, sheet.bars, 664, 940)
    pen.text(EDGE, 1006, sheet.rows_title, PLAIN, bold=True)
    _rows(pen, sheet.rows, 1062)
    small = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.quantize(256).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Draws in the small picture's pixels."""

    def __init__(self, pen: ImageDraw) -> None:
        self._pen = pen

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        *,
        bold: bool = False,
        colour: str = INK,
        anchor: str = "la",
    ) -> None:
        font = _font("SemiBold" if bold else "Regular", size)
        self._pen.text((x * SMOOTH, y * SMOOTH), words, colour, font, anchor=anchor)

    def width(self, words: str, size: int, *, bold: bool = False) -> float:
        font = _font("SemiBold" if bold else "Regular", size)
        return self._pen.textlength(words, font) / SMOOTH

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        if right > left and bottom > top:
            corners = [side * SMOOTH for side in (left, top, right, bottom)]
            self._pen.rectangle(corners, fill=colour)


def _tiles(pen: _Pen, tiles: Sequence[Tile], top: float) -> None:
    """Two beside each other."""
    breadth = (WIDTH - 2 * EDGE) / 2
    for index, tile in enumerate(tiles):
        left, upper = EDGE + index % 2 * breadth, top + index // 2 * 176
        size = _fitting(pen, tile.figure, breadth - 24, 72)
        pen.text(left, upper + 76, tile.figure, size, bold=True, anchor="ls")
        for line, words in enumerate(_wrapped(pen, tile.label, breadth - 24, SMALL)[:2]):
            pen.text(left, upper + 84 + line * 44, words, SMALL, colour=SOFT)


def _fitting(pen: _Pen, words: str, breadth: float, size: int) -> int:
    """The largest height, at most ``size``, in which the words are no broader."""
    while pen.width(words, size, bold=True) > breadth and size > SMALL // 2:
        size -= 2
    return size


def _wrapped(pen: _Pen, words: str, breadth: float, size: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and pen.width(longer, size) > breadth:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _legend(pen: _Pen, names: Sequence[str], top: float) -> None:
    x = float(EDGE)
    for colour, name in zip(COLOURS, names, strict=False):
        breadth = 38 + pen.width(name, SMALL)
        if x + breadth > WIDTH - EDGE:
            x, top = float(EDGE), top + 46
        pen.box(x, top + 9, x + 28, top + 37, colour)
        pen.text(x + 38, top + 22, name, SMALL, colour=SOFT, anchor="lm")
        x += breadth + 30


def _bars(pen: _Pen, bars: Sequence[Bar], top: float, bottom: float) -> None:
    highest = max([sum(bar.parts) for bar in bars] + [1])
    step = (WIDTH - 2 * EDGE) / len(bars)
    pen.box(EDGE, bottom, WIDTH - EDGE, bottom + 2, LINE)
    for index, bar in enumerate(bars):
        left, level = EDGE + index * step + step * 0.16, bottom
        right, middle = left + step * 0.68, left + step * 0.34
        for colour, part in zip(COLOURS, bar.parts, strict=False):
            rise = (bottom - top - 50) * part / highest
            # What happened can be seen, however little it is beside the rest.
            rise = max(rise, 4) if part else 0
            pen.box(left, level - rise, right, level, colour)
            level -= rise
        size = _fitting(pen, bar.total, step - 6, SMALL)
        pen.text(middle, level - 8, bar.total, size, bold=True, anchor="ms")
        pen.text(middle, bottom + 8, bar.label, SMALL, colour=SOFT, anchor="ma")


def _rows(pen: _Pen, rows: Sequence[Row], top: float) -> None:
    most = max([row.value for row in rows] + [1])
    breadth = max([pen.width(row.label, SMALL) for row in rows] + [0]) + 24
    room = WIDTH - 2 * EDGE - breadth
    room -= max([pen.width(row.written, SMALL, bold=True) for row in rows] + [0]) + 20
    for index, row in enumerate(rows):
        middle = top + index * 64 + 26
        pen.text(EDGE, middle, row.label, SMALL, anchor="lm")
        left, length = EDGE + breadth, max(room * row.value / most, 4)
        pen.box(left, middle - 18, left + length, middle + 18, COLOURS[0])
        pen.text(left + length + 14, middle, row.written, SMALL, bold=True, anchor="lm")


@cache
def _font(weight: str, height: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / f"NotoSans-{weight}.ttf", height * SMOOTH)
