"""What an alert could be, from what an editor sent (rule). Everything here can be changed by buttons."""

from __future__ import annotations

import re

from digests.alerts.propose import ATTRIBUTION, Item
from digests.alerts.wording import arranged, body, headline
from digests.stories.tagging import Topics
from digests.vocabulary import Language, Severity, Standing

MOST_TOPICS = 5
"""The strongest; more would send one item to nearly everybody."""

_LINK = re.compile(r"https?://\S+")


def suggested(
    said: str, topics: Topics, *, attribution: str | None = None, source_url: str | None = None
) -> Item:
    """The item with topics, language and link found in it; unconfirmed until an editor says otherwise.

    Raises ``Incomplete`` or ``TooLong`` for a text that cannot go out.
    """
    link = source_url or _only_link(said)
    text = arranged(said.replace(link, " ") if link else said)
    language = language_of(text)
    tags = topics.tag(headline(text), body(text), language)
    return Item(
        text=text,
        language=language,
        topics=tuple(tag.topic for tag in tags[:MOST_TOPICS]),
        severity=Severity.FLASH,
        standing=Standing.DEVELOPING,
        attribution=attribution[:ATTRIBUTION] if attribution else None,
        source_url=link,
    )


def language_of(text: str) -> Language:
    """Of the languages we speak the one whose letters it is written in."""
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in letters)
    return Language.UKRAINIAN if cyrillic * 2 > len(letters) else Language.ENGLISH


def _only_link(text: str) -> str | None:
    """A link that stands alone is the source; where there are several they are part of the text."""
    links = _LINK.findall(text)
    return links[0] if len(links) == 1 else None
