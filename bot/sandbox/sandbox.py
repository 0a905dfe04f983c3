"""The sandbox as its users hold it: a server to start and stop, people to act as, logs to judge by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox import acts
from bot.sandbox.control import Control
from bot.sandbox.faults import Fault
from bot.sandbox.limits import Limits, Windows
from bot.sandbox.page import Page
from bot.sandbox.people import SUPERGROUP_BELOW, Chat, Person, Topic
from bot.sandbox.server import BODY_MOST, BotApi
from bot.sandbox.tape import Accepted, RefusedLog
from bot.sandbox.webhook import WebhookPusher, stopped
from bot.sandbox.world import World

Row = dict[str, Any]
TAP_SECONDS = 10.0
BOT_ID = 7_000_000_100
# A one-pixel PNG: what ``send_photo`` sends where no picture is given.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f8"
    "0f0001040100b5a5c8d10000000049454e44ae426082"
)


class Sandbox:
    """A Bot API server on this machine, its people and its judge.

    ``clock`` (monotonic seconds) is the time of the rate windows, the log and the age of updates.
    ``open_chats`` makes any positive chat id a person who has started the bot. ``webhook_retry`` is
    the first pause, in seconds, before an update is pushed to a webhook again.
    """

    def __init__(
        self,
        *,
        token: str = "100:sandbox",  # noqa: S107 - known to all, and good for nothing elsewhere
        limits: Limits | None = None,
        seed: int = 0,
        clock: Callable[[], float] | None = None,
        open_chats: bool = False,
        webhook_retry: float = 1.0,
    ) -> None:
        self.token = token
        # Far from the small ids that tests and benches give to people.
        self.bot_id = BOT_ID
        self.bot_username = "frontwire_bot"
        bot = Person(self.bot_id, "Frontwire", self.bot_username, is_bot=True)
        self.world = World(
            bot=bot,
            limits=limits or Limits.telegram(),
            seed=seed,
            clock=clock,
            open_chats=open_chats,
        )
        self.api = BotApi(self.world, token)
        self._control = Control(self.world)
        self._page = Page(self.world, self.api.stopping)
        self._pusher = WebhookPusher(self.world, webhook_retry)
        self._pushing: asyncio.Task[None] | None = None
        self._runner: web.ServerRunner | None = None
        self._host = ""
        self._port = 0
        self._watchers: dict[int, list[asyncio.Event]] = {}
        self.world.listeners.append(self._wake_watchers)

    # the server

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 is any free one, kept over a later stop and start with port 0."""
        self.api.stopping.clear()
        server = web.Server(self._handle, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port or self._port, backlog=1024)
        await site.start()
        self._host, self._port = self._runner.addresses[0][:2]
        self._pushing = asyncio.create_task(self._pusher.run())

    async def stop(self) -> None:
        """Close the port and every connection. What was said stays; ``start`` opens it again."""
        self.api.stopping.set()
        self.world.updates.interrupt()
        await stopped(self._pushing)
        self._pushing = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The server's address: FRONTWIRE_API_URL."""
        return f"http://{self._host}:{self._port}"

    @property
    def page_url(self) -> str:
        """The chat page's address."""
        return f"{self.url}/"

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/" or request.path.startswith("/page/"):
            return await self._page.handle(request)
        if request.path.startswith("/control/"):
            return await self._control.handle(request)
        return await self.api.handle(request)

    # people and chats

    def add_user(
        self, user_id: int, name: str, *, username: str | None = None, language: str = "en"
    ) -> None:
        """A person, and their private chat with the bot, not yet started."""
        self.world.add_person(Person(user_id, name, username, language))

    def add_group(
        self,
        chat_id: int,
        title: str,
        *,
        forum: bool = False,
        members: dict[int, str] | None = None,
        username: str | None = None,
    ) -> None:
        """A group that the bot is not in yet; members by user id with their status."""
        kind = "supergroup" if forum or username or chat_id < SUPERGROUP_BELOW else "group"
        self._add_room(Chat(chat_id, kind, title, username, is_forum=forum), members)

    def add_channel(
        self,
        chat_id: int,
        title: str,
        *,
        members: dict[int, str] | None = None,
        username: str | None = None,
    ) -> None:
        """A channel that the bot is not in yet."""
        self._add_room(Chat(chat_id, "channel", title, username), members)

    def _add_room(self, chat: Chat, members: dict[int, str] | None) -> None:
        chat.members = dict(members or {})
        self.world.chats[chat.id] = chat

    def add_topic(self, chat_id: int, thread_id: int, name: str) -> None:
        """A topic of a forum."""
        self._chat(chat_id).topics[thread_id] = Topic(thread_id, name)

    def add_bot_to(
        self, chat_id: int, *, by: int, status: str | None = None, **rights: bool
    ) -> None:
        """``by`` adds the bot; to a channel as an administrator, to a group as a member unless said."""
        chat = self._chat(chat_id)
        as_admin = chat.kind == "channel" or bool(rights)
        standing = status or ("administrator" if as_admin else "member")
        if chat.kind == "channel":
            rights = {"can_post_messages": True, "can_edit_messages": True, **rights}
        acts.set_standing(self.world, chat, standing, by=by, rights=rights)

    def remove_bot_from(self, chat_id: int, *, by: int) -> None:
        """``by`` throws the bot out."""
        acts.set_standing(self.world, self._chat(chat_id), "kicked", by=by)

    def block(self, user_id: int) -> None:
        """A person stops the bot: sends to them answer 403 from now on."""
        acts.set_standing(self.world, self._chat(user_id), "kicked", by=user_id)

    def unblock(self, user_id: int) -> None:
        """A person lets the bot in again."""
        acts.set_standing(self.world, self._chat(user_id), "member", by=user_id)

    def start_chat(self, user_id: int) -> None:
        """The person has started the bot some time ago; no update tells of it."""
        self._chat(user_id).bot = "member"

    def deactivate(self, user_id: int) -> None:
        """A person deletes their account."""
        acts.person_of(self.world, user_id).deactivated = True

    def migrate(self, chat_id: int, new_chat_id: int) -> None:
        """A basic group becomes a supergroup."""
        acts.migrate(self.world, self._chat(chat_id), new_chat_id)

    def close_topic(self, chat_id: int, thread_id: int) -> None:
        """Close a forum's topic: sends to it answer TOPIC_CLOSED."""
        self._chat(chat_id).topics[thread_id].closed = True

    def delete_topic(self, chat_id: int, thread_id: int) -> None:
        """Delete a forum's topic: sends to it answer that the thread is not found."""
        self._chat(chat_id).topics.pop(thread_id, None)

    def restrict(self, chat_id: int, *, writable: bool = False, photos: bool = True) -> None:
        """Take the right to send, or to send photos, from the bot, or give it back."""
        chat = self._chat(chat_id)
        chat.writable, chat.takes_photos = writable, photos

    def _chat(self, chat_id: int) -> Chat:
        chat = self.world.chat(chat_id)
        if chat is None:
            raise acts.NoSuchThing(f"no chat {chat_id}")
        return chat

    # acts of a person

    async def say(
        self,
        user_id: int,
        text: str,
        *,
        chat_id: int | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
        forward_from: Row | int | None = None,
    ) -> int:
        """A text message; returns its id. ``forward_from`` is a user id, or a MessageOrigin as it is."""
        origin = self._origin(forward_from)
        return acts.write(
            self.world,
            user_id,
            chat_id,
            text,
            thread_id=thread_id,
            reply_to=reply_to,
            origin=origin,
        )

    def _origin(self, source: Row | int | None) -> Row | None:
        if not isinstance(source, int):
            return source
        if source < 0:
            chat = self._chat(source).as_chat()
            return {"type": "channel", "date": int(time.time()), "chat": chat, "message_id": 1}
        user = acts.person_of(self.world, source).as_user()
        return {"type": "user", "date": int(time.time()), "sender_user": user}

    async def tap(
        self,
        user_id: int,
        chat_id: int,
        message_id: int,
        data: str,
        *,
        timeout: float = TAP_SECONDS,  # noqa: ASYNC109 - the sandbox's promise, not the caller's
    ) -> Row | None:
        """Tap a button; returns the bot's answer (text, show_alert, url), or None without one in time."""
        callback_id = acts.tap(self.world, user_id, chat_id, message_id, data)
        try:
            return await asyncio.wait_for(self.world.callbacks[callback_id], timeout)
        except TimeoutError:
            self.world.callbacks.pop(callback_id, None)
            return None

    async def share_location(self, user_id: int, latitude: float, longitude: float) -> int:
        """A location in the private chat."""
        place = {"location": {"latitude": latitude, "longitude": longitude}}
        return acts.write(self.world, user_id, None, "", media=place)

    async def send_photo(
        self,
        user_id: int,
        caption: str = "",
        *,
        picture: bytes = PIXEL,
        chat_id: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        """A photo with a caption."""
        stored = self.world.keep_file("photo.png", "image/png", picture)
        size = {"file_id": stored.id, "file_unique_id": stored.id, "width": 1, "height": 1}
        media = {"photo": [{**size, "file_size": len(picture)}]}
        return acts.write(self.world, user_id, chat_id, caption, reply_to=reply_to, media=media)

    async def forward(
        self, user_id: int, from_chat: int, message_id: int, *, chat_id: int | None = None
    ) -> int:
        """Forward a message to the bot or to another chat."""
        return acts.forward(self.world, user_id, from_chat, message_id, chat_id)

    async def post(self, channel_id: int, text: str) -> int:
        """A channel's post."""
        return acts.post(self.world, channel_id, text)

    async def edit_own(self, chat_id: int, message_id: int, text: str) -> None:
        """A person edits what they wrote, a channel its post."""
        acts.edit(self.world, chat_id, message_id, text)

    async def push_update(self, raw: Row) -> int:
        """Any update, unknown kinds too; returns its id."""
        return self.world.updates.push_raw(raw)

    # what the bot did

    @property
    def accept_log(self) -> list[Accepted]:
        """Every accepted send, edit and delete, in order."""
        return self.world.accepted

    @property
    def refused_log(self) -> RefusedLog:
        """Every refusal."""
        return self.world.refused

    def messages(self, chat_id: int) -> list[Row]:
        """The chat as a person sees it now, from both sides: edits applied, deleted ones gone."""
        return [message.as_json() for message in self.world.in_chat(chat_id)]

    def from_bot(self, message: Row) -> bool:
        """Whether the bot sent this message."""
        found = self.world.message(message["chat"]["id"], message["message_id"])
        return found is not None and found.by_bot

    async def wait_for(
        self,
        chat_id: int,
        predicate: Callable[[Row], object] | None = None,
        *,
        count: int = 1,
        after: int = 0,
        timeout: float = 10.0,  # noqa: ASYNC109 - it becomes an error that shows the chat
    ) -> list[Row]:
        """Wait until ``count`` messages of the chat fit, and return all that do.

        Without a predicate: the bot's messages. Only ids above ``after`` count. Raises TimeoutError,
        saying what the chat holds.
        """
        fits = predicate or self.from_bot
        event = asyncio.Event()
        self._watchers.setdefault(chat_id, []).append(event)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    event.clear()
                    rows = [
                        m for m in self.messages(chat_id) if m["message_id"] > after and fits(m)
                    ]
                    if len(rows) >= count:
                        return rows
                    await event.wait()
        except TimeoutError:
            said = [m.get("text", m.get("caption")) for m in self.messages(chat_id)][-5:]
            raise TimeoutError(f"chat {chat_id} holds {said!r}") from None
        finally:
            self._watchers[chat_id].remove(event)

    def _wake_watchers(self, _what: str, chat_id: int, _message_id: int) -> None:
        for event in self._watchers.get(chat_id, ()):
            event.set()

    # what goes wrong

    def fault(self, fault: Fault) -> None:
        """Put a fault in force."""
        self.world.faults.add(fault)

    def clear_faults(self) -> None:
        """Everything works again."""
        self.world.faults.clear()

    def set_limits(self, limits: Limits) -> None:
        """Other limits, with empty windows."""
        self.world.windows = Windows(limits)


def _request(*parts: Any) -> web.BaseRequest:
    """aiohttp's own, but with room for a photo."""
    loop = asyncio.get_running_loop()
    message, payload, protocol, writer, task = parts
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=BODY_MOST
    )
