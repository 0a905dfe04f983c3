"""Sent alerts, stories in editions, and receipts, for the tests of corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert
from digests.alerts.decide import approve
from digests.audience.taste import Taste
from digests.corrections import amend
from digests.corrections.amendment import Amendment
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.editions.edition import Edition, EditionStory
from digests.outbox.dispatch import Content, Dispatch, MessageKind
from digests.outbox.receipt import Outcome, Receipt
from digests.storage.database import Database
from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Severity, Standing
from tests.alerts.builders import EDITOR, deciding, draft, who

RIGHT = "Fire at a warehouse near Luhansk\nAn empty warehouse burns. Nobody is said to be hurt."


async def sent_alert(session: AsyncSession, now: datetime) -> Alert:
    """An approved alert."""
    alert = await draft(session, now)
    await approve(session, alert.id, 1, **deciding(EDITOR, now))
    return alert


async def story(session: AsyncSession, now: datetime, title: str = "A depot was hit") -> Story:
    """A story at its first revision."""
    made = Story(
        severity=Severity.PRIORITY,
        standing=Standing.DEVELOPING,
        article_count=1,
        source_count=1,
        first_article_at=now,
        last_article_at=now,
        created_at=now,
        news_at=now,
    )
    session.add(made)
    await session.flush()
    session.add(
        StoryRevision(
            story_id=made.id,
            revision=1,
            title=title,
            lead="It burned all night.",
            language="en",
            severity=made.severity,
            standing=made.standing,
            sources=[],
            article_count=1,
            source_count=1,
            last_article_at=now,
            made_at=now,
        )
    )
    await session.flush()
    return made


async def edition(session: AsyncSession, taste: Taste, told: Story, until: datetime) -> Edition:
    """An edition of one story."""
    made = Edition(
        taste_id=taste.id,
        window_start=until.replace(hour=0),
        window_end=until,
        story_count=1,
        created_at=until,
    )
    session.add(made)
    await session.flush()
    session.add(
        EditionStory(
            edition_id=made.id,
            position=0,
            story_id=told.id,
            story_revision=told.revision,
            topic="strikes",
            is_update=False,
        )
    )
    await session.flush()
    return made


async def arrived(
    session: AsyncSession,
    content: Content,
    subject_id: int,
    chats: Sequence[int],
    *,
    now: datetime,
    outcome: Outcome = Outcome.SENT,
    message_id: int | None = None,
) -> None:
    """A copy in each of these chats."""
    rows = [
        {
            "dispatch_id": 1,
            "content": content,
            "subject_id": subject_id,
            "revision": 1,
            "chat_id": chat_id,
            "kind": MessageKind.SEND,
            "part": 0,
            "message_id": (message_id or 1000 + chat_id) if outcome is Outcome.SENT else None,
            "outcome": outcome,
            "attempts": 1,
            "ambiguous": False,
            "closes": True,
            "sent_at": now,
        }
        for chat_id in chats
    ]
    await session.execute(insert(Receipt), rows)


async def proposed(
    session: AsyncSession,
    kind: CorrectionKind,
    subject: CorrectedSubject,
    subject_id: int,
    *,
    now: datetime,
    revision: int = 1,
) -> Correction:
    """The editor's correction, not yet approved."""
    # A second error is another one: what changes nothing is no correction.
    right = RIGHT if revision == 1 else f"{RIGHT} Seen again as revision {revision}."
    words = {"text": right} if kind is CorrectionKind.CORRECT else {"note": "It was not so."}
    amendment = Amendment(kind, subject, subject_id, revision, language="en", **words)
    return await amend.propose(session, amendment, **who(EDITOR, now))


async def planned(desk: Database, content: Content, kind: MessageKind) -> Sequence[Dispatch]:
    """Every dispatch that brings this, the oldest first."""
    async with desk.read() as session:
        wanted = select(Dispatch).where(Dispatch.content == content, Dispatch.kind == kind)
        return (await session.scalars(wanted.order_by(Dispatch.id))).all()
