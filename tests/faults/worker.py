"""A worker in a process of its own, which may be told to kill itself at a named point.

It delivers until SIGTERM, then drains; on SQLite it holds the process lock, as ``frontwire run`` does.
Every text says which process sent it and when its claim was rendered, so that Telegram's record alone
tells who sent what. ``python -m tests.faults.worker ORDERS`` is a whole start, from Python's own on;
workers of ``staff.py`` are forked from a process that has everything imported.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import multiprocessing.process
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection

from bot.__main__ import keep_what_is_there
from bot.delivery import claimer as claimer_file
from bot.delivery import flusher as flusher_file
from bot.delivery import upkeep as upkeep_file
from bot.delivery.courier import Courier
from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.rendering.render import Message
from digests.outbox.control import pause
from digests.outbox.dispatch import Content
from digests.storage.database import Database
from digests.storage.lock import ProcessLock
from digests.vocabulary import Language

BOT_ID = 100
CHUNK = 40
"""Readers in one step of the fan-out, where a fail point lies in it: there must be several steps."""


@dataclass(frozen=True)
class Orders:
    """What a worker is told."""

    database_url: str
    api_url: str
    rate: float
    timeout: float = 40.0
    """Seconds until an answer counts as lost."""
    dies_at: str = ""
    """One of ``POINTS``."""
    after: int = 1
    """How often it passes that point alive, and one more."""
    deadly_chats: tuple[int, ...] = ()
    """Sending to one of these kills the worker."""
    broken_subject: int = 0
    """Every so many-th subject's markup is broken; 0: none."""
    pauses: int = 0
    """The dispatch that the worker itself pauses, for the fail points there."""


class Signed:
    """Contents that name their sender."""

    def __init__(self, broken_subject: int) -> None:
        self._broken = broken_subject

    async def parts(
        self, content: Content, subject_id: int, revision: int, language: Language, timezone: str
    ) -> tuple[Message, ...]:
        """One part; plain text has no broken markup any more."""
        text = f"{content} {subject_id} r{revision} by {os.getpid()} at {time.monotonic():.4f}"
        is_broken = self._broken and subject_id % self._broken == 0
        return (Message(f"{text} <b>unclosed" if is_broken else text),)


class DeadlyGateway(Gateway):
    """Some chats' messages crash whoever sends them."""

    deadly: tuple[int, ...] = ()

    async def send(self, chat_id: int, message: Message, **options: object):  # type: ignore[no-untyped-def, override]
        """As the real one, unless it kills."""
        if chat_id in self.deadly:
            _die()
        return await super().send(chat_id, message, **options)  # type: ignore[arg-type]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Countdown:
    def __init__(self, passes: int) -> None:
        self._left = passes

    def __call__(self) -> None:
        self._left -= 1
        if self._left <= 0:
            _die()


def _after_verb(file, name: str, passed: _Countdown, something=lambda found: True):  # type: ignore[no-untyped-def]
    """Dies between a verb's last statement and its commit; only where it found ``something``."""
    verb = getattr(file, name)

    async def verb_and_death(*arguments: object, **options: object) -> object:
        found = await verb(*arguments, **options)
        if something(found):
            passed()
        return found

    setattr(file, name, verb_and_death)


def _around(cls: type, name: str, passed: _Countdown, *, before: bool) -> None:
    """Dies before or after a method."""
    method = getattr(cls, name)

    async def method_and_death(self: object, *arguments: object, **options: object) -> object:
        if before:
            passed()
        found = await method(self, *arguments, **options)
        if not before:
            passed()
        return found

    setattr(cls, name, method_and_death)


def _before_call(cls: type, name: str, passed: _Countdown, has_any) -> None:  # type: ignore[no-untyped-def]
    """Dies at the first step after a commit, which is this method."""
    method = getattr(cls, name)

    def death_and_method(self: object, *arguments: object) -> object:
        if has_any(*arguments):
            passed()
        return method(self, *arguments)

    setattr(cls, name, death_and_method)


def _at_claim_before(passed: _Countdown) -> None:
    _after_verb(claimer_file, "claim", passed, lambda found: bool(found.messages))


def _at_claim_after(passed: _Countdown) -> None:
    _before_call(Courier, "launch", passed, lambda taken, *_: bool(taken.messages))


def _at_send_before(passed: _Countdown) -> None:
    _around(Transport, "call", passed, before=True)


def _at_send_after(passed: _Countdown) -> None:
    _around(Transport, "call", passed, before=False)


def _at_settle_before(passed: _Countdown) -> None:
    _after_verb(flusher_file, "settle", passed)


