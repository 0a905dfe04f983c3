"""Pivots: what a text speaks of, whatever its language."""

from __future__ import annotations

import pytest

from digests.stories.lexicon import apart
from digests.stories.pivot import proves
from digests.stories.pivots import pivots_of


def found(text: str, language: str) -> set[str]:
    return set(pivots_of("", text, language).weights)


@pytest.mark.parametrize(
    ("english", "ukrainian", "pivot"),
    [
        ("in Kharkiv region", "на Харківщині", "@Kharkiv"),
        ("near Pokrovsk", "під Покровськом", "@Pokrovsk"),
        ("in Chasiv Yar", "у Часовому Яру", "@Chasiv Yar"),
        ("at the Zaporizhzhia nuclear plant", "на Запорізькій АЕС", "@Zaporizhzhia nuclear plant"),
        ("in Saratov", "у Саратові", "@Saratov"),
        ("from South Korea", "з Південної Кореї", "!South Korea"),
        ("to 120,000 people", "для 120 тисяч людей", "#120000"),
        ("to 120,000 people", "для 120 000 людей", "#120000"),
        ("a loan of 1.1 billion", "позика 1,1 мільярда", "#1.1e+09"),
        ("with three others", "разом із трьома", "#3"),
        ("the envoy Witkoff", "посланця Віткоффа", "~vtkf"),
        ("prisoners came", "про полонених", "=prisoner"),
        ("a key rate of", "розмір облікової ставки", "=rate"),
    ],
)
def test_both_languages_meet(english: str, ukrainian: str, pivot: str) -> None:
    assert pivot in found(english, "en")
    assert pivot in found(ukrainian, "uk")


def test_russian_meets_them_too() -> None:
    assert {"@Saratov", "=refinery", "=drone"} <= found("дрон попал в НПЗ в Саратове", "ru")


@pytest.mark.parametrize("text", ["мир і рада", "суми боргу", "на час"])
def test_a_word_in_small_letters_is_no_place(text: str) -> None:
    assert not any(pivot[0] == "@" for pivot in found(text, "uk"))


def test_a_year_is_no_number_of_the_event() -> None:
    assert found("in 2026 and 1999", "en") == set()


def test_a_language_without_a_table_has_no_pivots() -> None:
    assert found("Drony w Charkowie", "pl") == set()


@pytest.mark.parametrize(
    ("one", "other", "are_apart"),
    [
        ({"@Kupiansk"}, {"@Kharkiv"}, False),
        ({"@Seoul"}, {"!South Korea"}, False),
        ({"@Saratov"}, {"@Pokrovsk"}, True),
        ({"@Zaporizhzhia nuclear plant"}, {"@Zaporizhzhia"}, True),
        (set(), {"@Pokrovsk"}, False),
    ],
)
def test_places_are_apart_unless_one_lies_in_the_other(
    one: set[str], other: set[str], are_apart: bool
) -> None:
    assert apart(one, other) is apart(other, one) is are_apart


@pytest.mark.parametrize(
    ("pivot", "proof"),
    [("@Izmail", True), ("~vtkf", True), ("#31", True), ("#3", False), ("=drone", False)],
)
def test_what_is_hardly_shared_by_chance(pivot: str, proof: bool) -> None:
    assert proves(pivot) is proof


@pytest.mark.parametrize(
    "text", ["x ² y", "x ٣٤ y", "x " + "9" * 400 + " y", "x 1.2.3 y", "10 000 000"]
)
def test_strange_numbers_do_no_harm(text: str) -> None:
    assert all(proves(pivot) in (True, False) for pivot in found(text, "en"))
