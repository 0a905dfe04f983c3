"""Sounding: a town, its region and its people are one place, in Russian and where we know no forms."""

from __future__ import annotations

import pytest

from digests.stories.pivot import EVERYWHERE
from digests.stories.pivots import pivots_of
from digests.stories.sounding import place_by_sound, places_heard


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("@Tver", ["Тверь", "Твери", "тверской", "tverskie"]),
        ("@Kharkiv", ["Харьков", "Харькове", "харьковчан", "Kharkiv", "kharkove", "harkovskoy"]),
        ("@Kyiv", ["Киев", "Киеве", "киевский", "kieve"]),
        ("@Odesa", ["Одесса", "одесский", "Odessie", "odesskoj"]),
        ("@Ulyanovsk", ["Ульяновск", "ульяновцы", "ulianovskoi"]),
        ("@Kazan", ["Казань", "Татарстан", "tatarstane"]),
        ("!Libya", ["Ливии", "liviyu"]),
    ],
)
def test_whatever_is_said_of_a_place_names_it(place: str, written: list[str]) -> None:
    assert {word: place_by_sound(word) for word in written} == dict.fromkeys(written, place)


@pytest.mark.parametrize(
    "word", ["курс", "школы", "случай", "сезон", "Иванов", "Ульянова", "Кевин", "Владимир", "чудо"]
)
def test_what_only_sounds_like_a_place_is_none(word: str) -> None:
    assert place_by_sound(word) == ""


def test_among_capitals_a_small_letter_is_no_place_unless_an_adjective() -> None:
    assert places_heard(["Выплаты", "суммы", "долга", "тверской", "школе"]) == ["@Tver"]


def test_without_capitals_every_word_may_be_a_place() -> None:
    assert places_heard(["vzryv", "odesse"]) == ["@Odesa"]


def test_a_russian_name_that_stems_mistake_is_no_place() -> None:
    assert pivots_of("Чудо-агрегат придумал Владимир", "", "ru").places == frozenset()


def test_an_english_name_is_the_place_as_it_is_written() -> None:
    assert pivots_of("Bank governor Mark Carney heard", "", "en").places == frozenset()
    assert pivots_of("Iranians and Ukrainians talk", "", "en").places == {"!Iran"}


def test_where_no_forms_are_known_an_article_still_has_places() -> None:
    pivots = pivots_of("Wybuch w Odessie", "", "pl")
    assert (pivots.places, pivots.weights) == ({"@Odesa"}, {})
    assert pivots_of("Wybuch", "Wybuch w Odessie i w Moskwie", "pl").places == {"@Odesa"}
    assert "@Moscow" in EVERYWHERE
