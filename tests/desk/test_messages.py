"""Alerts and corrections as messages: whatever was typed, Telegram takes them, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering import alert, correction
from bot.rendering.alert import Amended, Told
from bot.rendering.correction import Admitted
from digests.alerts.item import ATTRIBUTION, Item
from digests.alerts.wording import HEADLINE, MOST, arranged
from digests.corrections.amend import NOTE
from digests.corrections.correction import CorrectedSubject
from digests.corrections.difference import dropped
from digests.errors import Incomplete
from digests.vocabulary import Language, Severity, Standing
from tests.desk.newsroom import WORDS
from tests.rendering.tdlib import accepted

KYIV = "Europe/Kyiv"
DEPOT = Item("Strike on a depot\nIt burns.", "en", attribution="officials")
SAID = datetime.fromisoformat("2026-11-23T12:05:00+00:00")
LATER = SAID + timedelta(minutes=75)


def text(told: Told, language: Language = Language.ENGLISH) -> str:
    return accepted(alert.render(WORDS, told, language, KYIV)).text


@pytest.mark.parametrize(
    ("severity", "standing", "beginning"),
    [
        (Severity.FLASH, Standing.DEVELOPING, "⚡ Flash · Strike on a depot\nUnconfirmed: offic"),
        (Severity.PRIORITY, Standing.CONFIRMED, "▪︎ Priority · Strike on a depot\nConfirmed: off"),
        (Severity.ROUTINE, Standing.DISPUTED, "Strike on a depot\nDisputed: officials"),
    ],
)
def test_severity_is_a_mark_with_its_word_and_the_label_says_who_says_so(
    severity: Severity, standing: Standing, beginning: str
) -> None:
    item = Item(DEPOT.text, "en", severity=severity, standing=standing, attribution="officials")
    assert text(Told(item, SAID)).startswith(beginning)


def test_another_language_than_the_readers_is_named() -> None:
    assert "текст англійською" in text(Told(DEPOT, SAID), Language.UKRAINIAN)
    assert "the text is in" not in text(Told(DEPOT, SAID))


def test_a_correction_says_when_what_was_wrong_and_what_was_said() -> None:
    change = Amended(LATER, "It was a warehouse.", "A depot burns.")
    shown = text(Told(DEPOT, SAID, (change,)))
    assert "Corrected at 15:20: It was a warehouse.\nEarlier we said: A depot burns." in shown


def test_of_several_corrections_the_newest_is_told_and_the_others_named() -> None:
    changes = tuple(Amended(LATER - timedelta(minutes=n), "", "") for n in (0, 30, 60))
    shown = text(Told(DEPOT, SAID, changes))
    assert shown.index("15:20") < shown.index("14:50") < shown.index("14:20")


def test_a_withdrawn_alert_folds_what_it_said_and_strikes_it_through() -> None:
    message = alert.render(
        WORDS,
        Told(DEPOT, SAID, withdrawn=Amended(LATER, "They took it back.", "")),
        Language.ENGLISH,
        KYIV,
    )
    shown = accepted(message)
    assert shown.text.startswith("Withdrawn at 15:20\nThey took it back.")
    assert shown.words("Strikethrough") == ["Strike on a depot\nIt burns."]
    assert shown.words("ExpandableBlockQuote") == ["Strike on a depot\nIt burns."]


HEAVY = "<&>\"'" * 1000


def longest(language: Language) -> list[Told]:
    body = f"{'<' * HEADLINE}a\n{HEAVY}"[:MOST]
    item = Item(body, "en", attribution=HEAVY[:ATTRIBUTION], source_url="https://example.org/a")
    change = Amended(LATER, HEAVY[:NOTE], dropped(HEAVY, "", 400))
    return [
        Told(item, SAID),
        Told(item, SAID, (change,) * 5),
        Told(item, SAID, (change,), withdrawn=change),
    ]


@pytest.mark.parametrize("language", Language)
def test_the_longest_alert_fits_into_one_message_whatever_happens_to_it(
    language: Language,
) -> None:
    for told in longest(language):
        text(told, language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("withdrawn", [False, True])
def test_the_longest_correction_fits_into_one_message(language: Language, withdrawn: bool) -> None:
    shown = Admitted(
        subject=CorrectedSubject.ALERT,
        withdrawn=withdrawn,
        was=HEAVY[:MOST],
        right=dropped(HEAVY, ""),
        earlier=dropped(HEAVY, ""),
        note=HEAVY[:NOTE],
        at=LATER,
    )
    accepted(correction.render(WORDS, shown, language, KYIV))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60), st.sampled_from(Language))
def test_any_text_by_anybody_is_taken_by_telegram(
    typed: str, attribution: str, language: Language
) -> None:
    try:
        item = Item(arranged(typed), "en", attribution=attribution)
    except Incomplete:
        return
    change = Amended(LATER, attribution, dropped(typed, ""))
    for told in (
        Told(item, SAID),
        Told(item, SAID, (change,)),
        Told(item, SAID, withdrawn=change),
    ):
        text(told, language)
