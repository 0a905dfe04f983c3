"""A channel becomes a source when an editor says so; a forwarded post becomes an article."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import Forbidden

from bot.context import Context
from bot.desk.breaking import begin
from bot.desk.door import desk, number, person
from bot.desk.heard import Heard, Origin
from bot.desk.showing import manner_of, send
from digests.alerts.audit import record
from digests.alerts.dialogue import Asked, Dialogue, answered, ask
from digests.alerts.permission import Act, may
from digests.alerts.staff import role_of
from digests.errors import Stale
from digests.intake.receive import Post, receive_post
from digests.intake.source import SourceKind
from digests.intake.sources import find_or_add, resume
from digests.vocabulary import Language

_log = logging.getLogger(__name__)

_OUT = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def offer_channel(update: Update, context: Context) -> None:
    """An editor made the bot a member of a channel: asks them whether to read it."""
    change, user = update.my_chat_member, update.effective_user
    if change is None or user is None or change.chat.type != ChatType.CHANNEL:
        return
    if change.new_chat_member.status in _OUT or change.old_chat_member.status not in _OUT:
        return
    async with context.database.read() as session:
        role = await role_of(session, user.id, context.settings.owners)
        manner = await manner_of(session, user.id, Language.nearest(user.language_code))
    if not may(role, Act.SOURCES):
        return
    title = change.chat.title or str(change.chat.id)
    async with context.database.write() as session:
        dialogue = await ask(
            session, Asked.KEEP, user.id, now=context.now(), channel=change.chat.id, title=title
        )
    question = context.words.message(
        "desk/channel.html", manner.language, dialogue=dialogue, title=title
    )
    try:
        await send(context.bot, user.id, question)
    except Forbidden as refusal:
        # They never spoke to the bot in private; adding it again asks again.
        _log.info("editor not reached", extra={"error": type(refusal).__name__})


@desk(Act.SOURCES)
async def accept_channel(update: Update, context: Context, dialogue: str) -> None:
    """Its posts become articles from now on."""
    now = context.now()
    async with context.database.write() as session:
        asked = await _answer(session, dialogue, update)
        channel, title = str(asked.about["channel"]), asked.about["title"]
        source = await find_or_add(session, SourceKind.CHANNEL, channel, title=title, now=now)
        source.added_by = person(update)
        await resume(session, source, now=now)
        await record(session, "accept", f"source:{source.id}", by=person(update), now=now)
    await context.change("desk/channel_accepted.html", title=title)


@desk(Act.SOURCES)
async def keep_post(update: Update, context: Context, dialogue: str) -> None:
    """The forwarded post is kept as an article, and finds its story by itself."""
    now = context.now()
    async with context.database.write() as session:
        asked = await _answer(session, dialogue, update)
        article = await receive_post(session, _post(asked), now=now)
        if article is not None:
            await record(session, "keep", f"article:{article.id}", by=person(update), now=now)
    await context.change("desk/kept.html", article=article)


@desk(Act.PROPOSE)
async def break_post(update: Update, context: Context, dialogue: str) -> None:
    """The forwarded post becomes a draft."""
    async with context.database.write() as session:
        asked = await _answer(session, dialogue, update)
    post = _post(asked)
    origin = Origin(int(post.channel), post.channel_title, post.number, post.posted_at, post.link)
    photo = asked.about.get("photo")
    await begin(update, context, Heard(post.text, origin, post.channel_title, photo))


async def offer_post(update: Update, context: Context, said: Heard, origin: Origin) -> None:
    """Asks what to do with a post that an editor forwarded."""
    user_id = person(update)
    async with context.database.write() as session:
        dialogue = await ask(
            session,
            Asked.KEEP,
            user_id,
            now=context.now(),
            channel=origin.chat_id,
            title=origin.title,
            number=origin.number,
            text=said.text,
            link=origin.link,
            posted_at=origin.published_at.isoformat(),
            photo=said.photo,
        )
    await context.answer("desk/forwarded.html", dialogue=dialogue, origin=origin)


async def _answer(session: AsyncSession, dialogue: str, update: Update) -> Dialogue:
    asked = await answered(session, number(dialogue), user_id=person(update))
    if asked.asked is not Asked.KEEP:
        raise Stale("gone")
    return asked


def _post(asked: Dialogue) -> Post:
    about = asked.about
    if "number" not in about:
        raise Stale("gone")
    return Post(
        channel=str(about["channel"]),
        channel_title=about["title"],
        number=about["number"],
        text=about["text"],
        posted_at=datetime.fromisoformat(about["posted_at"]),
        link=about["link"],
    )
