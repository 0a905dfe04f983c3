"""The day's map: lands as the law has them, places where they are, nothing hidden, the same every time."""

from __future__ import annotations

import io
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.rendering import map as day_map
from bot.rendering.map import FRAMES, WIDTH, Dot, draw, frame_of, split
from bot.rendering.shapes import world
from digests.stories.lexicon import PLACES
from digests.stories.whereabouts import TABLE, country_code, whereabouts

ROOT = Path(__file__).parents[2]
UKRAINE, MIDDLE_EAST = FRAMES[0], FRAMES[2]


def dot(place: str, *numbers: int, language: str = "en") -> Dot:
    found = whereabouts(place)
    assert found is not None, place
    return Dot((found.longitude, found.latitude), found.names[language], numbers or (1,))


@pytest.mark.parametrize(
    ("town", "longitude", "latitude", "code"),
    [
        ("Simferopol", 34.10, 44.95, "UA"),
        ("Sevastopol", 33.55, 44.60, "UA"),
        ("Kerch", 36.45, 45.33, "UA"),
        ("Donetsk", 37.80, 48.00, "UA"),
        ("Luhansk", 39.30, 48.57, "UA"),
        ("Mariupol", 37.55, 47.10, "UA"),
        ("Kherson", 32.60, 46.65, "UA"),
        ("Uzhhorod", 22.35, 48.62, "UA"),
        ("Rostov-on-Don", 39.70, 47.23, "RU"),
        ("Krasnodar", 38.97, 45.03, "RU"),
        ("Taman", 36.70, 45.20, "RU"),
        ("Belgorod", 36.60, 50.60, "RU"),
        ("Tiraspol", 29.65, 46.85, "MD"),
        ("Kyrenia", 33.25, 35.27, "CY"),
        ("Vladivostok", 131.90, 43.13, "RU"),
    ],
)
def test_every_town_lies_in_the_land_that_the_law_says(
    town: str, longitude: float, latitude: float, code: str
) -> None:
    """Ukraine is whole; no line of ours gives a part of it away."""
    assert [land.code for land in world().lands if land.holds((longitude, latitude))] == [code]


def test_there_is_no_border_between_crimea_and_the_rest_of_ukraine() -> None:
    isthmus = [(x, y) for line in world().borders for x, y in line if 33 < x < 36 and 45 < y < 46.5]
    assert isthmus == []


def test_positions_are_those_of_towns_and_not_finer() -> None:
    import gzip

    rows = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    for row in rows:
        _, latitude, *others = row.split("\t")
        if not others:
            continue
        longitude, english, ukrainian = others
        for degrees in (float(latitude), float(longitude)):
            assert abs(degrees * 20 - round(degrees * 20)) < 1e-6
        assert english
        assert ukrainian


def test_every_place_of_the_gazetteer_has_its_position_and_every_country_its_letters() -> None:
    import gzip

    for row in gzip.decompress(PLACES.read_bytes()).decode().splitlines():
        name, kind, *_ = row.split("\t")
        if kind == "country" and whereabouts(name) is None:
            assert country_code(name), name
        else:
            assert whereabouts(name), name


@pytest.mark.parametrize(
    ("places", "frame"),
    [
        (["Kharkiv", "Odesa"], UKRAINE),
        (["Kharkiv", "Odesa", "Sumy", "Seoul"], UKRAINE),
        (["Gaza", "Tehran"], MIDDLE_EAST),
        (["Kharkiv", "Saratov", "Moscow"], FRAMES[1]),
        (["Seoul", "Washington", "Kyiv", "Caracas"], FRAMES[-1]),
    ],
)
def test_the_map_is_of_where_most_of_it_happened(
    places: list[str], frame: tuple[float, ...]
) -> None:
    assert frame_of([dot(place).at for place in places]) == frame


def test_what_lies_outside_is_not_lost() -> None:
    shown, elsewhere = split([dot("Kharkiv", 1), dot("Odesa", 2), dot("Seoul", 3)])
    assert [one.numbers for one in shown] == [(1,), (2,)]
    assert [one.name for one in elsewhere] == ["Seoul"]


@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_picture_is_as_wide_as_a_phone_wants_it_and_the_same_every_time(language: str) -> None:
    dots = [dot("Kharkiv", 1, 4, language=language), dot("Odesa", 2, language=language)]
    picture = draw(dots, language, "Natural Earth")
    assert draw(dots, language, "Natural Earth") == picture
    size = Image.open(io.BytesIO(picture)).size
    assert size[0] == WIDTH
    assert 640 <= size[1] <= 1080
    assert len(picture) < 150_000


NAMES = ["Kharkiv", "Kupiansk", "Pokrovsk", "Luhansk", "Zaporizhzhia", "Kherson", "Sumy", "Odesa"]


@given(st.sets(st.sampled_from(NAMES), min_size=1))
def test_no_label_hides_another_or_a_place(names: set[str]) -> None:
    dots = [dot(name, number) for number, name in enumerate(sorted(names), 1)]
    canvas = day_map._Canvas(UKRAINE)
    taken: list[day_map.Box] = []
    pen = ImageDraw.Draw(Image.new("RGB", canvas.size))
    day_map._draw_dots(pen, canvas, dots, taken)
    for one, other in combinations(taken[len(dots) :], 2):
        assert not day_map._overlap(one, other)
    for place in taken[: len(dots)]:
        assert not any(day_map._overlap(place, label) for label in taken[len(dots) :])


def test_a_bot_without_maps_carries_none() -> None:
    """Pillow and the shapes are loaded by the first map."""
    code = "import sys, bot.rendering.map; print('PIL' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
