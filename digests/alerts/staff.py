"""Who works at the desk (verb): owners come from the settings, they appoint the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.audit import record
from digests.alerts.card import Card
from digests.alerts.editor import Editor, Role
from digests.alerts.permission import Act, may
from digests.errors import NotPermitted, Stale


async def role_of(session: AsyncSession, user_id: int, owners: Collection[int]) -> Role | None:
    """The person's role at this moment; none for everybody else."""
    if user_id in owners:
        return Role.OWNER
    editor = await session.get(Editor, user_id)
    return editor.role if editor else None


async def demand(session: AsyncSession, user_id: int, act: Act, *, owners: Collection[int]) -> Role:
    """The person's role, or ``NotPermitted`` where it does not allow the act."""
    role = await role_of(session, user_id, owners)
    if role is None:
        raise NotPermitted(act)
    if not may(role, act):
        raise NotPermitted("owners" if act is Act.APPOINT else "editors")
    return role


async def appoint(
    session: AsyncSession,
    user_id: int,
    role: Role,
    *,
    by: int,
    owners: Collection[int],
    now: datetime,
) -> Editor:
    """Makes somebody an editor or a reviewer; only an owner may, and owners are not appointed."""
    await demand(session, by, Act.APPOINT, owners=owners)
    if role is Role.OWNER or user_id in owners:
        raise NotPermitted(Act.APPOINT)
    editor = await enter(session, user_id, role, appointed_by=by, now=now)
    await record(session, "appoint", f"person:{user_id}", by=by, now=now, role=role)
    return editor


async def enter(
    session: AsyncSession, user_id: int, role: Role, *, appointed_by: int, now: datetime
) -> Editor:
    """The person has this role from now on, whatever they had before."""
    editor = await session.get(Editor, user_id)
    if editor is None:
        editor = Editor(user_id=user_id)
        session.add(editor)
    editor.role, editor.appointed_by, editor.appointed_at = role, appointed_by, now
    return editor


async def dismiss(
    session: AsyncSession, user_id: int, *, by: int, owners: Collection[int], now: datetime
) -> None:
    """Takes the role away; whatever buttons the person still has are refused from now on."""
    await demand(session, by, Act.APPOINT, owners=owners)
    editor = await session.get(Editor, user_id)
    if editor is None:
        raise Stale("gone")
    await session.delete(editor)
    # What is not sent yet is no business of theirs any more: their cards stay as they are.
    await session.execute(delete(Card).where(Card.chat_id == user_id))
    await record(session, "dismiss", f"person:{user_id}", by=by, now=now, role=editor.role)


async def staff(session: AsyncSession) -> Sequence[Editor]:
    """Everybody appointed, the longest first."""
    return (
        await session.scalars(select(Editor).order_by(Editor.appointed_at, Editor.user_id))
    ).all()


async def approvers(session: AsyncSession, owners: Collection[int]) -> list[int]:
    """All who may approve, by number."""
    roles = [role for role in Role if may(role, Act.APPROVE)]
    editors = select(Editor.user_id).where(Editor.role.in_(roles))
    return sorted({*owners, *(await session.scalars(editors))})


async def desk_chats(session: AsyncSession, owners: Collection[int]) -> list[int]:
    """The private chats of all who may correct: where the desk is told things."""
    editors = select(Editor.user_id).where(Editor.role == Role.EDITOR)
    return sorted({*owners, *(await session.scalars(editors))})
