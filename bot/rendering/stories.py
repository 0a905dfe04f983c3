"""Stories as the templates show them: shortened, linked, and openly put right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.rendering.safe import is_link
from digests.editions.told import Told
from digests.stories.story import StoryRevision, StorySource
from digests.vocabulary import Severity, Standing

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
    corrected: Admitted | None = None
    withdrawn: Admitted | None = None


def view(item: Told, admitted: Admitted | None = None) -> StoryView:
    """A story for the templates; ``admitted`` is the newest error put right in it."""
    story = item.story
    withdrawn = story.standing is Standing.RETRACTED
    named = tuple(_named(source) for source in story.sources[:SOURCES])
    return StoryView(
        id=story.story_id,
        topic=item.topic,
        headline=clipped(story.title, HEADLINE),
        url=next((source["url"] for source in named if is_link(source["url"])), None),
        severity=story.severity,
        standing=story.standing,
        attribution=clipped(story.attribution or "", ATTRIBUTION),
        lead=clipped(story.lead, LEAD),
        news=clipped(item.news or "", LEAD),
        sources=named,
        more_sources=max(story.source_count, len(story.sources)) - len(named),
        at=story.last_article_at,
        is_folded=item.is_folded,
        corrected=None if withdrawn else admitted,
        withdrawn=admitted if withdrawn else None,
    )


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
    return {**source, "name": clipped(source["name"], SOURCE_NAME)}
