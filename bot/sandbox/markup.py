"""Rule: reply markups, checked as Telegram checks them."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.links import checked_link
from bot.sandbox.params import Params, json_of
from bot.sandbox.refusal import BadRequest

DATA_BYTES = 64
BUTTONS_MOST = 100
ROW_MOST = 8
COPY_TEXT_MOST = 256
STYLES = frozenset({"danger", "success", "primary"})
_ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip


def markup_of(params: Params) -> dict[str, Any] | None:
    """The reply markup of a request, or None. Raises BadRequest."""
    raw = json_of(params, "reply_markup", "reply keyboard markup")
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise BadRequest("object expected as reply markup")
    if "inline_keyboard" in raw:
        return _inline(raw["inline_keyboard"])
    known = ("keyboard", "remove_keyboard", "force_reply")
    return {name: raw[name] for name in raw} if any(name in raw for name in known) else None


def _inline(rows: Any) -> dict[str, Any] | None:
    if not isinstance(rows, list):
        raise BadRequest(
            'field "inline_keyboard" of the InlineKeyboardMarkup must be of type Array'
        )
    kept = [[made for button in _row(row) if (made := _button(button))] for row in rows]
    kept = [row for row in kept if row]
    count = sum(len(row) for row in kept)
    if count > BUTTONS_MOST or any(len(row) > ROW_MOST for row in kept):
        raise BadRequest("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _row(row: Any) -> list[Any]:
    if not isinstance(row, list):
        raise BadRequest(
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        )
    return row


def _button(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise _bad("InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if text is None:
        raise _bad('Can\'t find field "text"')
    if not isinstance(text, str | int | float):
        raise _bad('Field "text" must be of type String')
    button = _with_action(raw, str(text))
    # Telegram drops a button without words, and says nothing.
    return button if text else {}


def _with_action(raw: dict[str, Any], text: str) -> dict[str, Any]:
    action = next((name for name in _ACTIONS if name in raw), None)
    if action is None:
        raise _bad("Text buttons are unallowed in the inline keyboard")
    button: dict[str, Any] = {"text": text, action: _checked(action, raw[action])}
    if raw.get("style") in STYLES:
        button["style"] = raw["style"]
    return button


def _checked(action: str, value: Any) -> Any:
    if action == "url":
        return _url(str(value))
    if action == "callback_data":
        if not 1 <= len(str(value).encode()) <= DATA_BYTES:
            raise BadRequest("BUTTON_DATA_INVALID")
        return str(value)
    if action == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= COPY_TEXT_MOST:
            raise BadRequest("BUTTON_COPY_TEXT_INVALID")
    return value


def _url(url: str) -> str:
    user = re.fullmatch(r"tg://user\?id=[0-9]+", url)
    kept = url if user else checked_link(url)
    if not kept:
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return kept


def _bad(reason: str) -> BadRequest:
    return BadRequest(f"can't parse inline keyboard button: {reason}")
