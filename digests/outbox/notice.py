"""A notice: a note of our own to one chat, such as a desk's warning or an editor's preview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.outbox.control import lock_gates, raise_revision, supersede
from digests.outbox.dispatch import Content, Dispatch, Lane, MessageKind, Reach
from digests.outbox.plan import plan
from digests.storage.schema import Base
from digests.vocabulary import Language


class Notice(Base):
    """What to say, not the words: ``kind`` names the template ``messages/notices/<kind>.html``."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    """Raised when what it says is no longer so: its copies are edited."""


async def announce(
    session: AsyncSession,
    *,
    chat_id: int,
    kind: str,
    values: Mapping[str, Any],
    now: datetime,
    lane: Lane = Lane.NOTICES,
    language: Language | None = None,
) -> Dispatch:
    """Plans a notice. ``language`` counts only where the chat never subscribed."""
    notice = Notice(kind=kind, values=dict(values), made_at=now)
    session.add(notice)
    await session.flush()
    return await plan(
        session,
        content=Content.NOTICE,
        subject_id=notice.id,
        lane=lane,
        reach=Reach.SINGLE,
        chat_id=chat_id,
        language=language,
        created_at=now,
        plan_key=f"notice:{notice.id}",
    )


async def revise(
    session: AsyncSession, notice_id: int, values: Mapping[str, Any], *, now: datetime
) -> None:
    """The notice says this from now on: its copy is edited, or goes out so where it still waits."""
    notice = await session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None or notice.values == dict(values):
        return
    notice.values, notice.revision = dict(values), notice.revision + 1
    await session.flush()
    await supersede(session, Content.NOTICE, [notice.id], now=now)
    await raise_revision(session, Content.NOTICE, notice.id, notice.revision)
    await plan(
        session,
        content=Content.NOTICE,
        subject_id=notice.id,
        revision=notice.revision,
        kind=MessageKind.EDIT,
        lane=Lane.NOTICES,
        reach=Reach.RECEIVED,
        received_content=Content.NOTICE,
        received_subject_id=notice.id,
        created_at=now,
        plan_key=f"edit:notice:{notice.id}:{notice.revision}",
    )


async def revise_alike(
    session: AsyncSession,
    kind: str,
    about: tuple[str, int],
    further: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Every notice of this kind that is about the same thing says this too from now on."""
    name, number = about
    same = Notice.values[name].as_integer() == number
    notices = (await session.scalars(select(Notice).where(Notice.kind == kind, same))).all()
    if notices:
        await lock_gates(session)
    for notice in notices:
        await revise(session, notice.id, {**notice.values, **further}, now=now)
