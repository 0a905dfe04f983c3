"""Matching: which story an article belongs to, and for how long one is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digests.stories.matching import METHOD, Method, weigh
from digests.stories.memory import Memory, Weighed, weighed
from digests.stories.remembered import Frequencies, likeness
from digests.stories.shelf import Shelf

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

HARBOUR = (
    "Drones hit grain terminal in Izmail",
    "Drones hit a grain terminal in Izmail overnight and two silos burned, the governor said.",
)
HARBOUR_AGAIN = (
    "Izmail grain terminal burns after drones",
    "Two silos at a grain terminal in Izmail burned after drones struck overnight.",
)
BANK = (
    "Central bank keeps rate",
    "The central bank kept its rate at 15.5 percent because inflation slows, it said in a report.",
)
SCHOOL = (
    "School opens in Lutsk",
    "A school with room for 600 pupils opened in Lutsk, the mayor told parents at the gate.",
)


def article(number: int, words: tuple[str, str], hours: float = 0, language: str = "en") -> Weighed:
    return weighed(number, *words, language, AT + timedelta(hours=hours))


def placed(*articles: Weighed) -> list[int]:
    return [placement.story for placement in Memory(AT).place(articles)]


def test_two_reports_of_one_event_share_a_story_and_others_do_not() -> None:
    assert placed(
        article(1, HARBOUR), article(2, BANK), article(3, HARBOUR_AGAIN), article(4, SCHOOL)
    ) == [0, 1, 0, 2]


@pytest.mark.parametrize(("hours", "same"), [(0, True), (71.9, True), (72.1, False)])
def test_a_story_is_open_for_72_hours_from_its_first_article(hours: float, same: bool) -> None:
    first, *_, last = placed(
        article(1, HARBOUR), article(2, BANK), article(3, SCHOOL), article(4, HARBOUR_AGAIN, hours)
    )
    assert (first == last) is same


def test_later_articles_do_not_keep_a_story_open() -> None:
    stories = placed(
        article(1, HARBOUR), article(2, BANK), article(3, SCHOOL),
        article(4, HARBOUR_AGAIN, 48), article(5, HARBOUR_AGAIN, 96),
    )  # fmt: skip
    assert stories[0] == stories[3] != stories[4]


def test_a_story_that_comes_back_after_its_window_follows_the_old_one() -> None:
    *_, last = Memory(AT).place(
        [article(1, HARBOUR), article(2, BANK), article(3, SCHOOL), article(4, HARBOUR, 100)]
    )
    assert last.new
    assert last.follows == 0


def test_articles_of_different_languages_share_no_words() -> None:
    same = ("Frobnitz 2026", "Frobnitz Frobnitz 2026 2026 2026")
    assert placed(article(1, same), article(2, same, language="pl")) == [0, 1]


def test_a_memory_rebuilt_from_what_was_placed_places_alike() -> None:
    lived = Memory(AT)
    first = [article(1, HARBOUR), article(2, BANK), article(3, SCHOOL)]
    placements = lived.place(first)
    for placement in placements:
        lived.stored(placement.story, 100 + placement.story)
    rebuilt = Memory(AT)
    rebuilt.recall([(a, 100 + p.story, a.at) for a, p in zip(first, placements, strict=True)])
    later = article(4, HARBOUR_AGAIN, 1)
    assert lived.ids[lived.place([later])[0].story] == 100
    assert rebuilt.ids[rebuilt.place([later])[0].story] == 100


def test_what_was_placed_is_not_counted_twice_when_read_back() -> None:
    memory = Memory(AT)
    first = article(1, HARBOUR)
    memory.stored(memory.place([first])[0].story, 7)
    memory.recall([(first, 7, first.at)])
    assert list(memory.ids.values()) == [7]


def test_words_that_stems_tear_apart_meet_in_how_they_begin() -> None:
    one, other = (weigh(title, "", "ru") for title in ("Вологжанин", "Вологда"))
    assert one.stems.keys().isdisjoint(other.stems)
    assert one.beginnings.keys() == other.beginnings.keys()


@pytest.mark.parametrize(
    ("method", "meet"), [(METHOD, True), (replace(METHOD, leaning=0.0), False)]
)
def test_titles_without_a_word_in_common_meet_in_what_a_third_says(
    method: Method, meet: bool
) -> None:
    titles = ("Ferry sinks in storm", "Ferry sinks, crew flown out", "Crew flown ashore")
    told = [article(number, (title, "")) for number, title in enumerate(titles)]
    shelf = Shelf("en", method)
    shelf.count(told)
    units = shelf.read(told).units
    assert bool((units[[0]] @ units[[2]].T).nnz) is meet


def test_a_title_leans_on_one_that_came_before() -> None:
    shelf = Shelf("en", METHOD)
    early, late = (
        article(1, ("Ferry sinks in storm", "")),
        article(2, ("Ferry sinks off Odesa", "")),
    )
    shelf.count([early, late])
    shelf.put(shelf.read([early]), [1])
    assert shelf.read([late]).leant.nnz


def test_a_memory_lets_go_of_what_is_older_than_a_week() -> None:
    memory = Memory(AT)
    memory.place([article(1, HARBOUR), article(2, BANK)])
    memory.place([article(3, SCHOOL, 24 * 10), article(4, HARBOUR, 24 * 10)])
    assert set(memory.articles) == {3, 4}
    assert not memory.serves(AT)


def test_two_events_that_were_taken_for_one_become_two_stories() -> None:
    tells = "Drones hit the port overnight and silos burned, the governor said on television."
    here = [
        ("Drones hit port", f"{tells} Izmail asked Odesa for help; Kiper spoke {'again ' * n}")
        for n in range(4)
    ]
    there = [
        ("Drones hit port", f"{tells} Reni asked Bolhrad for crews; Zinchenko spoke {'again ' * n}")
        for n in range(4)
    ]
    stories = placed(*(article(n, words) for n, words in enumerate(here + there)))
    assert len(set(stories[:4])) == len(set(stories[4:])) == 1
    assert stories[0] != stories[4]


def test_likeness_is_one_for_the_same_words_and_none_for_others() -> None:
    frequencies = Frequencies()
    words = [weigh(*text, "en").stems for text in (HARBOUR, BANK, SCHOOL)]
    for each in words:
        frequencies.add(each)
    harbour, bank, _ = (frequencies.vector(each) for each in words)
    assert likeness(harbour, harbour) == pytest.approx(1.0)
    assert likeness(harbour, bank) < 0.05


def test_an_article_without_words_stands_alone() -> None:
    assert placed(article(1, ("", "")), article(2, ("…", "—"))) == [0, 1]


BULLETINS = {
    "en": ("Drone attack on Sumy", "Drone attack on Kharkiv", "Drone attack on Kyiv"),
    "uk": ("Атака дронів на Суми", "Атака дронів на Харків", "Атака дронів на Київ"),
    "ru": ("Атака дронов на Сумы", "Атака дронов на Харьков", "Атака дронов на Киев"),
}
TOLD = "There is damage, and nobody is hurt, the governor said. Crews are at work."


@pytest.mark.parametrize("text", ["", TOLD])
@pytest.mark.parametrize("language", BULLETINS)
@pytest.mark.parametrize("portion", [1, 3])
def test_bulletins_equal_but_for_the_town_are_stories_of_their_own(
    language: str, text: str, portion: int
) -> None:
    told = [
        article(number, (title, text), number / 10, language)
        for number, title in enumerate(BULLETINS[language])
    ]
    memory = Memory(AT)
    stories = [
        placement.story
        for start in range(0, len(told), portion)
        for placement in memory.place(told[start : start + portion])
    ]
    assert stories == [0, 1, 2]


def test_the_same_bulletin_of_the_same_town_is_one_story() -> None:
    again = "Drone attack on Sumy region"
    assert placed(article(1, (BULLETINS["en"][0], "")), article(2, (again, ""))) == [0, 0]


@pytest.mark.parametrize(
    ("town", "same"), [("Izmail", True), ("Chornomorsk", False), ("Odesa region", True)]
)
def test_texts_whose_titles_name_other_towns_are_of_two_events(town: str, same: bool) -> None:
    other = (f"Grain terminal in {town} burns after drones", HARBOUR[1])
    first, *_, last = placed(article(1, HARBOUR), article(2, BANK), article(3, other))
    assert (first == last) is same


def test_a_capital_in_a_title_may_only_be_who_speaks() -> None:
    first, *_, last = placed(
        article(1, HARBOUR), article(2, BANK), article(3, ("Kyiv counts silos lost", HARBOUR[1]))
    )
    assert first == last
