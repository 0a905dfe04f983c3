"""What the desk is told fits into one message and survives any words, in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.desk.matters import PAGE
from bot.rendering.contents import with_moments
from bot.rendering.render import Words
from digests.alerts.matter import MatterKind
from digests.alerts.telling import IN_ONE
from digests.stories.tagging import load_topics
from digests.vocabulary import Language
from tests.rendering.tdlib import accepted

WORDS = Words(load_topics())
LONG = '<b>Strike & "fire"</b> _here_ ' * 40
AT = "2026-11-23T05:30:00+00:00"

VALUES: dict[MatterKind, dict[str, Any]] = {
    MatterKind.FLASH: {
        "story": 1, "title": LONG, "sources": [LONG, "B", "C", "D"], "source_count": 9,
        "news_at": AT,
    },
    MatterKind.EDIT: {
        "article": 1, "story": 2, "title": LONG + "!", "source": LONG, "url": "https://a.example/1",
        "weight": "number", "was_title": LONG, "now_title": LONG + "?", "was": LONG[:300],
        "now": LONG[:300], "alert": 4, "changed_at": AT,
    },
    MatterKind.SOURCE: {
        "source": 1, "title": LONG, "is_feed": True, "why": "silent", "since_at": AT,
        "topics": ["energy"],
    },
    MatterKind.DEAD: {
        "dispatch": 1, "content": "alert", "subject": 1, "headline": LONG, "is_edit": False,
        "count": 12_345, "reason": "too long", "is_paused": True, "may_go_again": True,
        "planned_at": AT,
    },
    MatterKind.UNCERTAIN: {
        "dispatch": 1, "content": "edition", "subject": 1, "headline": None, "is_edit": False,
        "count": 12_345, "reason": "no answer", "is_paused": False, "may_go_again": True,
        "planned_at": AT,
    },
}  # fmt: skip


def lines(kind: MatterKind, number: int) -> list[dict[str, Any]]:
    """So many open matters, each with the longest words."""
    return [
        {
            "id": 10**9 + n, "kind": kind.value, "decision": None, "is_open": True,
            **with_moments(VALUES[kind]),
        }
        for n in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", list(MatterKind))
@pytest.mark.parametrize("number", [1, IN_ONE])
def test_a_notice_is_one_message(
    kind: MatterKind, language: Language, number: int, now: datetime
) -> None:
    parts = WORDS.parts(
        "messages/notices/matters.html",
        language,
        now=now,
        kind=kind.value,
        matters=lines(kind, number),
        more=95,
    )
    assert len(parts) == 1
    accepted(parts[0])


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", list(MatterKind))
def test_a_page_is_one_message(kind: MatterKind, language: Language, now: datetime) -> None:
    page = WORDS.message(
        "desk/matters.html",
        language,
        now=now,
        kind=kind,
        matters=lines(kind, PAGE),
        more=95,
        newest=10**9,
    )
    accepted(page)
    assert all(len(row) <= 4 for row in page.buttons)


@pytest.mark.parametrize("language", list(Language))
def test_a_question_about_an_edit_is_one_message(language: Language, now: datetime) -> None:
    (matter,) = lines(MatterKind.EDIT, 1)
    asked = WORDS.message(
        "desk/ask_edit.html", language, now=now, matter=matter, asked="correction"
    )
    accepted(asked)
