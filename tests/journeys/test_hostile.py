"""Bad input: whatever is said or tapped, there is a clear answer, and never a failure."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.application import BUTTONS, COMMANDS
from bot.failures import set_up_logging
from bot.sample import EDITOR, READER
from tests.journeys.town import Town

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SAID = (
    "",
    "x",
    "energy",
    "'; DROP TABLE subscriber; --",
    "<b>bold</b> & <script>",
    "%s %(name)s {{ 7 * 7 }} {% raise %}",
    "\u202e\u2066 right to left \u2069",
    "\u200fنص עברית",
    "🇺🇦" * 200,
    "\u0301" * 300,
    "a\ufeff\u200b\u00adb",
    "9" * 400,
    "-1",
    "25:99",
    "99999999999999999999",
    "1e309",
    "NaN",
    "@frontwire_bot",
    "https://example.org/?a=b&c=<d>",
    "x" * 4000,
    "words " * 700,
    "\n\n\n",
    "\\u0000",
    "Europe/../../etc/passwd",
    "tg://user?id=1",
    "\t".join("abc"),
)
WORDS = (
    "",
    "0",
    "-1",
    "999999999999999999999",
    "x",
    "energy",
    "<b>",
    "..",
    "1",
    "uk",
    "True",
    "None",
    "%s",
    "Ї" * 10,
)


@pytest.fixture
def complaints() -> Iterator[io.StringIO]:
    """What an operator would read: warnings and worse."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logging("warning", [], stream)
    yield stream
    root.handlers, root.level = handlers, level


@on_sqlite
@pytest.mark.parametrize("who", [READER, EDITOR], ids=["reader", "editor"])
@pytest.mark.parametrize("command", sorted(c.name for c in COMMANDS))
async def test_any_text_in_any_command_gets_an_answer(
    town: Town, complaints: io.StringIO, command: str, who: int
) -> None:
    """Never silence, never a traceback."""
    await town.say(who, "/start")
    for words in SAID:
        answers = await town.say(who, f"/{command} {words}"[:4096])
        assert answers, f"silence after /{command} {words[:40]!r}"
    assert complaints.getvalue() == ""


@on_sqlite
async def test_any_text_at_all_gets_an_answer(town: Town, complaints: io.StringIO) -> None:
    """Before /start too."""
    for words in filter(str.strip, SAID):
        assert await town.say(READER, words), f"silence after {words[:40]!r}"
    assert complaints.getvalue() == ""


@on_sqlite
@pytest.mark.parametrize("who", [READER, EDITOR], ids=["reader", "editor"])
async def test_any_callback_data_gets_a_toast_or_a_page(
    town: Town, complaints: io.StringIO, who: int
) -> None:
    """Every button's name with words it was not made for; names that are none."""
    await town.say(who, "/start")
    message = town.heard(who)[-1]["message_id"]
    names = [*BUTTONS, "", "nonsense", "__init__", "a" * 64, ":::", "\u202e"]
    for name in names:
        for data in (name, *(f"{name}:{word}" for word in WORDS), f"{name}:1:2:3:4", f"{name}:1:x"):
            if not 0 < len(data.encode()) <= 64:
                continue
            answer = await town.press(who, message, data)
            assert answer is not None, f"no answer to {data!r}"
            assert complaints.getvalue() == "", f"a failure after {data!r}"
