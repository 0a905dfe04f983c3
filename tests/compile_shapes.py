"""Compiles bot/rendering/shapes.json.gz from Natural Earth's countries (public domain), 1:10 million.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m tests.compile_shapes package/countries-10m.json

The shapes stay lines that neighbours share, so that a border is drawn once and no gap opens. Natural
Earth draws who holds a land, not whose it is: Crimea is put back into Ukraine, and what no other state
but one recognises into the state it lies in. Lines are thinned: finely where most of our news happens.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.core import get_global

TABLE = Path(__file__).parents[1] / "bot" / "rendering" / "shapes.json.gz"

SIMFEROPOL = (34.1, 44.95)
HELD_WITHOUT_RIGHT = {
    "N. Cyprus": "Cyprus", "Cyprus U.N. Buffer Zone": "Cyprus", "Somaliland": "Somalia",
    "Baikonur": "Kazakhstan",
}  # fmt: skip
LEFT_OUT = {"Antarctica"}

GRID = 0.01
"""Degrees; positions are whole numbers of it."""

NEAR = (-12.0, 10.0, 66.0, 66.0)
"""West, south, east, north: Europe and the Middle East."""
NEAR_TO, FAR_TO = 0.015, 0.08
"""By how many degrees a thinned line may miss the true one."""
SMALLEST = 0.02
"""Square degrees below which an island is left out, near; ten times as much far away."""

TWO_LETTERS = get_global("territory_aliases")
"""CLDR knows the numbers that Natural Earth calls countries by."""

Point = tuple[float, float]
Ring = list[int]


def main(source: Path) -> None:
    """Writes the table; the same data give the same bytes."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    arcs = [thinned(arc) for arc in decoded(topology)]
    lands = countries(topology, arcs)
    codes = {
        shape["properties"]["name"]: TWO_LETTERS.get(shape.get("id", ""), [""])[0] or None
        for shape in topology["objects"]["countries"]["geometries"]
    }
    used = sorted({line(index) for rings in lands.values() for ring in rings for index in ring})
    number = {index: place for place, index in enumerate(used)}
    table = {
        "grid": GRID,
        "lines": [packed(arcs[index]) for index in used],
        "lands": {
            name: {
                "code": codes.get(name),
                "rings": [[renumbered(index, number) for index in ring] for ring in rings],
            }
            for name, rings in sorted(lands.items())
        },
    }
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False)
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(lands)} lands, {len(used)} lines, {TABLE.stat().st_size / 1e3:.0f} kB")


def line(index: int) -> int:
    """The line's number, whichever way it is walked: -1 is the first one backwards."""
    return ~index if index < 0 else index


def renumbered(index: int, number: dict[int, int]) -> int:
    """The same step with the lines' new numbers."""
    return ~number[~index] if index < 0 else number[index]


def decoded(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """The lines in degrees."""
    (scale_x, scale_y), (x0, y0) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + x0, y * scale_y + y0))
        yield points


def thinned(points: list[Point]) -> list[Point]:
    """Douglas and Peucker's way: a point stays where leaving it out would be seen."""
    is_near = any(
        NEAR[0] <= x <= NEAR[2] and NEAR[1] <= y <= NEAR[3] for x, y in (points[0], points[-1])
    )
    most = NEAR_TO if is_near else FAR_TO
    kept = {0, len(points) - 1}
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        far, index = max(
            (_distance(points[i], points[first], points[last]), i) for i in range(first + 1, last)
        )
        if far > most:
            kept.add(index)
            waiting += [(first, index), (index, last)]
    return [(_on_grid(x), _on_grid(y)) for x, y in map(points.__getitem__, sorted(kept))]


def _on_grid(degrees: float) -> float:
    return round(round(degrees / GRID) * GRID, 2)


def _distance(point: Point, one: Point, other: Point) -> float:
    """From a point to the stretch between two others."""
    (px, py), (ax, ay), (bx, by) = point, one, other
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length if length else 0
    along = min(1, max(0, along))
    return float(((px - ax - along * (bx - ax)) ** 2 + (py - ay - along * (by - ay)) ** 2) ** 0.5)


def countries(topology: dict[str, Any], arcs: list[list[Point]]) -> dict[str, list[Ring]]:
    """The rings of each land. Holes need none of their own: what lies in them is drawn over them."""
    lands: dict[str, list[Ring]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        name = HELD_WITHOUT_RIGHT.get(name, name)
        if "arcs" not in shape or name in LEFT_OUT:
            continue
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        for ring in (polygon[0] for polygon in polygons):
            points = walked(ring, arcs)
            whose = "Ukraine" if name == "Russia" and holds(points, SIMFEROPOL) else name
            lands.setdefault(whose, []).append(ring)
    seen = {name: _seen(rings, arcs) for name, rings in lands.items()}
    return {name: rings for name, rings in seen.items() if rings}


def walked(ring: Sequence[int], arcs: Sequence[Sequence[Point]]) -> list[Point]:
    """A ring's points, its lines walked one after the other."""
    points: list[Point] = []
    for index in ring:
        steps = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += steps[1:] if points else steps
    return points


def holds(ring: Sequence[Point], point: Point) -> bool:
    """Whether the point lies within: an odd number of sides is crossed on the way out."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _seen(rings: list[Ring], arcs: list[list[Point]]) -> list[Ring]:
    """Without the smallest islands; of the smallest lands the largest island stays."""
    size = [area(walked(ring, arcs)) for ring in rings]
    return [
        ring
        for ring, extent in zip(rings, size, strict=True)
        if extent and (extent == max(size) or extent >= _least(walked(ring, arcs)[0]))
    ]


def area(ring: Sequence[Point]) -> float:
    """Square degrees."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def _least(point: Point) -> float:
    x, y = point
    is_near = NEAR[0] <= x <= NEAR[2] and NEAR[1] <= y <= NEAR[3]
    return SMALLEST if is_near else 10 * SMALLEST


def packed(points: Sequence[Point]) -> list[int]:
    """Steps on the grid, one after the other: x, y, then by how much each next point differs."""
    steps: list[int] = []
    at = (0, 0)
    for x, y in points:
        there = (round(x / GRID), round(y / GRID))
        steps += [there[0] - at[0], there[1] - at[1]]
        at = there
    return steps


if __name__ == "__main__":
    main(Path(sys.argv[1]))
