"""What a person and an operator see when something breaks; and how anything is logged.

A reader gets a sentence of a template with a short reference. The operator finds that reference in one
line of ``key=value`` with the error's name and where it arose: never its text, which may quote what a
person wrote, and never the token.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from telegram import Update
from telegram.error import Forbidden, NetworkError, TelegramError

from bot.context import Context
from digests.errors import ConfigurationError, DeliveryError, RequestError, SourceError

_log = logging.getLogger(__name__)

# What Telegram's tokens look like, so that even one that is not ours is kept out.
_TOKEN = re.compile(r"(?<!\d)\d{3,}:[A-Za-z0-9_-]{6,}")
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Texts that we write for operators ourselves, and that quote no person.
_OURS = (ConfigurationError, DeliveryError, SourceError)
ROOMS = ("bot", "digests")
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


class LineFormatter(logging.Formatter):
    """One line of ``key=value`` for each event, without secrets."""

    def __init__(self, hidden: Iterable[str] = ()) -> None:
        super().__init__()
        # The longest first: a URL that holds a password goes as a whole.
        self._hidden = sorted((text for text in hidden if text), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, where it came from, what happened, and whatever was given as ``extra``."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {"at": at, "level": record.levelname.lower(), "from": record.name}
        fields["event"] = _event(record)
        fields |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info and record.exc_info[1]:
            fields |= what_broke(record.exc_info[1])
        return self.redact(" ".join(f"{key}={_quoted(value)}" for key, value in fields.items()))

    def redact(self, line: str) -> str:
        """The line without anything secret."""
        for text in self._hidden:
            line = line.replace(text, "(hidden)")
        return _TOKEN.sub("(hidden)", line)


def _event(record: logging.LogRecord) -> str:
    """What happened. Libraries quote data: in their values, and after the first line."""
    ours = record.name.partition(".")[0] in ROOMS
    return (record.getMessage() if ours else str(record.msg)).partition("\n")[0]


def set_up_logging(level: str, hidden: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Logs to stderr. ``level`` is for Frontwire; libraries tell of warnings only, as their chatter
    quotes updates and addresses."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(hidden))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # It warns each time a tick is still busy when its second comes: that is what it is for.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    for room in ROOMS:
        logging.getLogger(room).setLevel(level.upper())


def what_broke(error: BaseException) -> dict[str, str]:
    """The error's name and way, and its cause's; its text only where it is one of ours."""
    told = {"error": type(error).__name__, "where": _way(error.__traceback__)}
    if isinstance(error, _OURS):
        told["why"] = str(error)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        told["cause"] = type(cause).__name__
        told["cause_where"] = _way(cause.__traceback__)
    return told


def _way(trace: TracebackType | None) -> str:
    """The last five calls, nearest first, without the source's text."""
    frames = traceback.extract_tb(trace)[-5:]
    return " < ".join(
        f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno}" for frame in reversed(frames)
    )


def _quoted(value: object) -> str:
    text = str(value)
    if text and re.fullmatch(r"[^\s\"=]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', "'").replace("\n", "\\n") + '"'


def reference() -> str:
    """Six letters that a person can read out and an operator can find."""
    return "".join(secrets.choice(_LETTERS) for _ in range(6))


async def report(update: object, context: Context) -> None:
    """The application's error handler: one line for the operator, one sentence for the person."""
    error = context.error
    if error is None:
        return
    if isinstance(error, Forbidden):
        # They blocked us between asking and the answer; their membership update says so too.
        _log.info("nobody there to answer", extra={"error": "Forbidden"})
        return
    if isinstance(error, RequestError):
        await _tell(update, context, "chat/refused.html", kind=type(error).__name__)
        return
    code = reference()
    level = logging.WARNING if isinstance(error, NetworkError) else logging.ERROR
    _log.log(level, "an update failed", extra={"ref": code, "kind": _kind(update)}, exc_info=error)
    await _tell(update, context, "chat/failure.html", code=code)


def _kind(update: object) -> str:
    if not isinstance(update, Update):
        return type(update).__name__
    present = (name for name in update.to_dict() if name != "update_id")
    return next(present, "unknown")


async def _tell(update: object, context: Context, template: str, **values: str) -> None:
    if not isinstance(update, Update) or not _was_for_us(update):
        return
    try:
        if update.callback_query:
            await context.toast(template, alert=True, **values)
        else:
            await context.answer(template, **values)
    except TelegramError as error:
        # The way to Telegram is what broke: there is nobody we could tell.
        _log.warning("the sentence did not arrive either", extra=what_broke(error))


def _was_for_us(update: Update) -> bool:
    """Whether somebody waits for an answer: not in a group's own talk, nor after a membership."""
    if update.callback_query:
        return True
    message = update.message
    return message is not None and (
        message.chat.type == "private" or (message.text or "").startswith("/")
    )
