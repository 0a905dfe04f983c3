"""The archive's photos are found, kept and let go (verb). Only what an alert shows now is there: a photo that
was withdrawn, or that another one replaced, is nobody's to see any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.alert import Alert, AlertRevision, RevisionReason
from digests.corrections.public_photo import PublicPhoto, name_of
from digests.corrections.published import is_public_alert
from digests.storage.bulk import insert_new

LOOKED_THROUGH = 500
"""Newest alerts among which photos are looked for."""

AT_ONCE = 10
AGAIN = timedelta(minutes=5)
MOST_TRIES = 24
"""Two hours long; whoever has no photo by then has none here."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes, of which kind and how large."""

    content: bytes
    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo to be fetched."""

    alert_id: int
    file_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo that can be shown."""

    name: str
    kind: str
    width: int
    height: int


async def take_wanted(session: AsyncSession, *, now: datetime) -> Sequence[Wanted]:
    """Photos that alerts show and we lack, for the caller to fetch; nobody else takes them for a while."""
    newest = select(func.max(Alert.id) - LOOKED_THROUGH).scalar_subquery()
    untried = or_(
        PublicPhoto.alert_id.is_(None),
        and_(
            PublicPhoto.kind.is_(None),
            PublicPhoto.tried_at <= now - AGAIN,
            PublicPhoto.tries < MOST_TRIES,
        ),
    )
    rows = await session.execute(
        select(Alert.id, AlertRevision.photo)
        .join(AlertRevision, _stands())
        .outerjoin(PublicPhoto, _is_of_it())
        .where(is_public_alert(), Alert.id > newest, untried)
        .order_by(Alert.id.desc())
        .limit(AT_ONCE)
    )
    found = [Wanted(alert_id, file_id) for alert_id, file_id in rows if file_id is not None]
    return [one for one in found if await _is_taken(session, one, now)]


async def _is_taken(session: AsyncSession, wanted: Wanted, now: datetime) -> bool:
    """Whether it is ours to fetch: another worker may have come first."""
    name = name_of(wanted.file_id)
    row = {
        "alert_id": wanted.alert_id,
        "name": name,
        "file_id": wanted.file_id,
        "tries": 1,
        "tried_at": now,
    }
    if await insert_new(session, PublicPhoto, [row], ["alert_id"]):
        return True
    again = await session.execute(
        update(PublicPhoto)
        .where(_named(wanted.alert_id, name), PublicPhoto.tried_at <= now - AGAIN)
        .values(tries=PublicPhoto.tries + 1, tried_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(again.rowcount)  # type: ignore[attr-defined]


async def keep(session: AsyncSession, wanted: Wanted, picture: Picture) -> None:
    """It is there from now on."""
    await session.execute(
        update(PublicPhoto)
        .where(_named(wanted.alert_id, name_of(wanted.file_id)))
        .values(
            kind=picture.kind, width=picture.width, height=picture.height, content=picture.content
        )
        .execution_options(synchronize_session=False)
    )


async def let_go(session: AsyncSession) -> int:
    """Deletes those that no alert shows any more; how many."""
    is_shown = exists().where(Alert.id == PublicPhoto.alert_id, _stands(), _is_of_it())
    gone = await session.execute(
        delete(PublicPhoto).where(~is_shown).execution_options(synchronize_session=False)
    )
    return gone.rowcount  # type: ignore[attr-defined, no-any-return]


async def kept_of(session: AsyncSession, alert_ids: Sequence[int]) -> dict[int, Kept]:
    """The photo that each of these alerts shows now, where we have it."""
    rows = await session.execute(
        select(
            Alert.id,
            PublicPhoto.name,
            PublicPhoto.kind,
            PublicPhoto.width,
            PublicPhoto.height,
        )
        .join(AlertRevision, _stands())
        .join(PublicPhoto, _is_of_it())
        .where(Alert.id.in_(alert_ids), is_public_alert(), PublicPhoto.kind.is_not(None))
    )
    return {row.id: Kept(row.name, row.kind or "", row.width or 0, row.height or 0) for row in rows}


async def content_of(session: AsyncSession, alert_id: int, name: str) -> bytes | None:
    """The bytes; whether it is shown still, ``kept_of`` says."""
    wanted = select(PublicPhoto.content).where(_named(alert_id, name))
    return await session.scalar(wanted)


async def was_shown(session: AsyncSession, alert_id: int, name: str) -> bool:
    """Whether the alert, which went out, ever had this photo."""
    photos = await session.scalars(
        select(AlertRevision.photo)
        .join(Alert, Alert.id == AlertRevision.alert_id)
        .where(Alert.id == alert_id, is_public_alert(), AlertRevision.photo.is_not(None))
    )
    return any(name_of(file_id) == name for file_id in photos if file_id)


def _named(alert_id: int, name: str) -> ColumnElement[bool]:
    return and_(PublicPhoto.alert_id == alert_id, PublicPhoto.name == name)


def _stands() -> ColumnElement[bool]:
    """The newest words of an alert that is not withdrawn."""
    return and_(
        AlertRevision.alert_id == Alert.id,
        AlertRevision.revision == Alert.revision,
        AlertRevision.reason != RevisionReason.RETRACTION,
        AlertRevision.photo.is_not(None),
    )


def _is_of_it() -> ColumnElement[bool]:
    return and_(
        PublicPhoto.alert_id == Alert.id,
        PublicPhoto.file_id == AlertRevision.photo,
    )
