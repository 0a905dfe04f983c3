"""An editor's word on a story stands above the rule's (verb), until it is given back to the rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from digests.errors import Stale
from digests.stories.story import Story, StoryRevision, StoryWords
from digests.stories.telling import Telling
from digests.vocabulary import Severity, Standing

TO_CHOOSE = (Standing.CONFIRMED, Standing.DEVELOPING, Standing.DISPUTED)
"""The others come from a correction alone."""


def as_set(
    telling: Telling, set_standing: Standing | None, set_severity: Severity | None
) -> Telling:
    """What the rule tells, with what an editor set above it."""
    if telling.standing not in TO_CHOOSE:
        return telling
    standing = set_standing or telling.standing
    severity = set_severity or telling.severity
    if standing is not Standing.CONFIRMED:
        return replace(telling, standing=standing, severity=severity)
    others = {code: replace(said, attribution=None) for code, said in telling.others.items()}
    return replace(telling, standing=standing, severity=severity, attribution=None, others=others)


async def override(
    session: AsyncSession,
    story_id: int,
    revision: int,
    *,
    standing: Standing | None,
    severity: Severity | None,
    now: datetime,
) -> Story:
    """The story as an editor says, told so from now on; none: as the rule says.

    Raises ``Stale`` for a story that says something else than the editor saw, or was put right: what a
    correction said stands.
    """
    story = await session.get(Story, story_id, with_for_update=True)
    if story is None:
        raise Stale("gone")
    if story.revision != revision:
        raise Stale("changed")
    if story.standing not in TO_CHOOSE:
        raise Stale("decided")
    # A story from before there was this column says what the rule said.
    story.judged_standing = story.judged_standing or story.standing
    story.judged_severity = story.judged_severity or story.severity
    story.set_standing, story.set_severity = standing, severity
    shown = standing or story.judged_standing, severity or story.judged_severity
    if shown != (story.standing, story.severity):
        await _revise(session, story, *shown, now)
    return story


async def _revise(
    session: AsyncSession, story: Story, standing: Standing, severity: Severity, now: datetime
) -> None:
    was = await session.get_one(StoryRevision, (story.id, story.revision))
    is_confirmed = standing is Standing.CONFIRMED
    story.revision += 1
    story.standing, story.severity = standing, severity
    session.add(
        StoryRevision(
            story_id=story.id,
            revision=story.revision,
            title=was.title,
            lead=was.lead,
            language=was.language,
            tellings={
                code: _words(words, is_confirmed=is_confirmed)
                for code, words in was.tellings.items()
            },
            severity=severity,
            standing=standing,
            attribution=None if is_confirmed else was.attribution,
            sources=was.sources,
            article_count=was.article_count,
            source_count=was.source_count,
            news=None,
            last_article_at=was.last_article_at,
            made_at=now,
        )
    )
    await session.flush()


def _words(words: StoryWords, *, is_confirmed: bool) -> StoryWords:
    attribution = None if is_confirmed else words["attribution"]
    return StoryWords(title=words["title"], lead=words["lead"], news=None, attribution=attribution)
