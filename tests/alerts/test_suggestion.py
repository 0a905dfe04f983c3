"""What an alert could be, from what an editor sent."""

from __future__ import annotations

import pytest

from digests.alerts.suggestion import language_of, suggested
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
    item = suggested("Strike on a depot", TOPICS)
    assert (item.standing, item.severity) == (Standing.DEVELOPING, Severity.FLASH)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Strike on a depot", Language.ENGLISH),
        ("Удар по нафтобазі", Language.UKRAINIAN),
        ("Удар по нафтобазі (Reuters)", Language.UKRAINIAN),
        ("12:05", Language.ENGLISH),
    ],
)
def test_the_language_is_the_one_it_is_written_in(text: str, language: Language) -> None:
    assert language_of(text) is language


def test_a_single_link_is_the_source_and_no_part_of_the_text() -> None:
    item = suggested("Strike on a depot\nhttps://example.org/a?b=1", TOPICS)
    assert (item.source_url, item.text) == ("https://example.org/a?b=1", "Strike on a depot")


def test_several_links_stay_in_the_text() -> None:
    item = suggested("Strike\nhttps://example.org/a https://example.org/b", TOPICS)
    assert item.source_url is None
    assert "example.org/a" in item.text
