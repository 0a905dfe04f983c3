"""What an alert could be, from what an editor sent."""

from __future__ import annotations

import pytest

from digests.alerts.suggestion import bare_link, spoken, suggested
from digests.stories.tagging import load_topics
from digests.vocabulary import Language, Severity, Standing

TOPICS = load_topics()


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("Missile strikes reported on a depot near Luhansk", "strikes"),
        ("Сили оборони збили шістдесят безпілотників; у Харкові пролунали вибухи", "strikes"),
        ("Parliament adopts sanctions against shipping companies", "sanctions"),
    ],
)
def test_topics_are_found_in_both_languages(said: str, topic: str) -> None:
    assert topic in suggested(said, TOPICS).topics


def test_nothing_is_confirmed_until_an_editor_says_so() -> None:
    assert suggested("Strike on a depot", TOPICS).standing is Standing.DEVELOPING


def test_of_one_line_every_part_of_the_alert_is_proposed() -> None:
    item = suggested(
        "Missile strikes reported on a depot near Luhansk. Regional officials say a fire is burning;"
        " there is no word of casualties.",
        TOPICS,
    )
    assert item.text == (
        "Missile strikes reported on a depot near Luhansk\n"
        "Regional officials say a fire is burning; there is no word of casualties."
    )
    assert item.topics == ("strikes", "ukraine")
    assert (item.standing, item.attribution) == (Standing.DEVELOPING, "Regional officials")


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("Russia declares war on Estonia", Severity.FLASH),
        ("Парламент оголосив війну. Подробиць немає.", Severity.FLASH),
        ("Missile strikes reported on a depot near Luhansk", Severity.PRIORITY),
        ("Drones cut power to 40,000 homes, three killed", Severity.PRIORITY),
        ("Grain leaves the port of Odesa again", Severity.PRIORITY),
    ],
)
def test_flash_is_proposed_for_what_the_rule_knows_as_flash_and_routine_never(
    said: str, severity: Severity
) -> None:
    assert suggested(said, TOPICS).severity is severity


@pytest.mark.parametrize(
    ("said", "said_by", "who"),
    [
        ("Explosions in Kharkiv, according to the mayor.", None, "the mayor"),
        ("Explosions in Kharkiv. According to the mayor, it burns.", "City Desk", "the mayor"),
        ("Вибухи в Харкові. За даними поліції, горить склад.", None, "за даними поліції"),
        ("Explosions in Kharkiv", "City Desk", "City Desk"),
        ("Explosions in Kharkiv", None, None),
    ],
)
def test_who_says_so_is_named_by_the_text_else_by_the_channel(
    said: str, said_by: str | None, who: str | None
) -> None:
    assert suggested(said, TOPICS, said_by=said_by).attribution == who


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("https://example.org/a", "https://example.org/a"),
        (" https://example.org/a\nhttps://example.org/b ", "https://example.org/a"),
        ("Strike https://example.org/a", None),
        ("Strike", None),
    ],
)
def test_a_link_without_words_is_known_as_such(said: str, link: str | None) -> None:
    assert bare_link(said) == link


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Strike on a depot", Language.ENGLISH),
        ("Удар по нафтобазі", Language.UKRAINIAN),
        ("Удар по нафтобазі (Reuters)", Language.UKRAINIAN),
        ("Удар по складу", Language.UKRAINIAN),
        ("12:05", Language.ENGLISH),
    ],
)
def test_the_language_is_the_one_it_is_written_in(text: str, language: Language) -> None:
    assert spoken(text) is language


def test_a_single_link_is_the_source_and_no_part_of_the_text() -> None:
    item = suggested("Strike on a depot\nhttps://example.org/a?b=1", TOPICS)
    assert (item.source_url, item.text) == ("https://example.org/a?b=1", "Strike on a depot")


def test_several_links_stay_in_the_text() -> None:
    item = suggested("Strike\nhttps://example.org/a https://example.org/b", TOPICS)
    assert item.source_url is None
    assert "example.org/a" in item.text
