"""Places as people write them, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.audience.cities import CityTable, cities
from digests.audience.place import city_at, is_zone, nearest_cities, read_place, read_zone
from digests.errors import UnknownPlace
from digests.vocabulary import Language


@pytest.fixture(scope="module")
def table() -> CityTable:
    return cities()


@pytest.mark.parametrize(
    ("said", "ukrainian", "zone"),
    [
        ("Kyiv", "Київ", "Europe/Kyiv"),
        ("kiev", "Київ", "Europe/Kyiv"),
        ("Київ", "Київ", "Europe/Kyiv"),
        ("у Києві", "Київ", "Europe/Kyiv"),
        ("м. Київ", "Київ", "Europe/Kyiv"),
        ("Киев", "Київ", "Europe/Kyiv"),
        ("зі Львова", "Львів", "Europe/Kyiv"),
        ("в Одесі", "Одеса", "Europe/Kyiv"),
        ("Odesa", "Одеса", "Europe/Kyiv"),
        ("Харкові", "Харків", "Europe/Kyiv"),
        ("Харкoві", "Харків", "Europe/Kyiv"),  # with a Latin o
        ("Дніпрі", "Дніпро", "Europe/Kyiv"),
        ("Запоріжжі", "Запоріжжя", "Europe/Kyiv"),
        ("Кривому Розі", "Кривий Ріг", "Europe/Kyiv"),
        ("Білій Церкві", "Біла Церква", "Europe/Kyiv"),
        ("Чернівцях", "Чернівці", "Europe/Kyiv"),
        ("Рівному", "Рівне", "Europe/Kyiv"),
        ("Слов’янську", "Слов'янськ", "Europe/Kyiv"),
        ("Івано-Франківськ", "Івано-Франківськ", "Europe/Kyiv"),
        ("Луганськ", "Луганськ", "Europe/Kyiv"),
        ("Kyyiv", "Київ", "Europe/Kyiv"),
        ("Полтва область", "Полтва", "Europe/Kyiv"),
        ("Bakhmut", "Бахмут", "Europe/Kyiv"),
        ("Празі", "Прага", "Europe/Prague"),
        ("Warszawa", "Варшава", "Europe/Warsaw"),
        ("Варшва", "Варшава", "Europe/Warsaw"),
        ("Köln", "Кельн", "Europe/Berlin"),
        ("Koln", "Кельн", "Europe/Berlin"),
        ("Німеччина", "Берлін", "Europe/Berlin"),
        ("NYC", "Нью-Йорк", "America/New_York"),
        ("Нью-Йорку", "Нью-Йорк", "America/New_York"),
        ("I am in London", "Лондон", "Europe/London"),
        ("Paris, France", "Париж", "Europe/Paris"),
    ],
)
def test_a_city_is_known_by_its_names_its_cases_and_its_typos(
    table: CityTable, said: str, ukrainian: str, zone: str
) -> None:
    place = read_place(said, table)[0]
    assert (place.title(Language.UKRAINIAN), place.timezone) == (ukrainian, zone)


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("europe/kiev", "Europe/Kyiv"),
        ("america/new york", "America/New_York"),
        ("UTC", "Etc/UTC"),
        ("utc+3", "Etc/GMT-3"),
        ("GMT -5", "Etc/GMT+5"),
        ("+02:00", "Etc/GMT-2"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("EST", "America/New_York"),
        ("мск", "Europe/Moscow"),
        ("UTC+15", None),
        ("UTC+5:17", None),
        ("../../etc/passwd", None),
        ("Kyiv", None),
    ],
)
def test_a_zone_is_known_by_name_abbreviation_and_offset(said: str, zone: str | None) -> None:
    assert read_zone(said) == zone
    assert zone is None or is_zone(zone)


def test_of_two_cities_the_larger_is_meant_and_the_other_zone_is_offered(
    table: CityTable,
) -> None:
    zones = [place.timezone for place in read_place("London", table)]
    assert zones[0] == "Europe/London"
    assert "America/Toronto" in zones
    assert len(set(zones)) == len(zones)


def test_an_unknown_place_comes_with_the_nearest(table: CityTable) -> None:
    with pytest.raises(UnknownPlace) as refusal:
        read_place("Vinnitzaja", table)
    assert "Vinnytsia" in refusal.value.nearest


@pytest.mark.parametrize("said", ["", "  ", "🎉", "zzzz", "!?", "12345", "<b>", "' OR 1=1 --"])
def test_what_is_like_no_place_has_no_nearest(table: CityTable, said: str) -> None:
    with pytest.raises(UnknownPlace):
        read_place(said, table)


@pytest.mark.parametrize(
    ("latitude", "longitude", "name"),
    [
        (50.45, 30.52, "Kyiv"),
        (49.84, 24.03, "Lviv"),
        (51.5, -0.12, "London"),
        (-18, 179.99, "Suva"),
    ],
)
def test_a_location_has_a_nearest_city(
    table: CityTable, latitude: float, longitude: float, name: str
) -> None:
    city = city_at(latitude, longitude, table)
    zone = read_place(name, table)[0].timezone
    assert city.timezone == zone


@settings(max_examples=60, deadline=None)
@given(said=st.text(max_size=4096))
def test_any_text_is_a_place_or_a_clear_refusal(table: CityTable, said: str) -> None:
    try:
        places = read_place(said, table)
    except UnknownPlace:
        return
    assert all(is_zone(place.timezone) for place in places)


def test_every_city_has_a_zone_that_exists(table: CityTable) -> None:
    assert {zone for zone in {city.timezone for city in table.cities} if not is_zone(zone)} == set()


def test_nearest_is_bounded(table: CityTable) -> None:
    assert len(nearest_cities("Kharkov oblast region", table)) <= 4
