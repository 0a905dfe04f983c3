"""Where an alert happened: proposed from its text, changed by people, and following a text that changes."""

from __future__ import annotations

import pytest

from digests.alerts.places import MOST, carried, joined, offered, proposed, toggled
from digests.errors import Stale, TooManyPlaces


@pytest.mark.parametrize(
    ("text", "language", "places"),
    [
        ("Strike on a depot near Luhansk\nA depot burns.", "en", ("Luhansk",)),
        ("Вибухи на Харківщині\nУ Чугуєві пожежа.", "uk", ("Kharkiv region", "Chuhuiv")),
        ("Moscow denies strikes on Kyiv", "en", ("Kyiv",)),
        ("Poland scrambles jets, missiles over Lviv", "en", ("Lviv", "Poland")),
        ("Kharkiv, Sumy, Kherson, Odesa under attack", "en", ("Kharkiv", "Sumy", "Kherson")),
        ("Nothing is known yet", "en", ()),
        ("Kyiv says three drones fell in Odesa", "en", ("Odesa",)),
        ("Drones over Kyiv, Kyiv says", "en", ("Kyiv",)),
        ("Officials said Kyiv was hit", "en", ("Kyiv",)),
        ("Kyiv and Minsk deny it", "en", ()),
        ("Київ заявив про удар по Одесі", "uk", ("Odesa",)),
        ("Київ і Мінськ також заперечують", "uk", ()),
        ("Вибухи в Сумах, заявив Київ", "uk", ("Sumy",)),
        ("Дрони атакували Київ, повідомили в Міноборони", "uk", ("Kyiv",)),
        ("У Києві повідомили про вибухи", "uk", ("Kyiv",)),
    ],
)
def test_the_first_places_are_proposed_without_those_who_speak_or_act_everywhere(
    text: str, language: str, places: tuple[str, ...]
) -> None:
    assert proposed(text, language) == places


def test_all_that_the_texts_name_is_offered_the_chosen_first() -> None:
    texts = {"en": "Moscow denies strikes on Kyiv", "uk": "Москва заперечує удари по Києву й Сумах"}
    assert offered(["Odesa"], texts, ["Lviv"]) == ["Odesa", "Lviv", "Moscow", "Kyiv", "Sumy"]


def test_a_tap_adds_or_takes_away_and_only_what_was_offered() -> None:
    assert toggled(["Kyiv"], "Sumy", ["Kyiv", "Sumy"]) == ("Kyiv", "Sumy")
    assert toggled(["Kyiv", "Sumy"], "Kyiv", ["Kyiv", "Sumy"]) == ("Sumy",)
    with pytest.raises(Stale):
        toggled(["Kyiv"], "Lviv", ["Kyiv", "Sumy"])


def test_more_than_a_line_holds_are_refused() -> None:
    full = [f"place {n}" for n in range(MOST)]
    assert joined(full, full) == tuple(full)
    with pytest.raises(TooManyPlaces):
        joined(full, ["one more"])


WAS = ("Fire in Kharkiv", "en")


@pytest.mark.parametrize(
    ("chosen", "now", "places"),
    [
        (("Kharkiv",), ("Fire in Sumy", "en"), ("Sumy",)),
        (("Kharkiv",), ("Fire in Kharkiv is out", "en"), ("Kharkiv",)),
        (("Kharkiv",), ("Пожежа в Харкові", "uk"), ("Kharkiv",)),
        (("Kharkiv", "Poland"), ("Fire in Sumy", "en"), ("Poland", "Sumy")),
        ((), ("Fire in Kharkiv is out", "en"), ()),
        (("Kharkiv",), ("The fire is out", "en"), ()),
        (("Kharkiv",), WAS, ("Kharkiv",)),
    ],
)
def test_a_changed_text_brings_its_places_and_leaves_what_people_chose(
    chosen: tuple[str, ...], now: tuple[str, str], places: tuple[str, ...]
) -> None:
    assert carried(chosen, WAS, now) == places
