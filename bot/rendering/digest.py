"""An edition as messages: the digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.day_map import map_message
from bot.rendering.render import Message, Version, Words
from bot.rendering.stories import Admitted, StoryView, own_first, source_names, view
from digests.alerts.followed import alerted_at
from digests.alerts.quiet_sources import QuietSource, quiet_sources
from digests.alerts.wording import headline
from digests.audience.taste import Taste
from digests.corrections import published
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.difference import dropped
from digests.corrections.earlier import earlier_errors
from digests.corrections.history import history
from digests.editions.edition import Edition
from digests.editions.picture import has_places
from digests.editions.told import Told, told
from digests.stories.story import StoryRevision
from digests.vocabulary import Language, Standing

TEMPLATE = "messages/digest.html"

QUIET_NAMED = 3
"""Quiet sources that a digest names; the others are counted."""

ADMITTED = 200
"""Characters of what an earlier digest said wrongly, and as many of what is right."""


@dataclass(frozen=True, slots=True)
class Section:
    """A topic and its stories shown in full."""

    topic: str
    stories: tuple[StoryView, ...]


@dataclass(frozen=True, slots=True)
class EarlierError:
    """An error in a digest before this one."""

    digest_at: datetime
    withdrawn: bool
    was: str
    right: str
    note: str
    spoken: str = ""
    """The language of what we say where it is not the reader's."""


async def digest_parts(
    session: AsyncSession, words: Words, version: Version
) -> tuple[Message, ...]:
    """The digest of one edition, in a reader's language and zone."""
    edition = await session.get_one(Edition, version.subject_id)
    items = await told(session, edition)
    shown = await views_of(session, edition, items, version.language)
    errors = await _errors(session, edition, version.language)
    mapped = await has_places(session, edition)
    taste = await session.get_one(Taste, edition.taste_id)
    asked = mapped and not taste.has_map
    quiet = await quiet_sources(session, [t.topic for t in taste.topics], edition.window_end)
    page = await _page(session, words, edition, shown, version.language)
    parts = render(
        words,
        edition,
        items,
        shown,
        errors,
        version.language,
        version.timezone,
        has_map=asked,
        quiet=quiet,
        page=page,
    )
    if not (mapped and taste.has_map):
        return parts
    # First, so that its number stays the same when a corrected digest grows or shrinks.
    return (
        await map_message(session, words, edition, shown, version.language, version.timezone),
        *parts,
    )


async def map_parts(session: AsyncSession, words: Words, version: Version) -> tuple[Message, ...]:
    """The map of one edition by itself."""
    edition = await session.get_one(Edition, version.subject_id)
    shown = await views_of(session, edition, await told(session, edition), version.language)
    return (await map_message(session, words, edition, shown, version.language, version.timezone),)


async def _page(
    session: AsyncSession,
    words: Words,
    edition: Edition,
    views: Sequence[StoryView],
    language: Language,
) -> str | None:
    """Where a digest too long for a chat can be read whole, if it is anybody's business."""
    is_long = any(story.is_folded for story in views)
    if not words.archive or not is_long or not await published.public_edition(session, edition.id):
        return None
    return f"{words.archive}/{language}/editions/{edition.id}"


async def views_of(
    session: AsyncSession, edition: Edition, items: Sequence[Told], language: Language
) -> list[StoryView]:
    """The stories as this language's readers meet them, in the order of reading."""
    alerted = await alerted_at(
        session,
        [item.story.story_id for item in items],
        since=edition.window_start,
        until=edition.created_at,
    )
    shown = [
        view(item, language, await admitted_in(session, item, edition.created_at, language))
        for item in items
    ]
    return own_first([replace(story, alerted_at=alerted.get(story.id)) for story in shown])


def render(
    words: Words,
    edition: Edition,
    items: Sequence[Told],
    views: Sequence[StoryView],
    errors: Sequence[EarlierError],
    language: Language,
    timezone: str,
    *,
    has_map: bool = False,
    quiet: Sequence[QuietSource] = (),
    page: str | None = None,
) -> tuple[Message, ...]:
    """The one way from an edition's stories to messages; ``has_map``: there is one to ask for;
    ``page``: where all of it can be read."""
    zone = ZoneInfo(timezone)
    starts, ends = (
        moment.astimezone(zone) for moment in (edition.window_start, edition.window_end)
    )
    shown = [story for story in views if not story.is_folded]
    return words.parts(
        TEMPLATE,
        language,
        timezone=timezone,
        now=edition.window_end,
        edition_id=edition.id,
        starts_at=edition.window_start,
        ends_at=edition.window_end,
        hour=ends.hour,
        days_ago=(ends.date() - starts.date()).days,
        found=edition.story_count,
        source_count=len(source_names(item.story for item in items)),
        shown=shown,
        sections=sections(shown),
        folded=[story for story in views if story.is_folded],
        has_map=has_map,
        page=page,
        quiet=quiet[:QUIET_NAMED],
        more_quiet=len(quiet[QUIET_NAMED:]),
        errors=errors,
    )


def sections(shown: Iterable[StoryView]) -> list[Section]:
    """The stories by topic; they stand together already."""
    return [Section(topic, tuple(stories)) for topic, stories in groupby(shown, lambda s: s.topic)]


async def admitted_in(
    session: AsyncSession, item: Told, told_at: datetime, language: Language
) -> Admitted | None:
    """The newest error put right in this story after it had been told."""
    story = item.story
    if story.standing not in (Standing.CORRECTED, Standing.RETRACTED):
        return None
    key = (CorrectedSubject.STORY, story.story_id, story.revision)
    for correction in await history(session, *key):
        if correction.decided_at and correction.decided_at > told_at:
            _, was = (await _before(session, correction)).told_in(language)
            return Admitted(
                at=correction.decided_at,
                note=correction.note_in(language),
                earlier=dropped(f"{was['title']}\n{was['lead']}", correction.right_in(language)),
            )
    return None


async def _errors(
    session: AsyncSession, edition: Edition, language: Language
) -> list[EarlierError]:
    return [
        _admitted(correction, digest, await _before(session, correction), language)
        for correction, digest in await earlier_errors(session, edition)
    ]


def _admitted(
    correction: Correction, digest: Edition, before: StoryRevision, language: Language
) -> EarlierError:
    """Headlines alone would not tell what was wrong where only the words below them were."""
    spoken, told = correction.spoken_in(language), before.told_in(language)[1]
    withdrawn = correction.kind is CorrectionKind.RETRACT
    was, right = f"{told['title']}\n{told['lead']}", correction.right_in(language)
    return EarlierError(
        digest_at=digest.window_end,
        withdrawn=withdrawn,
        was=told["title"] if withdrawn else dropped(was, right, ADMITTED),
        right=dropped(right, was, ADMITTED) or headline(right),
        note=correction.note_in(language),
        spoken="" if spoken == language else spoken,
    )


async def _before(session: AsyncSession, correction: Correction) -> StoryRevision:
    key = (correction.subject_id, correction.was_revision)
    return await session.get_one(StoryRevision, key)
