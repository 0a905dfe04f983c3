"""The courier: claims messages, renders them, puts each on the wire at its slot, hands on what came back.

claim ──> render ──> wait for the slot ──> send, edit or delete ──> verdict ──> flusher: settle
                       └── too late, or the lease is short: given back, never sent

It also feeds the outbox and rescues what dead workers left (``upkeep.py``), so that one object, on any
number of workers, is all that delivery needs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Collection
from datetime import datetime
from random import Random
from typing import Protocol
from uuid import uuid4

from bot.delivery.answer import Answer
from bot.delivery.claimer import Claimer
from bot.delivery.counts import Counts
from bot.delivery.departures import Departures
from bot.delivery.flusher import DATABASE_PAUSE, Flusher
from bot.delivery.gateway import Gateway
from bot.delivery.request import is_said, request
from bot.delivery.rest import rest
from bot.delivery.slots import Slots
from bot.delivery.upkeep import Upkeep
from bot.delivery.verdict import judge
from bot.delivery.window import Departure
from bot.delivery.wire import Wire
from bot.rendering.render import Message
from digests.errors import DeliveryError, SecondPoller, TokenRefused
from digests.outbox import pace
from digests.outbox.claim import Claim, Claimed
from digests.outbox.clock import Clock, SharedClock
from digests.outbox.dispatch import Content, Lane, MessageKind
from digests.outbox.plan import PLANNED
from digests.outbox.settle import Result
from digests.outbox.verdict import Meaning, Verdict
from digests.storage.database import Database
from digests.storage.trouble import TROUBLE
from digests.vocabulary import Language

_LOG = logging.getLogger(__name__)

LATE_AFTER = 0.050
"""Seconds. A slot missed by more is not used: the messages after it have theirs already."""

DEPARTING = 0.025
"""Seconds before its slot in which a message that was in doubt is marked as leaving."""

DEPARTED_LATE_AFTER = 0.5
"""Such a message may be this late, or a slow disk would never let it go; those after it are moved back."""

IN_FLIGHT = 256
"""Requests on the wire at once; beside them wait those that are claimed for the next quarter of a second."""

LAUNCHED_AT_ONCE = 64
"""Of a large claim; between two lots the loop sees to answers, and to the next claim."""

DRAIN_SECONDS = 45.0
"""For what is on the wire at a stop."""

SETTLE_SECONDS = 30.0
"""For writing down what came of it; a database that is away longer keeps no process from ending."""

_FATAL: dict[Meaning, type[DeliveryError]] = {
    Meaning.TOKEN_REFUSED: TokenRefused,
    Meaning.SECOND_POLLER: SecondPoller,
}


Renderings = dict[object, "asyncio.Task[tuple[Message, ...]]"]
"""Under way for the messages of one claim, by what they render."""


class Contents(Protocol):
    """Renders what a dispatch carries."""

    async def parts(
        self,
        content: Content,
        subject_id: int,
        revision: int,
        language: Language,
        timezone: str,
    ) -> tuple[Message, ...]:
        """The messages of one content, in order; at least one."""


class Courier:
    """One worker's hands. ``rate`` is the most that the operator allows, in messages a second."""

    def __init__(
        self,
        database: Database,
        gateway: Gateway,
        contents: Contents,
        *,
        bot_id: int,
        rate: float,
        clock: Clock | None = None,
        late_after: float = LATE_AFTER,
        in_flight: int = IN_FLIGHT,
        at_most_once: Collection[Content] = (),
        dice: Random | None = None,
    ) -> None:
        self._gateway, self._contents, self._late_after = gateway, contents, late_after
        self._most = in_flight + min(3 * in_flight, int(rate * pace.AHEAD.total_seconds()))
        self._worth_a_claim = in_flight // 2  # fewer cost more than the messages
        self._clock: Clock = clock or SharedClock()
        self.name = str(uuid4())
        self.counts = Counts()
        self._flying: set[asyncio.Task[None]] = set()
        self._landed, self._woken = asyncio.Event(), asyncio.Event()
        self.flusher = Flusher(
            database,
            bot_id=bot_id,
            rate=rate,
            clock=self._clock,
            counts=self.counts,
            at_most_once=at_most_once,
        )
        self._departures = Departures(database)
        self.upkeep = Upkeep(
            database,
            name=self.name,
            rate=rate,
            clock=self._clock,
            fed=self._woken.set,
            at_most_once=at_most_once,
        )
        database.listen(PLANNED, self.upkeep.wake)
        self._stopping = asyncio.Event()
        self._fatal: DeliveryError | None = None
        self.wire = Wire(rate, self._clock, is_alone=database.is_sqlite)
        self._slots = Slots()
        self._leading = self.wire.leading
        self._claimer = Claimer(
            database,
            self._clock,
            self.now,
            self.wire,
            self.counts,
            bot_id=bot_id,
            owner=self.name,
            ceiling=rate,
            dice=dice or Random(),  # noqa: S311 - by how much to stand back is no secret
        )
        self._waiting_groups: dict[int, float] = {}

    def now(self) -> datetime:
        """The shared clock's time, as last read and carried on by the monotonic one."""
        return self.upkeep.now()

    def wake(self) -> None:
        """Something was planned: look at once."""
        self._woken.set()
        self.upkeep.wake()

    async def run(self) -> None:
        """Delivers until ``drain``; raises ``TokenRefused`` or ``SecondPoller`` where all is in vain."""
        await self.upkeep.arrive()
        work = [
            asyncio.create_task(part)
            for part in (self._claim_until_stopped(), self.flusher.run(), self.upkeep.run())
        ]
        try:
            ended, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            await self._finish_flying()
            for part in ended:
                part.result()  # a chore that broke down stops the courier instead of limping on
        finally:
            for part in work:
                part.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        if self._fatal is not None:
            raise self._fatal

    def stop(self) -> None:
        """Takes nothing new; ``run`` returns when what is on the wire is settled."""
        self._stopping.set()
        self._landed.set()
        self.wake()

    async def drain(self) -> None:
        """Stops, finishes what is on the wire, settles it: a stop duplicates nothing.

        Without a running ``run`` it settles what there is.
        """
        self.stop()
        await self._finish_flying()

    async def _claim_until_stopped(self) -> None:
        while not self._stopping.is_set():
            try:
                again_at = await self._round()
            except TROUBLE as error:
                _LOG.warning("claiming waits for the database: %s", type(error).__name__)
                again_at = self._clock.monotonic() + DATABASE_PAUSE
            await rest(self._clock, again_at, self._woken)

    async def _round(self) -> float:
        """One look, and what it brings; when to look again."""
        while self.room < self._worth_a_claim and not self._stopping.is_set():
            self._landed.clear()
            await self._landed.wait()
        self._woken.clear()
        if self._stopping.is_set():
            return self._clock.monotonic()
        taken, again_at = await self._claimer.look(self.room)
        if taken is not None:
            await self.launch(taken)
        return again_at

    @property
    def room(self) -> int:
        """How many messages more may be claimed."""
        return self._most - len(self._flying)

    async def launch(self, taken: Claim) -> None:
        """Sends claimed messages on their way: rendering, waiting for the slot, and what follows."""
        renderings: Renderings = {}
        for number, message in enumerate(taken.messages, start=1):
            self._send_off(message, renderings)
            if not number % LAUNCHED_AT_ONCE:
                await asyncio.sleep(0)

    def _send_off(self, message: Claimed, renderings: Renderings) -> None:
        key = (
            message.content,
            message.subject_id,
            message.revision,
            message.language,
            message.timezone,
        )
        if key not in renderings:
            renderings[key] = asyncio.create_task(_rendered(self._contents.parts(*key)))
        self._slots.add(
            message.id,
            message.slot,
            now=self._clock.monotonic(),
            urgent=message.lane is Lane.URGENT and message.attempt == 1,
            patient=message.lane is not Lane.URGENT and message.lane is not Lane.INTERACTIVE,
        )
        task = asyncio.create_task(self._deliver(message, renderings[key]))
        self._flying.add(task)
        task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._landed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease will run out, and the rescue counts it; nothing is lost.
            _LOG.error("a delivery broke down: %s", type(error).__name__, exc_info=error)

    async def _finish_flying(self) -> None:
        if self._flying:
            await asyncio.wait(set(self._flying), timeout=DRAIN_SECONDS)
        await self.flusher.flush(SETTLE_SECONDS)

    async def _deliver(
        self, message: Claimed, rendering: asyncio.Task[tuple[Message, ...]]
    ) -> None:
        if not (parts := await self._rendered(message, rendering)):
            self._slots.close(message.id)
            return
        if not is_said(message, parts):
            self._slots.close(message.id)
            self._settle(message, len(parts), judge(Answer(200), chat_id=message.chat_id))
            return
        late_after = self._late_after
        if message.ambiguous and message.kind is MessageKind.SEND:
            if not await self._departs(message):
                self._slots.close(message.id)
                self._give_back(message)
                return
            late_after = max(late_after, DEPARTED_LATE_AFTER)
        if (departure := await self._leaves(message, late_after)) is None:
            self._give_back(message)
            return
        answer = await self._answer_to(departure, message, parts)
        verdict = self._heed(message, judge(answer, chat_id=message.chat_id))
        self.counts.answers[verdict.meaning] += 1
        self._settle(message, len(parts), verdict)

    async def _rendered(
        self, message: Claimed, rendering: asyncio.Task[tuple[Message, ...]]
    ) -> tuple[Message, ...]:
        """Nothing where it cannot be rendered; what follows from that is done."""
        try:
            return await asyncio.shield(rendering)
        except TROUBLE:
            self._give_back(message)
        except Exception as error:
            _LOG.exception("cannot render %s %s", message.content, message.subject_id)
            reason = f"rendering: {type(error).__name__}"
            self._settle(message, 1, Verdict(Meaning.REFUSED, reason))
        return ()

    async def _departs(self, message: Claimed) -> bool:
        """A send that may have arrived before says in the database that it leaves, just before it does:
        whoever finds it after our death knows then whether it did."""
        await self._clock.sleep_until(self._slots.of(message.id) - DEPARTING)
        return await self._departures.may_leave(message.id, message.slot_no)

    async def _leaves(self, message: Claimed, late_after: float) -> Departure | None:
        """Waits for the message's slot, which may change meanwhile; nothing where it may not go any more."""
        while (slot := self._slots.of(message.id)) > self._clock.monotonic():
            await self._clock.sleep_until(slot)
        self._slots.close(message.id)
        departure = await self.wire.leave_if(lambda: self._may_go(message, slot, late_after))
        if departure is not None:
            self._leading.left(departure, slot)
        return departure

    async def _answer_to(
        self, departure: Departure, message: Claimed, parts: tuple[Message, ...]
    ) -> Answer:
        answer = Answer(0)
        try:
            answer = await request(self._gateway, message, parts)
        finally:
            self.wire.returned(departure, answered=answer.status != 0)
        return answer

    def _may_go(self, message: Claimed, slot: float, late_after: float) -> bool:
        """Not after the slot, nor where the answer could come after the lease; nor once all is in vain."""
        now = self._clock.monotonic()
        lease_holds = now + self._gateway.timeout < message.lease_until
        if late_after < DEPARTED_LATE_AFTER:
            late_after = self._leading.may_be_late(now, late_after)
        return now <= slot + late_after and lease_holds and self._fatal is None

    def _heed(self, message: Claimed, verdict: Verdict) -> Verdict:
        """What concerns more than this message: a token that is refused, a second group told to wait."""
        if verdict.meaning in _FATAL:
            self._fatal = _FATAL[verdict.meaning](verdict.reason)
            self._stopping.set()
            self.wake()
        if verdict.meaning is not Meaning.LATER or verdict.whole_token or not verdict.retry_after:
            return verdict
        now = self._clock.monotonic()
        others = [at for chat, at in self._waiting_groups.items() if chat != message.chat_id]
        self._waiting_groups[message.chat_id] = now + verdict.retry_after.total_seconds()
        self._waiting_groups = {c: at for c, at in self._waiting_groups.items() if at > now}
        if any(at > now for at in others):
            return Verdict(
                Meaning.LATER, verdict.reason, retry_after=verdict.retry_after, whole_token=True
            )
        return verdict

    def _give_back(self, message: Claimed) -> None:
        self.flusher.add(Result(message.id, message.slot_no, message.revision))

    def _settle(self, message: Claimed, parts: int, verdict: Verdict) -> None:
        self.flusher.add(
            Result(
                message.id,
                message.slot_no,
                message.revision,
                parts=parts,
                part=message.part,
                verdict=verdict,
            )
        )


async def _rendered(parts: Awaitable[tuple[Message, ...]]) -> tuple[Message, ...]:
    return await parts
