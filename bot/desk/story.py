"""``/story``: an editor looks at a story, says how far it can be relied upon, against the rule, or puts right
what was sent of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.context import Context
from bot.desk.door import desk, number, person, who
from bot.desk.heard import words_after_command
from digests.alerts.dialogue import Asked, ask
from digests.alerts.permission import Act
from digests.corrections.judgement import judge_severity, judge_standing
from digests.corrections.meant import copy_in, stories_in
from digests.errors import Stale
from digests.outbox.dispatch import Content
from digests.stories.asked import terms_of
from digests.stories.current import in_words
from digests.stories.override import TO_CHOOSE
from digests.stories.search import search
from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Severity, Standing

MOST = 8
"""Stories offered."""
LONGEST = 200
"""Characters looked for."""
RULE = "rule"


@desk(Act.CORRECT)
async def find_story(update: Update, context: Context) -> None:
    """In reply to a digest its stories; with words, the stories in which they occur."""
    message = update.message
    if message is None:
        raise Stale("gone")
    wrong, said = message.reply_to_message, words_after_command(message)[:LONGEST]
    stories: list[tuple[int, str]] = []
    language = await context.language()
    async with context.database.read() as session:
        if said:
            found = await search(session, terms_of(said), limit=MOST)
            told = await in_words(session, [story.id for story in found])
            stories = [(one.story_id, one.told_in(language)[1]["title"]) for one in told]
        elif wrong is not None:
            copy = await copy_in(session, wrong.chat_id, wrong.message_id)
            if copy is None or copy.content not in (Content.EDITION, Content.NEWS):
                raise Stale("gone")
            stories = await stories_in(session, copy, language)
    asked = bool(said) or wrong is not None
    await context.answer("desk/story_find.html", stories=stories, asked=asked)


@desk(Act.CORRECT)
async def open_story(update: Update, context: Context, story: str) -> None:  # noqa: ARG001
    """One story with what the rule says of it and what an editor may say."""
    await context.change("desk/story.html", **await _page(context, number(story)))


@desk(Act.CORRECT)
async def set_standing(
    update: Update, context: Context, story: str, revision: str, word: str
) -> None:
    """A tap on Confirmed, Developing, Disputed, or on what the rule says."""
    if word not in {*TO_CHOOSE, RULE}:
        raise Stale("gone")
    standing = None if word == RULE else Standing(word)
    async with context.database.write() as session:
        await judge_standing(
            session, number(story), number(revision), standing, **who(update, context)
        )
    await context.change("desk/story.html", **await _page(context, number(story)))


@desk(Act.CORRECT)
async def set_severity(
    update: Update, context: Context, story: str, revision: str, word: str
) -> None:
    """A tap on a severity, or on what the rule says."""
    if word not in {*Severity, RULE}:
        raise Stale("gone")
    severity = None if word == RULE else Severity(word)
    async with context.database.write() as session:
        await judge_severity(
            session, number(story), number(revision), severity, **who(update, context)
        )
    await context.change("desk/story.html", **await _page(context, number(story)))


@desk(Act.CORRECT)
async def ask_correction(update: Update, context: Context, story: str, revision: str) -> None:
    """What was sent of it is wrong: waits for the right words."""
    await _ask(update, context, Asked.CORRECTION, number(story), number(revision))


@desk(Act.CORRECT)
async def ask_retraction(update: Update, context: Context, story: str, revision: str) -> None:
    """What was sent of it is taken back: waits for the reason."""
    await _ask(update, context, Asked.REASON, number(story), number(revision))


async def _ask(
    update: Update, context: Context, asked: Asked, story_id: int, revision: int
) -> None:
    user_id = person(update)
    async with context.database.write() as session:
        story = await session.get(Story, story_id)
        if story is None or story.revision != revision:
            raise Stale("changed" if story else "gone")
        await ask(session, asked, user_id, now=context.now(), story=story_id, revision=revision)
    await context.answer(f"desk/ask_{asked}.html", alert=None, pictured=False)


async def _page(context: Context, story_id: int) -> dict[str, Any]:
    async with context.database.read() as session:
        story = await session.get(Story, story_id)
        if story is None:
            raise Stale("gone")
        words = await _words(session, story)
        earlier = await session.get(Story, story.follows_id) if story.follows_id else None
        before = await _words(session, earlier) if earlier else None
    language = await context.language()
    return {
        "story": story,
        "earlier": earlier,
        "earlier_title": before.told_in(language)[1]["title"] if before else None,
        "words": words.told_in(language)[1],
        "sources": words.sources,
        "may_judge": story.standing in TO_CHOOSE,
    }


async def _words(session: AsyncSession, story: Story) -> StoryRevision:
    return await session.get_one(StoryRevision, (story.id, story.revision))
