"""Which stories a digest tells, and in what order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.audience.taste import Length
from digests.editions.selection import MOST, OF_ONE_PLACE, OPEN, Candidate, Fate, Ranking
from digests.vocabulary import Severity, Topic

END = datetime(2026, 11, 23, 6, tzinfo=UTC)
START = END - timedelta(days=1)
ENERGY, STRIKES, KOREAS = Topic("energy"), Topic("strikes"), Topic("koreas")


def story(number: int, *topics: str, minutes_ago: int = 60, **fields: Any) -> Candidate:
    at = END - timedelta(minutes=minutes_ago)
    scores = fields.pop("scores", None) or dict.fromkeys(topics or ("energy",), 1.0)
    return Candidate(
        **{
            "story_id": number,
            "revision": 1,
            "severity": Severity.ROUTINE,
            "source_count": 1,
            "created_at": at,
            "news_at": at,
            "lasted": timedelta(),
            "place": None,
            "topics": scores,
            **fields,
        }
    )


def ranked(candidates: Iterable[Candidate]) -> Ranking:
    return Ranking(list(candidates), now=END)


def told(*candidates: Candidate, topics: tuple[Topic, ...] = (ENERGY, STRIKES)) -> list[int]:
    return [p.story_id for p in ranked(candidates).select(topics, START, END).places]


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"severity": Severity.FLASH}, {"severity": Severity.PRIORITY, "source_count": 50}),
        ({"severity": Severity.PRIORITY}, {"source_count": 50}),
        ({"source_count": 4, "minutes_ago": 900}, {"source_count": 3}),
        # What goes on for half a day comes before what was new half a day later, and not before more.
        ({"lasted": timedelta(hours=12), "minutes_ago": 700}, {"minutes_ago": 60}),
        ({"source_count": 2}, {"lasted": timedelta(hours=48)}),
        # Twice as many sources weigh more than all that lasts and is new.
        ({"source_count": 2, "minutes_ago": 1400}, {"lasted": timedelta(hours=48)}),
        # Eight sources or nine make no difference: the newer one is first.
        ({"source_count": 8, "minutes_ago": 10}, {"source_count": 9, "minutes_ago": 20}),
    ],
)
def test_the_stronger_story_comes_first(stronger: dict[str, Any], weaker: dict[str, Any]) -> None:
    assert told(story(1, **weaker), story(2, **stronger)) == [2, 1]


@pytest.mark.parametrize(
    ("minutes_ago", "is_told"),
    [(0, True), (24 * 60 - 1, True), (24 * 60, False), (-1, False)],
)
def test_a_window_has_its_end_and_not_its_beginning(minutes_ago: int, is_told: bool) -> None:
    assert told(story(1, minutes_ago=minutes_ago)) == ([1] if is_told else [])


def test_a_story_stands_once_in_the_section_it_is_most_about() -> None:
    both = story(1, scores={"energy": 1.0, "strikes": 3.0, "koreas": 9.0})
    (place,) = ranked([both]).select([ENERGY, STRIKES], START, END).places
    assert place.topic == "strikes"


def test_a_story_of_no_wanted_topic_is_not_told() -> None:
    assert told(story(1, "koreas"), story(2)) == [2]


def test_what_began_before_the_window_is_an_update() -> None:
    old = story(1, created_at=START, minutes_ago=5)
    new = story(2, created_at=START + timedelta(seconds=1), minutes_ago=5)
    places = ranked([old, new]).select([ENERGY], START, END).places
    assert {place.story_id: place.is_update for place in places} == {1: True, 2: False}


def test_a_loud_topic_does_not_fold_away_the_only_story_of_a_quiet_one() -> None:
    loud = [story(n, "strikes", severity=Severity.FLASH) for n in range(1, 16)]
    places = ranked([*loud, story(99, "energy")]).select([ENERGY, STRIKES], START, END).places
    shown = [place.story_id for place in places if not place.is_folded]
    assert 99 in shown
    assert len(shown) == OPEN[Length.USUAL]


def test_a_long_day_is_bounded_and_says_how_long_it_was() -> None:
    selection = ranked([story(n) for n in range(1, 101)]).select([ENERGY], START, END)
    assert (len(selection.places), selection.found) == (MOST[Length.USUAL], 100)


@pytest.mark.parametrize("length", Length)
def test_a_digest_is_as_long_as_its_reader_wants(length: Length) -> None:
    selection = ranked(story(n) for n in range(1, 101)).select([ENERGY], START, END, length)
    assert len(selection.places) == MOST[length]
    assert sum(not place.is_folded for place in selection.places) == OPEN[length]


def fates(*candidates: Candidate) -> dict[int, Fate]:
    reasons = ranked(candidates).explain([ENERGY, STRIKES], START, END)
    return {reason.candidate.story_id: reason.fate for reason in reasons}


def test_of_one_place_three_stand_open_while_others_wait() -> None:
    """However loud it is there; the weaker stories of other places come before the fourth."""
    loud = [story(n, source_count=8, place="Kharkiv") for n in range(1, 7)]
    others = [story(n, place=f"Town {n}") for n in range(10, 20)]
    found = fates(*loud, *others)
    opened = {n for n, fate in found.items() if fate in (Fate.FIRST, Fate.STRONG)}
    assert len(opened & set(range(1, 7))) == OF_ONE_PLACE
    assert len(opened) == OPEN[Length.USUAL]
    assert [found[n] for n in (3, 2, 1)] == [Fate.CROWDED] * 3


def test_where_nothing_else_happened_all_of_one_place_stand_open() -> None:
    found = fates(*(story(n, place="Kharkiv") for n in range(1, 7)))
    assert set(found.values()) <= {Fate.FIRST, Fate.STRONG}


def test_flash_stands_open_whatever_its_place() -> None:
    flash = [story(n, place="Kharkiv", severity=Severity.FLASH) for n in range(1, 6)]
    found = fates(*flash, *(story(n, place=f"Town {n}") for n in range(10, 20)))
    assert all(found[n] in (Fate.FIRST, Fate.STRONG) for n in range(1, 6))


def test_every_story_there_was_is_explained_and_the_explanation_is_what_was_chosen() -> None:
    stock = [story(n, "strikes" if n % 3 else "energy", place=f"Town {n % 4}") for n in range(60)]
    reasons = ranked(stock).explain([ENERGY, STRIKES], START, END)
    places = ranked(stock).select([ENERGY, STRIKES], START, END).places
    assert len(reasons) == 60
    opened = {r.candidate.story_id for r in reasons if r.fate in (Fate.FIRST, Fate.STRONG)}
    assert opened == {place.story_id for place in places if not place.is_folded}
    left = {r.candidate.story_id for r in reasons if r.fate is Fate.LEFT}
    assert left == {one.story_id for one in stock} - {place.story_id for place in places}
    weights = [(r.strength.severity.rank, r.strength.points) for r in reasons]
    assert weights == sorted(weights, reverse=True)


TOPICS = ["energy", "strikes", "koreas", "nuclear"]
candidates = st.lists(
    st.builds(
        story,
        st.integers(1, 10_000),
        minutes_ago=st.integers(-100, 3000),
        severity=st.sampled_from(Severity),
        source_count=st.integers(1, 40),
        place=st.sampled_from([None, "Kharkiv", "Odesa"]),
        lasted=st.timedeltas(timedelta(), timedelta(days=3)),
        scores=st.dictionaries(st.sampled_from(TOPICS), st.floats(0.1, 9), min_size=1),
    ),
    max_size=60,
    unique_by=lambda candidate: candidate.story_id,
)


@given(
    candidates, st.sets(st.sampled_from(TOPICS), min_size=1), st.sampled_from(Length), st.randoms()
)
def test_whatever_there_is_each_story_once_sections_whole_and_the_order_never_varies(
    stock: list[Candidate], topics: set[str], length: Length, chance: Any
) -> None:
    wanted = [Topic(topic) for topic in topics]
    selection = ranked(stock).select(wanted, START, END, length)
    places = selection.places
    ids = [place.story_id for place in places]
    assert len(set(ids)) == len(ids) == min(selection.found, MOST[length])
    assert {place.topic for place in places} <= topics
    shown = [place.topic for place in places if not place.is_folded]
    assert len(shown) == min(len(places), OPEN[length])
    # A section is not torn apart, neither among the shown nor among the folded.
    assert len(list(dict.fromkeys(shown))) == sum(
        index == 0 or shown[index - 1] != topic for index, topic in enumerate(shown)
    )
    assert [place.is_folded for place in places] == sorted(place.is_folded for place in places)
    shuffled = stock.copy()
    chance.shuffle(shuffled)
    chance.shuffle(wanted)
    assert ranked(shuffled).select(wanted, START, END, length) == selection
