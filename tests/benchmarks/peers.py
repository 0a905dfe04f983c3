"""One sender sends ``count`` messages, ``in flight`` at a time, and prints messages a second.

``python tests/benchmarks/peers.py frontwire|ptb|aiogram|telebot PORT COUNT IN_FLIGHT``. Each runs in a
process of its own with uvloop, so that no peer's imports slow another.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable

TOKEN = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
TEXT = "<b>Kyiv</b>: power is back in four districts after the night's strikes. " * 12

Send = Callable[[int], Awaitable[object]]


async def _frontwire(base: str) -> Send:
    from bot.delivery.gateway import Gateway
    from bot.delivery.transport import Transport
    from bot.rendering.render import Message

    gateway, message = Gateway(Transport(TOKEN, base)), Message(TEXT)
    return lambda chat_id: gateway.send(chat_id, message)


async def _ptb(base: str) -> Send:
    from telegram import Bot
    from telegram.request import HTTPXRequest

    bot = Bot(TOKEN, base_url=f"{base}/bot", request=HTTPXRequest(connection_pool_size=256))
    await bot.initialize()
    return lambda chat_id: bot.send_message(chat_id, TEXT, parse_mode="HTML")


async def _aiogram(base: str) -> Send:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    session = AiohttpSession(api=TelegramAPIServer.from_base(base), limit=256)
    bot = Bot(TOKEN, session=session)
    return lambda chat_id: bot.send_message(chat_id, TEXT, parse_mode="HTML")


async def _telebot(base: str) -> Send:
    from telebot import asyncio_helper
    from telebot.async_telebot import AsyncTeleBot

    asyncio_helper.API_URL = base + "/bot{0}/{1}"
    bot = AsyncTeleBot(TOKEN)
    return lambda chat_id: bot.send_message(chat_id, TEXT, parse_mode="HTML")


SENDERS = {"frontwire": _frontwire, "ptb": _ptb, "aiogram": _aiogram, "telebot": _telebot}


async def _measure(name: str, port: int, count: int, in_flight: int) -> float:
    send = await SENDERS[name](f"http://127.0.0.1:{port}")
    chats = iter(range(1, count + 1))

    async def worker() -> None:
        for chat_id in chats:
            await send(chat_id)

    await asyncio.gather(*(send(1) for _ in range(in_flight)))  # connections are made before
    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    sender, server_port, number, flying = sys.argv[1:]
    print(asyncio.run(_measure(sender, int(server_port), int(number), int(flying))), flush=True)
    # Peers complain about sessions left open; the figure is all that is wanted.
    sys.stderr.close()
