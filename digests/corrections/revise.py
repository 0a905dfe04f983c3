"""What was wrong gets a new revision (verb): what is right instead, or the same, withdrawn."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.alerts.wording import body, headline
from digests.corrections.correction import Correction, CorrectionKind
from digests.corrections.label import labelled
from digests.stories.story import Story, StoryRevision, StoryWords
from digests.vocabulary import Standing


async def revise_alert(session: AsyncSession, alert: Alert, correction: Correction) -> None:
    """What the alert says from now on."""
    was = await session.get_one(AlertRevision, (alert.id, correction.was_revision))
    withdrawn = correction.kind is CorrectionKind.RETRACT
    main = was.main_language if withdrawn else correction.main_language
    label = correction.label or labelled(was, main)
    photo = None if correction.drops_photo else correction.photo or was.photo
    session.add(
        AlertRevision(
            alert_id=alert.id,
            revision=alert.revision,
            reason=RevisionReason.RETRACTION if withdrawn else RevisionReason.CORRECTION,
            texts=was.texts if withdrawn else correction.texts,
            main_language=main,
            topics=was.topics,
            places=was.places if withdrawn else correction.places,
            severity=was.severity,
            standing=Standing.RETRACTED if withdrawn else label.standing,
            attribution=label.attribution,
            attributions=dict(label.attributions),
            source_url=was.source_url,
            photo=photo,
            photo_changed=was.photo_changed or photo != was.photo,
            note=correction.notes.get(correction.main_language),
            made_by=correction.made_by,
            made_at=correction.decided_at,
        )
    )
    await session.flush()


async def revise_story(session: AsyncSession, story: Story, correction: Correction) -> None:
    """What the story says from now on."""
    was = await session.get_one(StoryRevision, (story.id, correction.was_revision))
    withdrawn = correction.kind is CorrectionKind.RETRACT
    story.standing = Standing.RETRACTED if withdrawn else Standing.CORRECTED
    right = correction.right_in(correction.main_language)
    main = was.language if withdrawn else correction.main_language
    session.add(
        StoryRevision(
            story_id=story.id,
            revision=story.revision,
            title=was.title if withdrawn else headline(right),
            lead=was.lead if withdrawn else body(right),
            language=main,
            # What nobody put right in its own language may repeat the error.
            tellings=was.tellings if withdrawn else _tellings(was, correction),
            severity=was.severity,
            standing=story.standing,
            attribution=was.told_in(main)[1]["attribution"],
            sources=was.sources,
            article_count=was.article_count,
            source_count=was.source_count,
            news=None,
            last_article_at=was.last_article_at,
            made_at=correction.decided_at,
        )
    )
    await session.flush()


def _tellings(was: StoryRevision, correction: Correction) -> dict[str, StoryWords]:
    return {
        language: StoryWords(
            title=headline(right),
            lead=body(right),
            news=None,
            attribution=was.told_in(language)[1]["attribution"],
        )
        for language, right in correction.texts.items()
        if language != correction.main_language
    }
