"""Edge: the chat page in the browser, its events and the acts of whoever sits before it."""

from __future__ import annotations

import asyncio
import base64
import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox import acts
from bot.sandbox.control import is_local
from bot.sandbox.message import Message
from bot.sandbox.people import Chat
from bot.sandbox.profile import commands_for
from bot.sandbox.world import World

FOLDER = Path(__file__).parent / "page"
FILES = frozenset(path.name for path in FOLDER.iterdir() if path.is_file())
MESSAGES_SHOWN = 300
PEOPLE_SHOWN = 50
PICTURE_BYTES = 10 * 1024 * 1024
HEARTBEAT_SECONDS = 15.0
TAP_SECONDS = 10.0
LANGUAGES = ("en", "uk")
_JSON = {"Content-Type": "application/json"}
_SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Row = dict[str, Any]


class Page:
    """Answers ``/`` and ``/page/...`` on this machine, and nobody else's page."""

    def __init__(self, world: World, stopping: asyncio.Event) -> None:
        self._world = world
        self._stopping = stopping
        self._acts: dict[str, Callable[[Row], Any]] = {
            "say": self._say,
            "post": lambda act: acts.post(world, act["chat_id"], act["text"]),
            "edit": lambda act: acts.edit(world, act["chat_id"], act["message_id"], act["text"]),
            "forward": self._forward,
            "location": self._location,
            "photo": self._photo,
            "block": lambda act: self._standing(act, "kicked"),
            "language": self._language,
            "unblock": lambda act: self._standing(act, "member"),
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request of the page."""
        if not is_local(request):
            return web.Response(status=403, text="only from this machine")
        path = "index.html" if request.path == "/" else request.path.removeprefix("/page/")
        if path in FILES:
            return _file(path)
        if path == "state":
            return web.Response(body=orjson.dumps(self._state(_user(request))), headers=_JSON)
        if path == "events":
            return await self._events(request, _user(request))
        if path == "act" and request.method == "POST":
            return await self._act(request)
        stored = self._world.files.get(path.removeprefix("file/"))
        if stored is not None and stored.content_type.startswith("image/"):
            return web.Response(body=stored.data, content_type=stored.content_type, headers=_SAFE)
        return web.Response(status=404, text="no such page")

    # what a person sees

    def _state(self, user_id: int) -> Row:
        people = [p for p in self._world.people.values() if not p.is_bot][:PEOPLE_SHOWN]
        known = {person.id for person in people}
        me = user_id if user_id in known else next(iter(known), 0)
        language = self._world.people[me].language or "" if me else ""
        profile = self._world.profile
        return {
            "me": me,
            "people": [person.as_user() for person in people],
            "bot": {
                **self._world.bot.as_user(),
                "description": profile.descriptions.get(language)
                or profile.descriptions.get("", ""),
            },
            "chats": [self._chat(chat, me) for chat in self._chats_of(me)],
        }

    def _chats_of(self, user_id: int) -> list[Chat]:
        chats = self._world.chats.values()
        return [
            chat
            for chat in chats
            if chat.migrated_to is None and (chat.id == user_id or _inside(chat, user_id))
        ]

    def _chat(self, chat: Chat, user_id: int) -> Row:
        language = self._world.people[user_id].language or ""
        rows = list(self._world.in_chat(chat.id))[-MESSAGES_SHOWN:]
        return {
            **chat.as_chat(),
            "bot_is": chat.bot,
            "i_am": chat.members.get(user_id, "member"),
            "topics": [{"id": topic.id, "name": topic.name} for topic in chat.topics.values()],
            "commands": commands_for(self._world, chat, user_id, language),
            "messages": [_shown(message) for message in rows],
        }

    # events

    async def _events(self, request: web.BaseRequest, user_id: int) -> web.StreamResponse:
        """Server-sent events: what happens in this person's chats, until the page goes."""
        queue: asyncio.Queue[Row] = asyncio.Queue()

        def listen(what: str, chat_id: int, message_id: int) -> None:
            event = self._event(what, chat_id, message_id, user_id)
            if event is not None:
                queue.put_nowait(event)

        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **_SAFE})
        # Before the headers: once the page knows that it is heard, it asks for the state.
        self._world.listeners.append(listen)
        try:
            await response.prepare(request)
            await response.write(b": here\n\n")
            while not self._stopping.is_set():
                await response.write(await _next_event(queue, self._stopping))
        except (ConnectionError, asyncio.CancelledError):
            pass  # the page was closed
        finally:
            self._world.listeners.remove(listen)
        return response

    def _event(self, what: str, chat_id: int, message_id: int, user_id: int) -> Row | None:
        if what in ("commands", "standing"):
            return {"what": "reload"}
        chat = self._world.chats.get(chat_id)
        if chat is None or not (chat_id == user_id or _inside(chat, user_id)):
            return None
        event: Row = {"what": what, "chat_id": chat_id, "message_id": message_id}
        message = self._world.message(chat_id, message_id)
        if message is not None:
            event["message"] = _shown(message)
        return event

    # acts

    async def _act(self, request: web.BaseRequest) -> web.Response:
        if not request.headers.get("Content-Type", "").startswith("application/json"):
            return web.Response(status=415, text="JSON is expected")
        try:
            act = orjson.loads(await request.read())
            if act.get("act") == "tap":
                return _json({"answer": await self._tap(act)})
            return _json({"result": self._acts[act["act"]](act)})
        except (acts.NoSuchThing, KeyError, TypeError, ValueError) as error:
            return web.Response(status=400, text=f"cannot do that: {error}")

    def _say(self, act: Row) -> int:
        return acts.write(
            self._world,
            act["user_id"],
            act.get("chat_id"),
            act["text"],
            reply_to=act.get("reply_to"),
            thread_id=act.get("thread_id"),
        )

    async def _tap(self, act: Row) -> Row | None:
        named = (act["user_id"], act["chat_id"], act["message_id"], act["data"])
        callback_id = acts.tap(self._world, *named)
        try:
            return await asyncio.wait_for(self._world.callbacks[callback_id], TAP_SECONDS)
        except TimeoutError:
            return None

    def _forward(self, act: Row) -> int:
        return acts.forward(
            self._world, act["user_id"], act["chat_id"], act["message_id"], act.get("to")
        )

    def _location(self, act: Row) -> int:
        place = {"latitude": float(act["latitude"]), "longitude": float(act["longitude"])}
        return acts.write(
            self._world, act["user_id"], act.get("chat_id"), "", media={"location": place}
        )

    def _photo(self, act: Row) -> int:
        data = base64.b64decode(act["data"], validate=True)
        if len(data) > PICTURE_BYTES or not act["type"].startswith("image/"):
            raise ValueError("not a picture, or too large")
        stored = self._world.keep_file("photo", act["type"], data)
        size = {"file_id": stored.id, "file_unique_id": stored.id, "file_size": len(data)}
        media = {"photo": [{**size, "width": int(act["width"]), "height": int(act["height"])}]}
        caption = act.get("caption", "")
        return acts.write(self._world, act["user_id"], act.get("chat_id"), caption, media=media)

    def _language(self, act: Row) -> bool:
        """The page is the person's client, so its language is the one that the bot is told."""
        if act["language"] not in LANGUAGES:
            raise ValueError("no such language")
        acts.person_of(self._world, act["user_id"]).language = act["language"]
        self._world.changed("commands", 0, 0)
        return True

    def _standing(self, act: Row, status: str) -> bool:
        chat = acts.chat_by_id(self._world, act["user_id"])
        acts.set_standing(self._world, chat, status, by=chat.id)
        return True


async def _next_event(queue: asyncio.Queue[Row], stopping: asyncio.Event) -> bytes:
    """The next event as it is written, or a comment that keeps the line open."""
    stop = asyncio.ensure_future(stopping.wait())
    news = asyncio.ensure_future(queue.get())
    try:
        await asyncio.wait(
            {stop, news}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if news.done():
            return b"data: " + orjson.dumps(news.result()) + b"\n\n"
        return b": still here\n\n"
    finally:
        stop.cancel()
        news.cancel()


def _shown(message: Message) -> Row:
    row = message.as_json()
    row["by_bot"] = message.by_bot
    row["silent"] = message.silent
    return row


def _inside(chat: Chat, user_id: int) -> bool:
    return chat.members.get(user_id, "left") not in ("left", "kicked")


def _user(request: web.BaseRequest) -> int:
    value = request.query.get("user", "")
    return int(value) if value.isdecimal() and len(value) < 16 else 0


def _file(name: str) -> web.Response:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    body = (FOLDER / name).read_bytes()
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=_SAFE)


def _json(row: Row) -> web.Response:
    return web.Response(body=orjson.dumps(row), headers=_JSON)
