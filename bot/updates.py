"""What Telegram tells us, by whichever way it comes: each update read, recognised, processed once."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from telegram import Update

from bot.context import App
from bot.failures import what_broke

_log = logging.getLogger(__name__)

KINDS = ("message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member")
"""What we ask Telegram for."""
LONGEST = 120.0
"""Seconds that handlers have: an update that never ended would keep all later ones unconfirmed."""
REMEMBERED = 10_000
"""How many update ids are remembered: Telegram tells an update again until we confirm it."""


class Updates:
    """Takes updates as Telegram says them, and hands each to the application in its chat's turn."""

    def __init__(self, application: App) -> None:
        self._application = application
        self._open: dict[int, asyncio.Task[None]] = {}
        self._done: OrderedDict[int, None] = OrderedDict()
        self.is_open = True
        """Whether handlers run here; what is taken before would be lost."""

    @property
    def unfinished(self) -> frozenset[int]:
        """Ids of updates that are being processed."""
        return frozenset(self._open)

    def is_known(self, update_id: int) -> bool:
        """Whether this update came before."""
        return update_id in self._open or update_id in self._done

    def take(self, said: Mapping[str, Any]) -> asyncio.Task[None] | None:
        """Begins to process an update; none where it came before. ``update_id`` must be a number."""
        update_id = int(said["update_id"])
        if self.is_known(update_id):
            return self._open.get(update_id)
        task = asyncio.create_task(self._process(said))
        self._open[update_id] = task
        task.add_done_callback(lambda _: self._close(update_id))
        return task

    async def finish(self, patience: float) -> None:
        """Waits for those being processed, ``patience`` seconds at most."""
        if self._open:
            await asyncio.wait(self._open.values(), timeout=patience)

    async def _process(self, said: Mapping[str, Any]) -> None:
        try:
            update = Update.de_json(dict(said), self._application.bot)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            # Confirmed all the same: what we cannot read would come again for ever.
            _log.error("an update cannot be read", extra=what_broke(error))
            return
        turns = self._application.update_processor
        try:
            async with asyncio.timeout(LONGEST):
                await turns.process_update(update, self._application.process_update(update))
        except TimeoutError:
            _log.error("an update took too long", extra={"seconds": LONGEST})

    def _close(self, update_id: int) -> None:
        self._open.pop(update_id, None)
        self._done[update_id] = None
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
