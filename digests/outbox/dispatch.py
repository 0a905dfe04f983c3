"""A dispatch: one content going to one audience, with a cursor and a state.

    running ──pause──> paused ──resume──> running
       │ └──cancel──> cancelled <──cancel──┘
       └──audience expanded and nothing left──> done

Its audience is found by its reach: ``stamped`` appointments (digests), subscribers ``matching`` topics
and severity (alerts), of these those who ``missed`` it (an alert sent again), those who are ``woken``
(what was held for their quiet hours), those who ``received`` something (corrections), or a ``single``
chat (notices). ``following`` are those of ``received`` who follow what it tells of; ``followers`` all who
follow a story and know it up to one revision (story news).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word
from digests.vocabulary import Language, Severity


class Content(StrEnum):
    """What the courier renders; ``subject_id`` says which."""

    EDITION = "edition"
    MAP = "map"
    """Of an edition."""
    ALERT = "alert"
    WAKING = "waking"
    """Alerts that were held for quiet hours."""
    CORRECTION = "correction"
    UPDATE = "update"
    """A short reply below an alert that has newer words."""
    NEWS = "news"
    """What is new in a story, for those who follow it."""
    NOTICE = "notice"


class Lane(StrEnum):
    """Who goes first. The wheel in ``lanes.py`` shares the rate among them."""

    INTERACTIVE = "interactive"
    URGENT = "urgent"
    CORRECTIONS = "corrections"
    DIGESTS = "digests"
    NOTICES = "notices"


class Reach(StrEnum):
    """How the audience is found."""

    STAMPED = "stamped"
    MATCHING = "matching"
    MISSED = "missed"
    WOKEN = "woken"
    RECEIVED = "received"
    FOLLOWING = "following"
    FOLLOWERS = "followers"
    SINGLE = "single"


class DispatchState(StrEnum):
    """Where it stands."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class MessageKind(StrEnum):
    """What is asked of Telegram."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


class Dispatch(Base):
    """One content for one audience."""

    __tablename__ = "dispatch"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[Content] = mapped_column(word(Content))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """The edition, alert, correction or notice."""
    revision: Mapped[int] = mapped_column(default=1)
    """The newest revision of the subject; rows still waiting render it."""
    kind: Mapped[MessageKind] = mapped_column(word(MessageKind), default=MessageKind.SEND)
    lane: Mapped[Lane] = mapped_column(word(Lane))
    state: Mapped[DispatchState] = mapped_column(word(DispatchState), default=DispatchState.RUNNING)
    state_reason: Mapped[str | None] = mapped_column(Text)
    silent: Mapped[bool] = mapped_column(default=False)

    reach: Mapped[Reach] = mapped_column(word(Reach))
    topics: Mapped[list[str] | None] = mapped_column(JSON)
    """matching: a subscriber's taste holds one of these."""
    severity: Mapped[Severity | None] = mapped_column(word(Severity))
    """How its readers' wishes let it come: at all, with a sound, or only when they wake."""
    covers_from: Mapped[datetime | None]
    covers_until: Mapped[datetime | None]
    """stamped: sent only where ``subscriber.covered_until`` still equals ``covers_from``, and moves it
    to ``covers_until`` in the same commit; any other reader has been told meanwhile."""
    is_empty: Mapped[bool] = mapped_column(default=False)
    """stamped: an edition without stories; readers who chose silence are passed over."""
    received_content: Mapped[Content | None] = mapped_column(word(Content))
    received_subject_id: Mapped[int | None] = mapped_column(BigInteger)
    """received, following: whoever has a receipt of this."""
    about: Mapped[str | None] = mapped_column(String(32))
    """What it tells of, as readers follow or mute it: who muted it is passed over; none: nobody is."""
    since_revision: Mapped[int | None]
    """followers: they know the story up to here; in the commit that puts the message into the outbox
    they are marked as told."""
    chat_id: Mapped[int | None] = mapped_column(BigInteger, info={"forgotten_as": None})
    """single: where to."""
    language: Mapped[Language | None] = mapped_column(word(Language))
    """single: what a chat that never subscribed is spoken to in."""

    audience: Mapped[int] = mapped_column(default=0)
    """How many were meant when it was planned."""
    expanded: Mapped[int] = mapped_column(default=0)
    """How many rows it has put into the outbox."""
    passed_over: Mapped[int] = mapped_column(default=0)
    """How many of the audience needed none: told meanwhile, merged into the next, gone, silent."""
    faults: Mapped[int] = mapped_column(SmallInteger, default=0)
    """In how many chats Telegram refused the content itself; at three it pauses by itself."""
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    cursor_end: Mapped[int | None] = mapped_column(BigInteger)
    """The last subscriber (or receipt) there was when it was planned."""
    is_expanded: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    plan_key: Mapped[str] = mapped_column(String(160), unique=True)
    """The same plan made twice is one dispatch."""

    __table_args__ = (
        Index("ix_dispatch_subject", "content", "subject_id"),
        Index(
            "ix_dispatch_unfinished",
            "lane",
            "id",
            sqlite_where=text("state IN ('running', 'paused')"),
            postgresql_where=text("state IN ('running', 'paused')"),
        ),
    )
