"""The stories of a digest, to follow or mute: the list that opens from the button under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.chat.subject import chat_of, for_admins, reader
from bot.context import Context
from bot.rendering.digest import views_of
from bot.rendering.stories import StoryView, clipped
from digests.audience.following import QUIET_DAYS, Wish, story_about, toggle, wishes
from digests.audience.subscriber import Subscriber
from digests.editions.edition import Edition
from digests.editions.followable import followable, revision_in
from digests.editions.told import told
from digests.vocabulary import Language

ON_PAGE = 6
"""Stories on one page, each with two buttons."""

HEADLINE = 120
LONGEST = 15
"""Digits of a number, in a button that anybody may forge."""

_WISHES = {"f": Wish.FOLLOW, "m": Wish.MUTE}


@dataclass(frozen=True, slots=True)
class Line:
    """One story of the list."""

    number: int
    story_id: int
    headline: str
    wish: Wish | None


@for_admins
async def show_stories(update: Update, context: Context, edition: str, page: str = "") -> None:
    """The button under a digest, or a tap on another page of the list."""
    values = await _page(update, context, _number(edition), _number(page))
    if values is None:
        await context.toast("chat/not_followed.html", alert=True)
    elif page:
        await context.change("chat/stories.html", **values)
    elif chat_of(update).type == ChatType.CHANNEL:
        await _show_admin(update, context, values)
    else:
        await context.answer("chat/stories.html", **values)


@for_admins
async def wish_story(
    update: Update, context: Context, edition: str, story: str, page: str, wish: str
) -> None:
    """A tap on Follow or Mute; the same one again ends it."""
    edition_id, story_id, wanted = _number(edition), _number(story), _WISHES.get(wish)
    async with context.database.write() as session:
        row = await reader(session, update, context)
        shown = await followable(session, row, edition_id) if row else None
        knows = await revision_in(session, edition_id, story_id) if shown else None
        if row is None or shown is None or knows is None or wanted is None:
            await context.toast("chat/not_followed.html", alert=True)
            return
        now_is = await toggle(
            session,
            row.id,
            story_about(story_id),
            wanted,
            now=context.now(),
            message_id=shown.message_id,
            knows=knows,
        )
    await context.toast(
        "chat/followed.html",
        wish=wanted,
        is_on=now_is is not None,
        days=QUIET_DAYS,
        is_story=True,
    )
    listed = await _page(update, context, edition_id, _number(page))
    if listed is not None:
        await context.change("chat/stories.html", **listed)


async def _show_admin(update: Update, context: Context, values: dict[str, Any]) -> None:
    """A channel's list is nothing for its readers: its admin gets it in their own chat."""
    user = update.effective_user
    assert user is not None  # noqa: S101 - a tap has somebody who taps
    context.about = chat_of(update).id
    try:
        language = Language.nearest(user.language_code)
        await context.tell(
            user.id, "chat/stories.html", language=language, timezone="UTC", **values
        )
    except TelegramError:
        # They never spoke with us: their own chat opens, and the next tap works.
        context.about = None
        await context.lead_to("help")


async def _page(
    update: Update, context: Context, edition_id: int, page: int
) -> dict[str, Any] | None:
    """The list's page with what stands now; none where this chat has no such digest."""
    language = await context.language()
    async with context.database.read() as session:
        row = await reader(session, update, context)
        shown = await followable(session, row, edition_id) if row else None
        if row is None or shown is None:
            return None
        views = await _views(session, shown.edition, language)
        last = max(len(views) - 1, 0) // ON_PAGE
        page = min(page, last)
        first = page * ON_PAGE
        lines = await _lines(session, row, views[first : first + ON_PAGE], first)
    return {"edition": edition_id, "lines": lines, "page": page, "last": last}


async def _views(session: AsyncSession, edition: Edition, language: Language) -> list[StoryView]:
    """In the order of the digest; what was withdrawn has no news to follow."""
    found = await views_of(session, edition, await told(session, edition), language)
    return [story for story in found if story.withdrawn is None]


async def _lines(
    session: AsyncSession, row: Subscriber, views: list[StoryView], first: int
) -> list[Line]:
    wished = await wishes(session, row.id, [story_about(story.id) for story in views])
    return [
        Line(
            number,
            story.id,
            clipped(story.headline, HEADLINE),
            wished.get(story_about(story.id)),
        )
        for number, story in enumerate(views, first + 1)
    ]


def _number(word: str) -> int:
    """0 for what is none: nothing has that number."""
    return int(word) if word.isascii() and word.isdigit() and len(word) <= LONGEST else 0
