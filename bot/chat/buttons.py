"""Every button of the readers' conversations, by the first word of its callback data."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from inspect import signature

from telegram import Update

from bot.chat import (
    day_map,
    following,
    following_stories,
    knocking,
    pausing,
    privacy,
    reading,
    settings_page,
    subscriptions,
    times,
    welcome,
    zone,
)
from bot.context import Context

_CHANNEL = re.compile(r"-100\d{5,13}")

_PAGES: dict[str, Callable[..., Awaitable[None]]] = {
    "topics": subscriptions.show_topics,
    "topic": subscriptions.toggle_topic,
    "sub": subscriptions.add_topic,
    "unsub": subscriptions.drop_topic,
    "why": subscriptions.why,
    "sections": subscriptions.show_sections,
    "times": times.show_times,
    "hour": times.toggle_hour,
    "notimes": times.no_times,
    "accept": times.accept_times,
    "zones": zone.show_zones,
    "zone": zone.choose_zone,
    "settings": settings_page.show_settings,
    "knocks": knocking.show_knocks,
    "knock": knocking.set_knock,
    "knock_topics": knocking.show_knock_topics,
    "knock_topic": knocking.toggle_knock_topic,
    "nights": knocking.show_nights,
    "night": knocking.set_night,
    "hours": knocking.set_hours,
    "ask": settings_page.ask,
    "set": settings_page.put,
    "ask_pause": pausing.ask_pause,
    "pause": pausing.pause_days,
    "resume": pausing.resume,
    "digest": reading.digest,
    "latest": reading.latest_of,
    "follow": following.follow,
    "mute": following.mute,
    "no_more": following.unfollow,
    "following": following.show_following,
    "unfollow": following.end_following,
    "stories": following_stories.show_stories,
    "wish": following_stories.wish_story,
    "map": day_map.show_map,
    "privacy": privacy.tell_privacy,
    "export": privacy.export,
    "forget": privacy.forget,
    "speak": welcome.speak,
    "help": welcome.give_help,
}


async def about_channel(
    update: Update, context: Context, chat_id: str, name: str, *words: str
) -> None:
    """A button in an admin's own chat that speaks of a channel; its handler asks who taps."""
    handler = _PAGES.get(name)
    if handler is None or not _CHANNEL.fullmatch(chat_id):
        await context.toast("chat/stale_button.html")
        return
    try:
        signature(handler).bind(None, None, *words)
    except TypeError:
        await context.toast("chat/stale_button.html")
        return
    context.about = int(chat_id)
    await handler(update, context, *words)


READER_BUTTONS = {**_PAGES, "chat": about_channel}
