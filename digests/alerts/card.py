"""A card: an alert's messages at the desk, the previews and beside them what editors can do.

A card is first only wanted: its messages are sent by whoever finds it next, so that a crash in between
owes nobody theirs. So is one that was shown before it was counted whom the alert reaches. While the alert
goes out the card is live: it shows how far it is, until nothing is left to send.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, case, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word
from digests.vocabulary import Language

DEALING = timedelta(minutes=1)
"""How long whoever sends a card has it for themselves; afterwards they are taken for dead."""

WANTED = "message_id IS NULL OR dealing_until IS NOT NULL"


class Card(Base):
    """Where an alert is shown at the desk."""

    __tablename__ = "card"

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigInteger, index=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    preview_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message that shows what readers get; none before it is sent."""
    preview_print: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of the preview, so that it is edited only where it changed."""
    other_id: Mapped[int | None] = mapped_column(BigInteger)
    """The preview in the other language, where the alert has a text in it."""
    other_print: Mapped[str] = mapped_column(String(64), server_default="")
    shape: Mapped[str] = mapped_column(String(64), server_default="1")
    """How many previews, and of which photo: what no edit can change."""
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message with the buttons; none before it is sent."""
    dealing_until: Mapped[datetime | None]
    """Until then somebody is sending it, or counts for it."""
    language: Mapped[Language] = mapped_column(word(Language))
    """Of the editor to whom it is shown."""
    dispatch_id: Mapped[int | None] = mapped_column(BigInteger)
    """Live: whose progress it shows; none before it is sent and after it ended."""
    shown: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of what a live card last showed, so that nothing is edited without need."""
    shown_sent: Mapped[int] = mapped_column(default=0)
    shown_at: Mapped[datetime | None]
    """How many were delivered when it was last shown: from this comes the rate."""

    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index(
            "ix_card_live",
            "dispatch_id",
            sqlite_where=text("dispatch_id IS NOT NULL"),
            postgresql_where=text("dispatch_id IS NOT NULL"),
        ),
        Index(
            "ix_card_wanted",
            "id",
            sqlite_where=text(WANTED),
            postgresql_where=text(WANTED),
        ),
    )


async def card_at(session: AsyncSession, chat_id: int, message_id: int) -> Card | None:
    """The card that one of these messages belongs to: the preview, or the one with the buttons."""
    return await session.scalar(
        select(Card).where(
            Card.chat_id == chat_id,
            or_(
                Card.message_id == message_id,
                Card.preview_id == message_id,
                Card.other_id == message_id,
            ),
        )
    )


async def cards_of(session: AsyncSession, alert_id: int) -> Sequence[Card]:
    """Wherever this alert is shown at the desk."""
    shown = select(Card).where(Card.alert_id == alert_id, Card.message_id.is_not(None))
    return (await session.scalars(shown.order_by(Card.id))).all()


async def want_cards(
    session: AsyncSession, alert_id: int, chats: Iterable[int], language: str
) -> None:
    """Each of these chats is to get the alert's card, those that have one too: a new one is heard.
    ``language`` counts where the chat never chose one."""
    for chat_id in chats:
        spoken = await language_at(session, chat_id) or Language(language)
        session.add(Card(alert_id=alert_id, chat_id=chat_id, language=spoken))
    await session.flush()


async def take_wanted(session: AsyncSession, *, now: datetime) -> Sequence[Card]:
    """The wanted cards that nobody is at, for the caller to finish within ``DEALING``: to send, or where
    they were sent to count for."""
    wanted = select(Card).where(
        or_(Card.message_id.is_(None), Card.dealing_until.is_not(None)),
        or_(Card.dealing_until.is_(None), Card.dealing_until <= now),
    )
    cards = (await session.scalars(wanted.with_for_update(skip_locked=True))).all()
    for card in cards:
        card.dealing_until = now + DEALING
    await session.flush()
    return cards


async def follow(session: AsyncSession, alert_id: int, dispatch_id: int) -> None:
    """Every card of the alert shows from now on how far this dispatch is."""
    cards = update(Card).where(Card.alert_id == alert_id)
    await session.execute(cards.values(dispatch_id=dispatch_id))


async def measure_anew(session: AsyncSession, alert_id: int) -> None:
    """The rate that the alert's cards show is not measured over the time before."""
    cards = update(Card).where(Card.alert_id == alert_id)
    await session.execute(cards.values(shown_at=None))


async def live_cards(session: AsyncSession) -> Sequence[Card]:
    """The cards whose alert is going out."""
    live = select(Card).where(Card.dispatch_id.is_not(None), Card.message_id.is_not(None))
    return (await session.scalars(live)).all()


async def language_at(session: AsyncSession, chat_id: int) -> Language | None:
    """The language the desk last spoke there, else anywhere; who works at it need not have subscribed."""
    newest = select(Card.language).order_by(
        case((Card.chat_id == chat_id, 0), else_=1), Card.id.desc()
    )
    return await session.scalar(newest.limit(1))
