"""Telling: what is said of a story, and when it is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digests.stories.search import terms_of
from digests.stories.tagging import load_topics
from digests.stories.telling import tell, topics_of
from digests.stories.told import Told
from digests.vocabulary import Standing

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def told(number: int, title: str, summary: str, source: str = "", hours: float = 0) -> Told:
    name = source or f"Source {number}"
    return Told(
        number, hash(name), name, False, f"https://example.org/{number}", title, summary, "", "en",
        AT + timedelta(hours=hours), (), terms_of(title, summary, "en"),
    )  # fmt: skip


FIRST = told(
    1, "Drones cut power to 120,000 homes", "Drones cut power to 120,000 homes in Kharkiv region."
)
COPY = told(2, FIRST.title, FIRST.summary, hours=1)
SAME_NEWS = told(
    3, "Power cut in Kharkiv region", "About 120,000 homes in Kharkiv region lost power, an official says.",
    hours=2,
)  # fmt: skip
UPDATE = told(
    4, "Hospitals back on the grid", "Hospitals are back on the grid; 40,000 homes are not, it is said.",
    hours=3,
)  # fmt: skip


def test_a_copy_is_no_second_witness() -> None:
    assert tell([FIRST, COPY], [], None, ()).standing is Standing.DEVELOPING
    assert tell([FIRST, SAME_NEWS], [], None, ()).standing is Standing.CONFIRMED


def test_papers_that_carry_one_agency_are_one_witness() -> None:
    one = replace(FIRST, summary=f"KYIV (Reuters) - {FIRST.summary}")
    other = replace(SAME_NEWS, summary=f"{SAME_NEWS.summary} It told Reuters so.")
    assert tell([one, other], [], None, ()).standing is Standing.DEVELOPING
    agency = replace(other, summary=SAME_NEWS.summary, source="Reuters")
    assert tell([one, agency], [], None, ()).standing is Standing.DEVELOPING
    assert tell([one, SAME_NEWS], [], None, ()).standing is Standing.CONFIRMED
    lines = tell([one, agency], [], None, ()).sources
    assert [(line.name, line.agency) for line in lines] == [
        (FIRST.source, "Reuters"),
        ("Reuters", None),
    ]


def test_title_and_lead_change_only_with_news() -> None:
    before = tell([FIRST], [], None, ())
    more = tell([FIRST, SAME_NEWS], [], before, {3})
    assert (more.title, more.lead, more.news) == (before.title, before.lead, None)
    assert len(more.sources) == 2
    newer = tell([FIRST, SAME_NEWS, UPDATE], [], more, {4})
    assert newer.title == UPDATE.title
    assert newer.news == UPDATE.summary


def test_a_source_that_a_state_controls_gives_no_title_where_another_does() -> None:
    state = replace(UPDATE, state_controlled=True)
    assert tell([FIRST, state], [], None, ()).title == FIRST.title
    assert tell([FIRST, state], [], None, ()).sources[-1].state_controlled
    assert tell([state], [], None, ()).title == state.title


def test_an_editors_word_stays() -> None:
    before = replace(tell([FIRST], [], None, ()), standing=Standing.CORRECTED, title="Ours")
    after = tell([FIRST, UPDATE], [], before, {4})
    assert (after.title, after.standing, after.news) == ("Ours", Standing.CORRECTED, None)
    assert len(after.sources) == 2
    withdrawn = replace(before, standing=Standing.RETRACTED)
    assert tell([FIRST, UPDATE], [], withdrawn, {4}) == withdrawn


def test_a_source_is_named_once_with_its_newest_article() -> None:
    again = told(5, "Later", "Something else entirely was said.", source="Source 1", hours=5)
    line, other = tell([FIRST, SAME_NEWS, again], [], None, ()).sources
    assert (line.name, line.url, line.articles) == ("Source 1", again.url, 2)
    assert other.articles == 1


def test_one_reports_aside_is_no_topic_and_a_given_topic_is() -> None:
    topics = load_topics()
    aside = told(6, "Power restored", "The grid works again. Sanctions and embargo came up.")
    found = {tag.topic for tag in topics_of([FIRST, SAME_NEWS, UPDATE, aside], topics)}
    assert "energy" in found
    assert "sanctions" not in found
    given = replace(FIRST, given=("economy", "left-the-file"))
    assert "economy" in {tag.topic for tag in topics_of([given], topics)}
    assert "left-the-file" not in {tag.topic for tag in topics_of([given], topics)}


IN_UKRAINIAN = replace(
    told(
        5, "Дрони знеструмили 120 тисяч осель", "Дрони знеструмили 120 тисяч осель на Харківщині.",
        hours=2,
    ),
    language="uk",
)  # fmt: skip
UPDATE_IN_UKRAINIAN = replace(
    told(
        6, "Лікарні знову зі світлом", "Лікарні знову в мережі; 40 тисяч осель іще без світла.",
        hours=4,
    ),
    language="uk",
)  # fmt: skip


def test_a_story_is_told_in_each_language_it_has_articles_in() -> None:
    before = tell([FIRST], [], None, ())
    both = tell([FIRST, IN_UKRAINIAN], [], before, {5})
    assert (both.title, both.language, both.news) == (FIRST.title, "en", None)
    assert both.others["uk"].title == IN_UKRAINIAN.title
    assert not both.has_news
    assert [source.language for source in both.sources] == ["en", "uk"]


def test_news_is_said_in_the_language_that_has_it() -> None:
    before = tell([FIRST, IN_UKRAINIAN], [], None, ())
    after = tell([FIRST, IN_UKRAINIAN, UPDATE_IN_UKRAINIAN], [], before, {6})
    titles = {after.language: after.title} | {k: said.title for k, said in after.others.items()}
    assert titles == {"en": FIRST.title, "uk": UPDATE_IN_UKRAINIAN.title}
    assert after.has_news


def test_what_another_language_told_before_is_no_news() -> None:
    before = tell([FIRST, IN_UKRAINIAN, UPDATE], [], None, ())
    after = tell([FIRST, IN_UKRAINIAN, UPDATE, UPDATE_IN_UKRAINIAN], [], before, {6})
    assert not after.has_news


def test_who_says_so_is_named_in_each_language() -> None:
    claim = told(7, "Army claims village", "The village was taken, according to the army.")
    same = replace(
        told(8, "Армія заявляє про захоплення села", "Село захоплено, за даними армії, нібито."),
        language="uk",
    )
    both = tell([claim, same], [], None, ())
    said = {both.language: both.attribution} | {k: s.attribution for k, s in both.others.items()}
    assert said == {"en": "the army", "uk": "за даними армії"}


def test_a_language_we_do_not_speak_gives_a_source_and_no_telling() -> None:
    polish = replace(FIRST, article=9, language="pl", source_id=9)
    assert tell([FIRST, polish], [], tell([FIRST], [], None, ()), {9}).others == {}


def test_a_story_of_two_languages_keeps_no_old_title_where_a_newer_one_says_more() -> None:
    before = tell([FIRST, IN_UKRAINIAN], [], None, ())
    short = replace(IN_UKRAINIAN, article=10, title="Світло повернули", summary="", at=AT)
    after = tell([FIRST, IN_UKRAINIAN, short], [], before, {10})
    titles = {after.language: after.title} | {k: said.title for k, said in after.others.items()}
    assert titles["uk"] == "Світло повернули"
    assert titles["en"] == FIRST.title
    assert not after.has_news
