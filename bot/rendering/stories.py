"""Stories as the templates show them: shortened, linked, and openly put right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.rendering.safe import is_link
from digests.editions.told import Told
from digests.stories.story import StoryRevision, StorySource
from digests.vocabulary import Language, Severity, Standing

HEADLINE = 240
LEAD = 500
ATTRIBUTION = 120
SOURCE_NAME = 40
SOURCES = 3
"""How many sources are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """An error in this story that was put right after it was told."""

    at: datetime
    note: str
    earlier: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """Everything a template shows of a story."""

    id: int
    topic: str
    headline: str
    url: str | None
    severity: Severity
    standing: Standing
    attribution: str
    lead: str
    news: str
    sources: tuple[StorySource, ...]
    more_sources: int
    at: datetime
    is_folded: bool
    tongue: str = ""
    """The language of the story's words where it is not the reader's."""
    corrected: Admitted | None = None
    withdrawn: Admitted | None = None
    alerted_at: datetime | None = None
    """When readers had an alert about it."""


def view(item: Told, language: Language, admitted: Admitted | None = None) -> StoryView:
    """A story for a reader of this language; ``admitted`` is the newest error put right in it."""
    story = item.story
    tongue, words = story.told_in(language)
    withdrawn = story.standing is Standing.RETRACTED
    # Who tells it in the words we show stands first, and is what the headline leads to.
    sources = sorted(story.sources, key=lambda source: source.get("language", tongue) != tongue)
    named = tuple(_named(source) for source in sources[:SOURCES])
    return StoryView(
        id=story.story_id,
        topic=item.topic,
        headline=clipped(words["title"], HEADLINE),
        url=next((source["url"] for source in named if is_link(source["url"])), None),
        severity=story.severity,
        standing=story.standing,
        attribution=clipped(words["attribution"] or "", ATTRIBUTION),
        lead=clipped(words["lead"], LEAD),
        news=clipped(_news(item, tongue), LEAD),
        sources=named,
        more_sources=max(story.source_count, len(story.sources)) - len(named),
        at=story.last_article_at,
        is_folded=item.is_folded,
        tongue="" if tongue == language else tongue,
        corrected=None if withdrawn else admitted,
        withdrawn=admitted if withdrawn else None,
    )


def _news(item: Told, tongue: str) -> str:
    """What is new, in the language of the story's words."""
    return (item.news if tongue == item.story.language else item.news_in.get(tongue)) or ""


def own_first(views: Iterable[StoryView]) -> list[StoryView]:
    """In the order of reading, but of stories equally severe those in the reader's language first.

    A section stays together, and so does what is folded.
    """
    sections: dict[tuple[bool, str], list[StoryView]] = {}
    for story in views:
        sections.setdefault((story.is_folded, "" if story.is_folded else story.topic), []).append(
            story
        )
    return [
        story
        for section in sections.values()
        for story in sorted(section, key=lambda s: (-s.severity.rank, bool(s.tongue)))
    ]


def source_names(stories: Iterable[StoryRevision]) -> set[str]:
    """The sources of several stories, each once."""
    return {source["name"] for story in stories for source in story.sources}


def clipped(text: str, most: int) -> str:
    """The text in one line of at most ``most`` characters, cut at a blank where there is one."""
    # What lies far behind the cut need not be looked at, and a title may be a whole book.
    line = re.sub(r"\s+", " ", text[: most * 4]).strip()
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    at_blank = cut.rsplit(" ", 1)[0]
    return (at_blank if len(at_blank) > most // 2 else cut).rstrip(" ,.;:–—-") + "…"


def _named(source: StorySource) -> StorySource:
    # A revision of long ago does not say whose report it was.
    agency = source.get("agency")
    return {**source, "name": clipped(source["name"], SOURCE_NAME), "agency": agency}
