"""The typed context that every handler gets: what the bot is made of, and how to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import Application, CallbackContext, ExtBot

from bot.counting import Counting
from digests.audience.subscriber import Subscriber
from digests.storage.database import Database
from digests.vocabulary import Language

if TYPE_CHECKING:
    from bot.rendering.contents import Contents
    from bot.rendering.render import Message as Rendered
    from bot.rendering.render import Words
    from bot.settings import Settings
    from digests.stories.tagging import Topics

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root made, for everyone who needs it."""

    database: Database
    settings: Settings
    words: Words
    topics: Topics
    contents: Contents
    clock: Callable[[], datetime]
    """The time in UTC; the tests' journeys hand in their own."""
    counting: Counting = field(default_factory=Counting)


Box = dict[str, Any]
App = Application[ExtBot[None], "Context", Box, Box, Box, None]


class Context(CallbackContext[ExtBot[None], Box, Box, Box]):
    """One update's context. Handlers answer with templates, never with sentences."""

    incoming: Update
    toasted: bool = False
    """Whether the tapped button was answered: until then Telegram shows it as busy."""
    about: int | None = None
    """The channel that its admin speaks of from their own chat; none: the chat itself."""

    @classmethod
    def from_update(cls, update: object, application: Any) -> Context:
        """Keeps the update, so that answering needs no more than a template's name."""
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.incoming = update
        return context

    @property
    def services(self) -> Services:
        """Everything below, in one object."""
        services: Services = self.bot_data["services"]
        return services

    @property
    def database(self) -> Database:
        """Where transactions are opened."""
        return self.services.database

    @property
    def settings(self) -> Settings:
        """What the operator set."""
        return self.services.settings

    @property
    def words(self) -> Words:
        """The templates and catalogs."""
        return self.services.words

    @property
    def topics(self) -> Topics:
        """The topics readers choose from."""
        return self.services.topics

    @property
    def contents(self) -> Contents:
        """Editions, alerts, corrections and notices as messages."""
        return self.services.contents

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self.services.clock()

    @property
    def thread_id(self) -> int | None:
        """The forum topic in which the person spoke."""
        message = self.incoming.effective_message
        return message.message_thread_id if message and message.is_topic_message else None

    async def language(self) -> Language:
        """The subscriber's language, else the nearest to the person's own."""
        return (await self._voice())[0]

    async def answer(self, template: str, **values: Any) -> Message:
        """Sends the rendered template to the update's chat and forum topic."""
        chat = self.incoming.effective_chat
        assert chat is not None  # noqa: S101 - nothing without a chat is routed to a handler
        rendered = await self._render(template, values)
        return await self.bot.send_message(
            chat.id,
            rendered.text,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(rendered),
            link_preview_options=NO_PREVIEW,
            message_thread_id=self.thread_id,
        )

    async def tell(
        self, user_id: int, template: str, *, language: Language, timezone: str, **values: Any
    ) -> None:
        """Sends a template to a person's own chat, wherever the update came from."""
        rendered = self._worded(template, language, timezone, values)
        await self.bot.send_message(
            user_id,
            rendered.text,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(rendered),
            link_preview_options=NO_PREVIEW,
        )

    async def change(self, template: str, **values: Any) -> None:
        """Edits the message whose button was tapped; where that cannot be, answers anew."""
        query = self.incoming.callback_query
        if query is None or query.message is None:
            await self.answer(template, **values)
            return
        rendered = await self._render(template, values)
        try:
            await query.edit_message_text(
                rendered.text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(rendered),
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as refusal:
            # The same button tapped twice: the page already says so.
            if "not modified" not in refusal.message.lower():
                await self.answer(template, **values)

    async def toast(
        self, template: str | None = None, *, alert: bool = False, **values: Any
    ) -> None:
        """Answers the tap: with a short line at the top, a box to close, or nothing to read."""
        query = self.incoming.callback_query
        if query is None or self.toasted:
            return
        self.toasted = True
        text = self.words.text(template, await self.language(), **values) if template else None
        try:
            await query.answer(text[:200] if text else None, show_alert=alert)
        except BadRequest:
            # Older than Telegram remembers taps; there is nobody left to tell.
            self.toasted = True

    async def lead_to(self, payload: str) -> None:
        """Answers the tap by opening the person's own chat with us, at ``/start <payload>``."""
        query = self.incoming.callback_query
        if query is None or self.toasted:
            return
        self.toasted = True
        await query.answer(url=f"https://t.me/{self.bot.username}?start={payload}")

    async def _render(self, template: str, values: Box) -> Rendered:
        language, timezone = await self._voice()
        return self._worded(template, language, timezone, values)

    def _worded(self, template: str, language: Language, timezone: str, values: Box) -> Rendered:
        message = self.words.message(
            template, language, timezone=timezone, now=self.now(), **values
        )
        return message if self.about is None else speaking_of(self.about, message)

    async def _voice(self) -> tuple[Language, str]:
        """In which language and time zone this chat is spoken to. Not kept: /language changes it."""
        chat, user = self.incoming.effective_chat, self.incoming.effective_user
        asked = [chat_id for chat_id in (self.about, chat and chat.id) if chat_id is not None]
        wanted = select(Subscriber.chat_id, Subscriber.language, Subscriber.timezone)
        async with self.database.read() as session:
            rows = await session.execute(wanted.where(Subscriber.chat_id.in_(asked)))
            known = {row.chat_id: row for row in rows}
        # An admin reads of a channel in their own language, but its hours are the channel's.
        spoken = known.get(chat.id) if chat else None
        timed = known.get(self.about) if self.about is not None else spoken
        return (
            spoken.language if spoken else Language.nearest(user.language_code if user else None),
            timed.timezone if timed else "UTC",
        )


def speaking_of(chat_id: int, message: Rendered) -> Rendered:
    """The message with buttons that say of which chat they speak."""
    rows = (
        tuple(replace(b, data=f"chat:{chat_id}:{b.data}") if b.data else b for b in row)
        for row in message.buttons
    )
    return replace(message, buttons=tuple(rows))


def keyboard(message: Rendered) -> InlineKeyboardMarkup | None:
    """A rendered message's buttons as Telegram wants them."""
    rows = [
        [InlineKeyboardButton(b.label, callback_data=b.data, url=b.url) for b in row]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(rows) if rows else None
