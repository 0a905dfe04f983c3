"""Whose turn it is: updates of one chat one after another, those of different chats side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class Turns(BaseUpdateProcessor):
    """Lets one slow conversation hold up nobody else, and keeps the order within each chat."""

    def __init__(self, at_once: int = 256) -> None:
        super().__init__(at_once)
        # Weak: a lock lives as long as somebody holds or awaits it.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Waits for the chat's turn, then lets the handlers run."""
        chat = update.effective_chat if isinstance(update, Update) else None
        lock = self._locks.setdefault(chat.id, asyncio.Lock()) if chat else asyncio.Lock()
        async with lock:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to put away."""
