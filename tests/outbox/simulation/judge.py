"""What a play must have come to, by Telegram's log; the books are only asked what they admit to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.outbox.claim import LEASE
from digests.outbox.dispatch import Dispatch
from digests.outbox.held import Held
from digests.outbox.receipt import Outcome, Receipt
from digests.outbox.tally import tally
from tests.outbox.simulation.play import Play
from tests.outbox.simulation.telegram import Accepted

SETTLED = 1.0
"""Seconds after its answer in which a result is surely in the database, or its worker struck."""

HELD = 0.4
"""Seconds until a pause, a recall or a hold shows on the wire: what was claimed is 250 ms ahead."""

Copies = dict[tuple[int, int, int], list[Accepted]]


class Judge:
    """Reads the log, and says in words what is wrong."""

    def __init__(self, play: Play) -> None:
        self._play, self._log = play, play.telegram.log
        self._before = {new: old for old, new in play.telegram.moved.items()}

    async def verdict(self, session: AsyncSession) -> list[str]:
        """Everything that is wrong; nothing, as it should be."""
        doubtful = await self._admitted(session)
        held = await self._kept(session)
        return [
            *self._repeated(),
            *self._lost(doubtful | held),
            *self._disturbed(held),
            *self._stale(),
            *self._too_fast(),
            *self._late(),
            *await self._books(session),
        ]

    def _copies(self) -> Copies:
        copies: Copies = defaultdict(list)
        for entry in self._log:
            if entry.method.startswith("send"):
                chat = self._before.get(entry.chat, entry.chat)
                copies[chat, entry.subject, entry.part].append(entry)
        return copies

    def _repeated(self) -> Iterator[str]:
        for key, entries in self._copies().items():
            if len(entries) > 2:
                yield f"{key}: {len(entries)} copies"
            elif len(entries) == 2 and not self._is_uncertain(entries[0]):
                first, second = entries
                yield f"{key}: sent at {first.at:.3f} by {first.worker}, again at {second.at:.3f}"

    def _is_uncertain(self, entry: Accepted) -> bool:
        """Nobody could know that it arrived: no answer, or none that lived to be written down."""
        if entry.answered_at is None:
            return True
        world, until = self._play.world, entry.answered_at + SETTLED
        struck = any(
            worker == entry.worker and entry.at - LEASE.total_seconds() <= at <= until
            for at, worker in world.faults
        )
        return struck or any(abs(at - entry.at) < LEASE.total_seconds() for at in world.steps)

    def _lost(self, doubtful: set[tuple[int, int]]) -> Iterator[str]:
        copies, play = self._copies(), self._play
        for subject, told in play.told.items():
            if told.cancelled_at is not None:
                continue
            for chat in play.chats:
                missing = [n for n in range(play.parts) if (chat, subject, n) not in copies]
                excused = chat in play.telegram.blocked or (chat, subject) in doubtful
                if missing and not excused:
                    yield f"lost: {subject} in {chat}, parts {missing}"

    async def _admitted(self, session: AsyncSession) -> set[tuple[int, int]]:
        """What the ledger says nobody may know: twice in doubt, and left to a person."""
        unknown = await session.scalars(
            select(Receipt).where(Receipt.outcome == Outcome.UNKNOWN, Receipt.ambiguous)
        )
        return {(self._before.get(r.chat_id, r.chat_id), r.subject_id) for r in unknown}

    async def _kept(self, session: AsyncSession) -> set[tuple[int, int]]:
        """For whom it waits until their quiet hours end."""
        rows = await session.scalars(select(Held))
        return {(self._before.get(one.chat_id, one.chat_id), one.subject_id) for one in rows}

    def _disturbed(self, held: set[tuple[int, int]]) -> Iterator[str]:
        """What is kept for later does not come as well."""
        for chat, subject, part in self._copies():
            if (chat, subject) in held:
                yield f"{subject} is held for {chat}, and part {part} came"

    def _stale(self) -> Iterator[str]:
        """Copies whose number we learned, in chats we can reach, show the newest revision."""
        unreachable = {*self._play.telegram.blocked, *self._play.telegram.moved}
        for entry in self._log:
            if entry.chat in unreachable or not entry.method.startswith("send"):
                continue
            shown = self._play.telegram.shown[entry.chat, entry.message_id]
            newest = self._play.told[entry.subject].revision
            if shown < newest and not self._is_uncertain(entry):
                yield f"{entry.subject} in {entry.chat} still shows r{shown} of r{newest}"

    def _too_fast(self) -> Iterator[str]:
        """No window is broken, and nobody sends while Telegram said to wait."""
        world = self._play.world
        for refused in self._play.telegram.refused:
            if refused.true and not world.faults and not world.steps:
                yield f"a window was broken at {refused.at:.3f} in {refused.chat}"
            if refused.answered_at is None or refused.true or refused.chat < 0:
                continue
            end = refused.at + refused.retry_after
            since = refused.answered_at + HELD
            if any(since < at < end for at in world.steps):
                continue
            for other in self._play.telegram.refused:
                if since < other.at < end and not world.faults:
                    yield f"asked at {other.at:.3f} though told at {refused.at:.3f} to wait"

    def _late(self) -> Iterator[str]:
        """What was paused or recalled does not go out."""
        for subject, told in self._play.told.items():
            spans = list(told.pauses)
            if told.cancelled_at is not None:
                spans.append((told.cancelled_at, float("inf")))
            for entry in self._log:
                is_one = entry.subject == subject and entry.method.startswith("send")
                if is_one and any(since + HELD < entry.at < until for since, until in spans):
                    yield f"{subject} went to {entry.chat} at {entry.at:.3f}, held or recalled"

    async def _books(self, session: AsyncSession) -> list[str]:
        wrong = []
        for dispatch_id in await session.scalars(select(Dispatch.id)):
            stand = await tally(session, dispatch_id)
            ended = stand.sent + stand.failed + stand.cancelled + stand.unknown
            ended += stand.passed_over + stand.held
            if stand.waiting or stand.sending or ended != stand.audience:
                wrong.append(f"dispatch {dispatch_id}: {stand}")
        return wrong
