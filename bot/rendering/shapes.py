"""The lands of the world, as ``shapes.json.gz`` holds them: Natural Earth's, public domain, compiled by
``python -m tests.compile_shapes``. Ukraine is whole in them.

Read when the first map is drawn: 4 MB that a bot without maps never needs.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHAPES = Path(__file__).with_name("shapes.json.gz")

Point = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Land:
    """One country: its outer rings."""

    name: str
    """As Natural Earth has it."""
    code: str | None
    """Two letters of ISO 3166; none for a reef or a base."""
    rings: tuple[tuple[Point, ...], ...]

    def holds(self, point: Point) -> bool:
        """Whether the point lies in it."""
        return any(_holds(ring, point) for ring in self.rings)

    @property
    def largest(self) -> tuple[Point, ...]:
        """The ring of its largest part."""
        return max(self.rings, key=lambda ring: abs(_doubled_area(ring)))

    @property
    def middle(self) -> Point:
        """The middle of its largest part: where a map may write its name."""
        return _centre(self.largest)


@dataclass(frozen=True, slots=True)
class World:
    """All lands, and the lines between two of them."""

    lands: tuple[Land, ...]
    borders: tuple[tuple[Point, ...], ...]

    def land(self, name: str) -> Land | None:
        """The land of this name."""
        return next((land for land in self.lands if land.name == name), None)

    def land_of(self, code: str) -> Land | None:
        """The land of this two-letter code."""
        return next((land for land in self.lands if land.code == code), None)


@cache
def world() -> World:
    """Everything, read once."""
    table = json.loads(gzip.decompress(SHAPES.read_bytes()))
    lines = [_unpacked(steps, table["grid"]) for steps in table["lines"]]
    lands = tuple(
        Land(name, land["code"], tuple(_walked(ring, lines) for ring in land["rings"]))
        for name, land in table["lands"].items()
    )
    # A line that two lands share is a border; one inside a land (Crimea's north) has it twice.
    owners = [
        {~index if index < 0 else index for ring in land["rings"] for index in ring}
        for land in table["lands"].values()
    ]
    shared = Counter(index for lines_of_one in owners for index in lines_of_one)
    borders = tuple(tuple(lines[index]) for index, times in sorted(shared.items()) if times > 1)
    return World(lands, borders)


def _unpacked(steps: Sequence[int], grid: float) -> list[Point]:
    x = y = 0
    points = []
    for step_x, step_y in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + step_x, y + step_y
        points.append((x * grid, y * grid))
    return points


def _walked(ring: Sequence[int], lines: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    points: list[Point] = []
    for index in ring:
        line = lines[index] if index >= 0 else lines[~index][::-1]
        points += line[1:] if points else line
    whole = tuple(_unbroken(points))
    # Wherever the ring began, most of it lies on the map.
    turn = 360 * round(sum(x for x, _ in whole) / len(whole) / 360)
    return tuple((x - turn, y) for x, y in whole)


def _unbroken(points: Sequence[Point]) -> Iterator[Point]:
    """A ring that crosses the date line goes on beyond it, and does not jump around the world."""
    before, turn = points[0][0], 0.0
    for x, y in points:
        if abs(x - before) > 180:
            turn += 360 if x < before else -360
        before = x
        yield x + turn, y


def _holds(ring: Sequence[Point], point: Point) -> bool:
    """An odd number of sides is crossed on the way out."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _doubled_area(ring: Sequence[Point]) -> float:
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)


def _centre(ring: Sequence[Point]) -> Point:
    area = _doubled_area(ring)
    x = y = 0.0
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = ax * by - bx * ay
        x, y = x + (ax + bx) * cross, y + (ay + by) * cross
    return x / (3 * area), y / (3 * area)
