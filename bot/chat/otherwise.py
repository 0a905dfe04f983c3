"""What is no command: a city, a time or a topic is understood; anything else gets a kind answer."""

from __future__ import annotations

import asyncio

from telegram import Message, Update
from telegram.ext import CommandHandler

from bot.chat.pausing import stop
from bot.chat.posts import take_post
from bot.chat.reading import digest, found
from bot.chat.said_topics import read_topics
from bot.chat.subject import is_private
from bot.chat.times import written
from bot.chat.welcome import give_help, greet
from bot.chat.zone import ZoneChoice, city_table, take_location
from bot.context import Context
from bot.rendering.zones import country_title
from digests.audience.place import Place, read_place
from digests.audience.said_times import Time, read_times
from digests.errors import TooManyTimes, UnknownPlace, UnreadableTime
from digests.vocabulary import Language

_LIKE_A_COMMAND = 60.0
_STOPPING = {"stop", "unsubscribe", "стоп", "відписатися", "відпишіть", "досить", "отписаться"}
_GREETINGS = {"hi", "hello", "hey", "good morning", "good evening", "привіт", "вітаю", "добридень",
    "добрий день", "доброго дня", "добрий ранок", "доброго ранку", "добрий вечір",
    "доброго вечора"}  # fmt: skip
_ASKING_FOR_NEWS = {"news", "what's new", "what’s new", "digest", "новини", "дайджест", "що нового"}
_ASKING_FOR_HELP = {"help", "допомога", "допоможи", "допоможіть", "що ти вмієш", "що ви вмієте"}
_THANKS = {"thanks", "thank you", "дякую", "щиро дякую", "спасибі"}
_SHORTEST_PLACE = 4
_WELL_KNOWN = 10_000
"""Inhabitants in Ukraine, five times as many abroad: "так" is a yes, and also a town in Thailand."""
_SHORT = 60
"""Longer than this is no city, no time and no topic, but something somebody wrote or copied."""


async def hear_otherwise(update: Update, context: Context) -> bool:
    """The last listener: nothing that is said to us goes unanswered."""
    message = update.effective_message
    if message is None or await take_post(update, context):
        return True
    if not _is_for_us(update, context, message):
        return True
    if message.location:
        await take_location(update, context)
    elif message.text and message.text.startswith("/"):
        await _unknown_command(context, message.text)
    elif message.text and not message.forward_origin:
        await _answer_words(update, context, _without_name(message.text, context))
    elif message.text or message.effective_attachment:
        await context.answer("chat/no_words.html")
    return True


def _is_for_us(update: Update, context: Context, message: Message) -> bool:
    """In a group only what is said to us by name, or in reply to us; in a channel nothing."""
    if is_private(update):
        return True
    if update.channel_post:
        return False
    if (message.text or "").startswith("/"):
        return f"@{context.bot.username}".lower() in (message.text or "").split()[0].lower()
    answered = message.reply_to_message
    by_reply = bool(
        answered
        and answered.from_user
        and answered.from_user.id == context.bot.id
        and not answered.forum_topic_created
    )
    return by_reply or f"@{context.bot.username}".lower() in (message.text or "").lower()


def _without_name(text: str, context: Context) -> str:
    return " ".join(word for word in text.split() if word != f"@{context.bot.username}")


async def _unknown_command(context: Context, text: str) -> None:
    said = text[1:].split()[0].partition("@")[0] if len(text) > 1 and text[1:].split() else ""
    handlers = context.application.handlers.get(0, ())
    names = [name for one in handlers if isinstance(one, CommandHandler) for name in one.commands]
    from rapidfuzz import fuzz, process  # a bot at rest holds 4 MB less

    found = process.extract(
        said.lower(), sorted(names), scorer=fuzz.ratio, score_cutoff=_LIKE_A_COMMAND, limit=3
    )
    await context.answer(
        "chat/unknown_command.html", said=said[:32], nearest=[name for name, _, _ in found]
    )


async def _answer_words(update: Update, context: Context, text: str) -> None:
    # Who says "stop" must not be told how to say it.
    said = text.strip(" .,!?").casefold()
    if said in _STOPPING:
        await stop(update, context)
    elif said in _GREETINGS:
        await greet(update, context)
    elif said in _ASKING_FOR_NEWS:
        await digest(update, context)
    elif said in _ASKING_FOR_HELP:
        await give_help(update, context)
    elif said in _THANKS:
        await context.answer("chat/thanked.html")
    else:
        await _understand(update, context, text)


async def _understand(update: Update, context: Context, text: str) -> None:
    language = await context.language()
    short = text if len(text) <= _SHORT else ""
    topics = read_topics(short, context.topics, language)
    times = _times(short)
    places = [] if topics.known or times else await _places(short)
    named = topics.known or times or places
    if short and not named and await found(update, context, short):
        return
    guessed = topics.unknown[0][1] if topics.unknown and not named else ()
    await context.answer(
        "chat/understood.html",
        said=short,
        known=topics.known,
        nearest=guessed,
        times=[f"{time.minute // 60:02}:{time.minute % 60:02}" for time in times],
        written=written(times),
        places=[_choice(place, language) for place in places[:3]],
    )


def _times(text: str) -> tuple[Time, ...]:
    if not any(letter.isdigit() for letter in text):
        return ()
    try:
        return read_times(text)
    except (UnreadableTime, TooManyTimes):
        return ()


async def _places(text: str) -> list[Place]:
    if len(text) < _SHORTEST_PLACE:
        return []
    table = await city_table()
    try:
        places = await asyncio.to_thread(read_place, text, table)
    except UnknownPlace:
        return []
    return [place for place in places if _is_well_known(place)]


def _is_well_known(place: Place) -> bool:
    city = place.city
    return city is None or city.population >= _WELL_KNOWN * (1 if city.country == "UA" else 5)


def _choice(place: Place, language: Language) -> ZoneChoice:
    country = f", {country_title(place.city.country, language)}" if place.city else ""
    return ZoneChoice(place.timezone, f"{place.title(language)}{country}")
