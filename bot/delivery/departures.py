"""What leaves once more is marked as leaving (door): all that is ready goes into one commit, for a disk
does few of them a second."""

from __future__ import annotations

import asyncio

from digests.outbox.depart import depart
from digests.storage.database import Database
from digests.storage.trouble import TROUBLE


class Departures:
    """Marks messages as they come; while one commit is under way the next ones gather."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathered: dict[tuple[int, int], asyncio.Future[bool]] = {}
        self._marking: asyncio.Task[None] | None = None

    async def may_leave(self, message_id: int, slot_no: int) -> bool:
        """False where it is another courier's by now, or the database cannot say."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._gathered[message_id, slot_no] = answer
        if self._marking is None or self._marking.done():
            self._marking = asyncio.create_task(self._mark_all())
        return await answer

    async def _mark_all(self) -> None:
        while self._gathered:
            asked, self._gathered = self._gathered, {}
            marked = set[int]()
            try:
                marked = await self._mark(list(asked))
            finally:
                for (message_id, _), answer in asked.items():
                    if not answer.done():
                        answer.set_result(message_id in marked)

    async def _mark(self, leaving: list[tuple[int, int]]) -> set[int]:
        try:
            async with self._database.write() as session:
                return await depart(session, leaving)
        except TROUBLE:
            return set()
