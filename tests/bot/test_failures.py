"""Logging and failures: what is told, and what never is."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
import pytest
from telegram import Chat, Message, Update, User
from telegram.error import Forbidden, NetworkError

from bot.failures import reference, report, set_up_logging
from digests.errors import ConfigurationError, NotPermitted

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp"
SECRET = "a secret message about Olena"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What would be read on stderr."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logging("debug", [TOKEN, "geheim"], stream)
    yield stream
    root.handlers, root.level = handlers, level


async def test_a_real_failing_request_leaves_no_token_in_the_log(lines: io.StringIO) -> None:
    """Neither through aiohttp nor httpx, as an event, an argument or an exception."""
    url = f"http://127.0.0.1:1/bot{TOKEN}/getMe"
    log = logging.getLogger("bot.test")
    async with aiohttp.ClientSession() as session:
        try:
            await session.get(url)
        except aiohttp.ClientError:
            log.exception("asking %s failed", url)
    async with httpx.AsyncClient() as client:
        try:
            await client.get(url)
        except httpx.HTTPError as error:
            log.error("asking failed", extra={"url": url, "why": str(error)}, exc_info=error)
    logging.getLogger("httpx").warning("HTTP Request: GET %s", url)
    logged = lines.getvalue()
    assert "asking" in logged
    assert TOKEN not in logged
    assert "AAbbCC" not in logged


async def test_any_token_is_hidden_even_one_that_is_not_ours(lines: io.StringIO) -> None:
    logging.getLogger("bot.test").error("bot987654321:ZZyyXXwwVVuuTTssRRqq is wrong")
    assert "ZZyyXX" not in lines.getvalue()


async def test_an_exception_is_named_and_placed_but_its_text_is_not_told(
    lines: io.StringIO,
) -> None:
    """The text may quote what a person wrote."""
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("bot.test").exception("it broke")
    logged = lines.getvalue()
    assert "error=ValueError" in logged
    assert "test_failures.py" in logged
    assert "Olena" not in logged


async def test_our_own_configuration_errors_do_say_why(lines: io.StringIO) -> None:
    try:
        raise ConfigurationError("no such folder")
    except ConfigurationError:
        logging.getLogger("bot.test").exception("cannot start")
    assert 'why="no such folder"' in lines.getvalue()


async def test_a_task_that_nobody_awaited_is_logged_without_its_words(lines: io.StringIO) -> None:
    """asyncio would quote the exception and the task."""

    async def fails() -> None:
        raise RuntimeError(SECRET)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    logged = lines.getvalue()
    assert "never retrieved" in logged
    assert "Olena" not in logged


def test_one_event_is_one_line(lines: io.StringIO) -> None:
    logging.getLogger("bot.test").warning("two\nlines", extra={"a": 'x "y"\nz', "n": 3})
    logged = lines.getvalue()
    assert logged.count("\n") == 1
    assert "n=3" in logged


def test_libraries_tell_only_of_warnings_and_without_values(lines: io.StringIO) -> None:
    logging.getLogger("telegram.ext").info("Processing %s", SECRET)
    logging.getLogger("telegram.ext").error("Received data was %r", SECRET)
    assert "Olena" not in lines.getvalue()
    assert lines.getvalue().count("\n") == 1


def test_references_can_be_read_out() -> None:
    """Six signs without those that are mistaken for one another."""
    codes = {reference() for _ in range(200)}
    assert len(codes) == 200
    assert not {"0", "O", "1", "I", "L", "U"} & set("".join(codes))


class Asked:
    """A context that keeps what would be said."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.said: list[tuple[str, str, dict[str, Any]]] = []

    async def answer(self, template: str, **values: Any) -> None:
        self.said.append(("answer", template, values))

    async def toast(self, template: str, **values: Any) -> None:
        self.said.append(("toast", template, values))


def update(kind: str = "private", text: str = SECRET) -> Update:
    """Somebody says something."""
    chat = Chat(1 if kind == "private" else -1, kind)
    return Update(1, message=Message(1, None, chat, from_user=User(1, "Olena", False), text=text))  # type: ignore[arg-type]


def pressed() -> Update:
    """Somebody taps a button."""
    return Update(1, callback_query=SimpleNamespace(from_user=None, message=None))  # type: ignore[arg-type]


async def test_a_reader_gets_a_code_that_stands_in_the_log(lines: io.StringIO) -> None:
    """The sentence and the line are tied together; the line holds neither text nor name."""
    context = Asked(ValueError(SECRET))
    await report(update(), context)  # type: ignore[arg-type]
    [(way, template, values)] = context.said
    assert (way, template) == ("answer", "chat/failure.html")
    logged = lines.getvalue()
    assert f"ref={values['code']}" in logged
    assert "kind=message" in logged
    assert "Olena" not in logged


@pytest.mark.parametrize(
    ("error", "said_to", "expected"),
    [
        (NotPermitted("no"), update(), [("answer", "chat/refused.html")]),
        (NotPermitted("no"), pressed(), [("toast", "chat/refused.html")]),
        (KeyError("x"), pressed(), [("toast", "chat/failure.html")]),
        (KeyError("x"), update("group", "talk of others"), []),
        (KeyError("x"), update("group", "/topics"), [("answer", "chat/failure.html")]),
        (Forbidden("bot was blocked by the user"), update(), []),
        (NetworkError("lost"), update(), [("answer", "chat/failure.html")]),
        (KeyError("x"), Update(5), []),
        (KeyError("x"), object(), []),
        (None, update(), []),
    ],
)
async def test_who_is_told_what(
    lines: io.StringIO, error: Exception | None, said_to: object, expected: list[tuple[str, str]]
) -> None:
    """Only somebody who waits for an answer, and only with a template."""
    context = Asked(error)
    await report(said_to, context)  # type: ignore[arg-type]
    assert [(way, template) for way, template, _ in context.said] == expected