def _at_settle_after(passed: _Countdown) -> None:
    _around(flusher_file.Flusher, "_write", passed, before=False)


def _small_chunks() -> None:
    expand = upkeep_file.expand

    async def expand_a_little(*arguments: object, **options: object) -> object:
        return await expand(*arguments, **{**options, "chunk": CHUNK})  # type: ignore[arg-type]

    upkeep_file.expand = expand_a_little  # type: ignore[assignment]


def _at_chunk_before(passed: _Countdown) -> None:
    _small_chunks()
    _after_verb(upkeep_file, "expand", passed, lambda step: step.rows > 0)


def _at_chunk_after(passed: _Countdown) -> None:
    _small_chunks()
    _after_verb(upkeep_file.Upkeep, "_feed_some", passed, lambda step: step.rows > 0)


def _at_rescue_before(passed: _Countdown) -> None:
    upkeep_file.RESCUE_SECONDS = 0.1
    _after_verb(upkeep_file, "rescue", passed, lambda found: found.again + found.unknown > 0)


def _at_rescue_after(passed: _Countdown) -> None:
    upkeep_file.RESCUE_SECONDS = 0.1
    rescue, found_any = upkeep_file.rescue, []

    async def rescue_and_note(*arguments: object, **options: object) -> object:
        found = await rescue(*arguments, **options)  # type: ignore[arg-type]
        if found.again + found.unknown:
            found_any.append(True)
        return found

    upkeep_file.rescue = rescue_and_note  # type: ignore[assignment]
    for name in ("rescue", "arrive"):
        _around(upkeep_file.Upkeep, name, lambda: found_any and passed(), before=False)  # type: ignore[arg-type]


POINTS = {
    "claim, before its commit": _at_claim_before,
    "claim, after its commit": _at_claim_after,
    "before a send": _at_send_before,
    "after a send": _at_send_after,
    "settle, before its commit": _at_settle_before,
    "settle, after its commit": _at_settle_after,
    "a chunk of the fan-out, before its commit": _at_chunk_before,
    "a chunk of the fan-out, after its commit": _at_chunk_after,
    "rescue, before its commit": _at_rescue_before,
    "rescue, after its commit": _at_rescue_after,
    "pause, before its commit": lambda passed: None,
    "pause, after its commit": lambda passed: None,
}
"""The places where a worker may be told to die, and how it is done."""


UNCERTAIN_POINTS = ("after a send", "settle, before its commit")
"""Between Telegram's taking a message and our writing it down: here alone a copy may be sent again."""


async def _pause_and_die(database: Database, courier: Courier, orders: Orders) -> None:
    """A person's pause in this very process, which dies just before or just after its commit."""
    while courier.counts.settled["sent"] < orders.after:  # noqa: ASYNC110 - nothing is said there
        await asyncio.sleep(0.005)
    async with database.write() as session:
        await pause(session, orders.pauses, now=courier.now(), reason="a person")
        if "before" in orders.dies_at:
            _die()
    _die()


async def deliver(orders: Orders, ready: Callable[[], None] = lambda: None) -> None:
    """Until told to stop; calls ``ready`` when it can be told."""
    if orders.dies_at:
        POINTS[orders.dies_at](_Countdown(orders.after))
    database, transport = Database(orders.database_url), Transport("100:sandbox", orders.api_url)
    ProcessLock(database).acquire()
    gateway = DeadlyGateway(transport, timeout=orders.timeout)
    gateway.deadly = orders.deadly_chats
    contents = Signed(orders.broken_subject)
    courier = Courier(database, gateway, contents, bot_id=BOT_ID, rate=orders.rate)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    keep_what_is_there()
    ready()
    running = asyncio.create_task(courier.run())
    pausing = None
    if orders.pauses:
        pausing = asyncio.create_task(_pause_and_die(database, courier, orders))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if pausing is not None:
        pausing.cancel()
    await courier.drain()
    await running
    await transport.close()
    await database.close()


def _outlive_nobody(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def live(orders: Orders, ready: Connection | None = None) -> None:
    """The whole life of a worker; it says through ``ready`` when it may be told to stop."""
    import uvloop

    if (parent := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_outlive_nobody, args=(parent,), daemon=True).start()
    logging.basicConfig(level=logging.ERROR)
    uvloop.run(deliver(orders, (lambda: ready.send(True)) if ready else lambda: None))


def as_argument(orders: Orders) -> str:
    """Orders for a command line."""
    return json.dumps(asdict(orders))


if __name__ == "__main__":
    said = json.loads(sys.argv[1])
    live(Orders(**{**said, "deadly_chats": tuple(said["deadly_chats"])}))
