"""What an alert could be, from what an editor sent (rule). Everything here can be changed by buttons."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime

from digests.alerts.item import ATTRIBUTION, Item
from digests.alerts.places import proposed
from digests.alerts.wording import arranged, body, headline
from digests.stories.language import language_of
from digests.stories.severity import UPTAKE_SOURCES, severity
from digests.stories.standing import Report, judge
from digests.stories.tagging import Topics
from digests.vocabulary import Language, Severity, Standing

MOST_TOPICS = 5
"""The strongest; more would send one item to nearly everybody."""

NAME = 4
"""Letters of the longest word in a name, at least, unless they are capitals: fewer are a preposition."""

_LINK = re.compile(r"https?://\S+")
_CYRILLIC = frozenset({"uk", "ru", "be", "bg", "mk", "sr"})
_AT_ONCE = (datetime.min.replace(tzinfo=UTC),) * UPTAKE_SOURCES


def suggested(
    said: str, topics: Topics, *, said_by: str | None = None, source_url: str | None = None
) -> Item:
    """The item with all that is found in it: topics, places, severity, who says so, language and link.

    ``said_by``: the channel that it was forwarded from, named where the text names nobody.
    Raises ``Incomplete`` or ``TooLong`` for a text that cannot go out.
    """
    link = source_url or _only_link(said)
    text = arranged(said.replace(link, " ") if link else said)
    title, told = headline(text), body(text)
    language = spoken(text)
    judged = judge([Report(said_by or "", title, told, language)])
    found = tuple(tag.topic for tag in topics.tag(title, told, language)[:MOST_TOPICS])
    return Item(
        text=text,
        language=language,
        topics=found,
        places=proposed(text, language),
        severity=_severity(f"{title}. {told}", found),
        standing=judged.standing,
        attribution=(judged.attribution or said_by or "")[:ATTRIBUTION] or None,
        source_url=link,
    )


def named(said: str) -> str | None:
    """Who says so, where the text names them."""
    report = Report("", headline(said), body(said), spoken(said))
    found = (judge([report]).attribution or "")[:ATTRIBUTION]
    # "Про це кажуть" names nobody.
    return found if any(len(word) >= NAME or word.isupper() for word in found.split()) else None


def spoken(text: str) -> Language:
    """Of the languages we speak the one that it is written in, or whose letters it shares.

    A few Ukrainian words may have no letter that Russian or Bulgarian lacks.
    """
    return Language.UKRAINIAN if language_of(text) in _CYRILLIC else Language.ENGLISH


def bare_link(said: str) -> str | None:
    """The link where nothing else was said; the first where several were."""
    links = _LINK.findall(said)
    words = any(character.isalnum() for character in _LINK.sub(" ", said))
    return links[0] if links and not words else None


def _severity(told: str, topics: Collection[str]) -> Severity:
    """What the rule for stories says of it, but never routine.

    That rule waits for several sources; here the word of the editor who calls it breaking stands
    for them, and whether it is so is for the label to say. Flash is proposed only for what the rule
    knows as flash: it reaches also those who asked to be woken for nothing less, so a person has to
    want it. Routine makes no sound, and nobody writes /breaking for that.
    """
    found = severity(told, topics, Standing.CONFIRMED, _AT_ONCE)
    return max(found, Severity.PRIORITY, key=lambda one: one.rank)


def _only_link(text: str) -> str | None:
    """A link that stands alone is the source; where there are several they are part of the text."""
    links = _LINK.findall(text)
    return links[0] if len(links) == 1 else None
