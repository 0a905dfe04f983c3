"""The places that a text names, as people must read them: no city for its region, no army for a place."""

from __future__ import annotations

import pytest

from bot.rendering.places import place_title
from digests.errors import UnknownPlace
from digests.stories.pivots import pivots_of, placed
from digests.stories.place_names import named_in, places_named
from digests.stories.regions import city_for, region_of, regions
from digests.stories.whereabouts import country_code, whereabouts
from digests.stories.words import tokens


@pytest.mark.parametrize(
    ("text", "language", "places"),
    [
        ("Explosions in Kharkiv", "en", ["Kharkiv"]),
        ("Вибухи в Харкові та Чугуєві", "uk", ["Kharkiv", "Chuhuiv"]),
        ("Explosions in Kharkiv region", "en", ["Kharkiv region"]),
        ("Вибухи на Харківщині", "uk", ["Kharkiv region"]),
        ("Вибухи у Харківській області", "uk", ["Kharkiv region"]),
        ("Харківська ОВА: обстріл Чугуєва", "uk", ["Kharkiv region", "Chuhuiv"]),
        ("Strikes in Donetsk and Luhansk regions", "en", ["Donetsk region", "Luhansk region"]),
        ("У Донецькій та Луганській областях", "uk", ["Donetsk region", "Luhansk region"]),
        ("Жителі Донецька чули вибухи", "uk", ["Donetsk"]),
        ("Вибухи на Волині та в Луцьку", "uk", ["Volyn region", "Lutsk"]),
        ("Обстріл Куп'янського району", "uk", []),
        ("Shelling of Kupiansk district", "en", []),
        ("Пожежа на Харківському тракторному заводі", "uk", []),
        ("Вибухи у Хмельницькому", "uk", ["Khmelnytskyi"]),
        ("Israeli strike on Gaza", "en", ["Gaza"]),
        ("Іранські ракети впали в Ізраїлі", "uk", ["Israel"]),
        ("Explosions near Luhansk", "en", ["Luhansk"]),
        ("Bombes sur Kharkiv", "fr", []),
    ],
)
def test_what_a_text_names_and_not_what_only_looks_so(
    text: str, language: str, places: list[str]
) -> None:
    assert [one.name for one in named_in(tokens(text), language)] == places


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("kharkiv", ["Kharkiv"]),
        ("у Харкові", ["Kharkiv"]),
        ("Чугуїв, вовчанськ", ["Chuhuiv", "Vovchansk"]),
        ("харківщина", ["Kharkiv region"]),
        ("Харьковская область", ["Kharkiv region"]),
        ("Кам'янець-Подільський", ["Kamianets-Podilskyi"]),
        ("червоне море", ["Red Sea"]),
        ("moscow", ["Moscow"]),
        ("польщі", ["Poland"]),
        ("Kharkiv, kharkiv", ["Kharkiv"]),
    ],
)
def test_a_typed_name_is_known_in_any_language_form_and_case(said: str, places: list[str]) -> None:
    assert places_named(said) == places


@pytest.mark.parametrize(
    ("said", "named", "like_it"),
    [
        ("Kharkyv", "Kharkyv", ("Kharkiv",)),
        ("Kharkiv, Khersson", "Khersson", ("Kherson",)),
        # Six look like it; the three likeliest are offered.
        ("Oleksandrivkaa", "Oleksandrivkaa", ("Oleksandrivka", "Oleksandrivsk", "Oleksandriia")),
        ("qqqq", "qqqq", ()),
        (",", ",", ()),
        ("x" * 500, "x" * 60, ()),
    ],
)
def test_an_unknown_name_is_named_with_what_is_like_it(
    said: str, named: str, like_it: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownPlace) as refusal:
        places_named(said)
    assert (refusal.value.said, refusal.value.nearest) == (named, like_it)


def test_every_region_has_its_city_in_the_gazetteer_and_a_name_in_both_languages() -> None:
    for name, region in regions().items():
        assert whereabouts(region.city)
        assert country_code(name) is None
        assert place_title(name, "en") == name
        assert place_title(name, "uk") != name
    assert (region_of("Donetsk"), city_for("Donbas")) == ("Donetsk region", "Donetsk")


@pytest.mark.parametrize(
    ("place", "english", "ukrainian"),
    [
        ("Kharkiv", "Kharkiv", "Харків"),
        ("Kharkiv region", "Kharkiv region", "Харківська область"),
        ("Poland", "Poland", "Польща"),
        ("Nowhere", "Nowhere", "Nowhere"),
    ],
)
def test_readers_see_a_place_in_their_language(place: str, english: str, ukrainian: str) -> None:
    assert (place_title(place, "en"), place_title(place, "uk")) == (english, ukrainian)


def test_places_that_somebody_chose_stand_for_those_that_the_words_name() -> None:
    pivots = placed(pivots_of("Depot in Kherson burns", "", "en"), ["Luhansk region", "Poland"])
    assert pivots.places == {"@Luhansk", "!Poland"}
    assert "@Kherson" not in pivots.weights
    assert "@Luhansk" in pivots.weights
