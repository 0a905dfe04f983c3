"""Topics of a text: precise, with reasons, and measured on labelled texts."""

from __future__ import annotations

import re

import pytest

from digests.stories.tagging import Topics, load_topics
from tests.stories.labelled import macro, scores, texts

TOPICS = load_topics()

SEOUL = {
    "en": "a delegation led by a defence minister is to visit Seoul to ask for anti-air missiles and "
    "artillery; Seoul gives only non-lethal aid so far; Moscow warns; North Korean troops in Kursk",
    "uk": "делегація на чолі з міністром оборони відвідає Сеул, щоб попросити зенітні ракети й "
    "артилерію; Сеул досі дає лише нелетальну допомогу; Москва застерігає; військові КНДР на Курщині",
}


@pytest.fixture(scope="module")
def topics() -> Topics:
    return TOPICS


@pytest.mark.parametrize("language", ["en", "uk"])
def test_the_visit_to_seoul_is_diplomacy_weapons_and_koreas_but_not_energy(
    topics: Topics, language: str
) -> None:
    found = {tag.topic for tag in topics.tag("", SEOUL[language], language)}
    assert {"diplomacy", "weapons", "koreas"} <= found
    assert "energy" not in found


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("en", "Union strikes a deal after rail strike", "strikes"),
        ("en", "He died of a heart attack", "strikes"),
        ("en", "The power couple had the energy to dance", "energy"),
        ("en", "A nuclear family in five cities", "nuclear"),
        ("en", "She took the child in her arms", "weapons"),
        ("en", "A race sanctioned by the union", "sanctions"),
        ("en", "Tell us about your front door", "us"),
        ("en", "The South China Morning Post reports", "china"),
        ("uk", "Сонячний удар на пляжі", "strikes"),
        ("uk", "Енергетичний напій зняли з продажу", "energy"),
        ("uk", "У полоні краси", "prisoners"),
        ("uk", "Холодний фронт принесе сніг", "frontline"),
        ("uk", "Досі невідомо", "middle-east"),
    ],
)
def test_a_word_in_another_sense_gives_no_topic(
    topics: Topics, language: str, text: str, topic: str
) -> None:
    assert topic not in {tag.topic for tag in topics.tag(text, "", language)}


def test_reasons_are_the_words_of_the_text(topics: Topics) -> None:
    (tag,) = topics.tag("", "Power grid in trouble", "en")
    assert tag.topic == "energy"
    assert tag.reasons == ("Power grid",)


def test_the_title_weighs_more_and_late_words_less(topics: Topics) -> None:
    def score(title: str, text: str) -> float:
        return sum(t.score for t in topics.tag(title, text, "en") if t.topic == "sanctions")

    late = "word " * 100
    assert score("An embargo", "") > score("", "An embargo") > score("", f"{late} embargo") == 0


def test_a_language_without_phrases_gives_no_topics(topics: Topics) -> None:
    assert topics.tag("Angriff", "Raketen auf Kyiv", "de") == []


@pytest.mark.parametrize(
    ("word", "topic"),
    [
        ("energy", "energy"),
        ("#Energy", "energy"),
        ("Енергетика", "energy"),
        ("war_crimes", "war-crimes"),
        ("North Korea", "koreas"),
        ("полонені", "prisoners"),
        ("nonsense", None),
    ],
)
def test_a_topic_is_called_by_name_title_or_alias(
    topics: Topics, word: str, topic: str | None
) -> None:
    assert topics.resolve(word) == topic


@pytest.mark.parametrize(
    ("word", "first"),
    [("energie", "energy"), ("diplomcy", "diplomacy"), ("sanctons", "sanctions"),
     ("енергетка", "energy"), ("полонений", "prisoners")],
)  # fmt: skip
def test_a_mistyped_topic_is_understood(topics: Topics, word: str, first: str) -> None:
    assert topics.nearest(word, "en")[0] == first


@pytest.mark.parametrize("word", ["qqqqq", "кіпр", "xx", "", "🙂"])
def test_what_is_like_no_topic_is_offered_none(topics: Topics, word: str) -> None:
    assert topics.nearest(word, "uk") == []


def test_at_most_three_topics_are_offered_each_once(topics: Topics) -> None:
    offered = topics.nearest("war", "en")
    assert len(offered) == len(set(offered)) <= 3
    assert topics.nearest("sanctons", "en") == ["sanctions"]


def test_every_topic_is_named_and_described_in_both_languages(topics: Topics) -> None:
    assert {"frontline", "strikes", "weapons", "diplomacy", "sanctions", "humanitarian"} <= set(
        topics.names
    )
    for name in topics.names:
        assert re.fullmatch(r"[a-z0-9-]{1,32}", name)
        assert topics.title(name, "en") != topics.title(name, "uk")
        assert topics.about(name, "en")
        assert topics.about(name, "uk")
    assert topics.title("left-the-file", "en") == "left-the-file"


@pytest.mark.parametrize("half", ["tune", "test"])
def test_what_is_explained_is_what_is_tagged(topics: Topics, half: str) -> None:
    for row in texts(half):
        said = (row["title"], row["text"], row["lang"])
        given = [one for one in topics.weigh(*said) if one.is_given]
        assert [(one.topic, one.score) for one in given] == [
            (tag.topic, tag.score) for tag in topics.tag(*said)
        ]
        for one in given:
            assert sum(found.points for found in one.found) == one.score


def test_precision_and_recall_on_the_tuning_half_do_not_fall(topics: Topics) -> None:
    precision, recall = macro(scores(topics, texts("tune")))
    assert precision >= 0.94
    assert recall >= 0.96


def test_both_halves_hold_texts_of_every_topic_and_texts_of_none() -> None:
    for half in ("tune", "test"):
        rows = texts(half)
        assert {topic for row in rows for topic in row["topics"]} == set(TOPICS.names)
        assert sum(not row["topics"] for row in rows) >= 40
        assert {row["lang"] for row in rows} == {"en", "uk"}
