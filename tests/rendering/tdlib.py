"""TDLib's own parser, offline: what Telegram makes of our HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from bot.rendering.render import Message

tdjson = pytest.importorskip("tdjson")
tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')

SHOWN = 100
"""Entities that Telegram shows; the rest is ignored without a word."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text and the kinds of its entities, with the words each is about."""

    text: str
    entities: tuple[tuple[str, str], ...]

    def words(self, kind: str) -> list[str]:
        return [words for name, words in self.entities if name == kind]


def parsed(text: str) -> Parsed:
    """The parsed text; fails where Telegram would refuse it."""
    mode = {"@type": "textParseModeHTML"}
    request = {"@type": "parseTextEntities", "text": text, "parse_mode": mode}
    said = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    assert said["@type"] == "formattedText", f"{said}: {text}"
    units = said["text"].encode("utf-16-le")
    entities = []
    for entity in said["entities"]:
        start, length = entity["offset"] * 2, entity["length"] * 2
        words = units[start : start + length].decode("utf-16-le")
        entities.append((entity["type"]["@type"].removeprefix("textEntityType"), words))
    return Parsed(said["text"], tuple(entities))


def accepted(message: Message) -> Parsed:
    """The parsed message, held against every limit."""
    result = parsed(message.text)
    assert 0 < len(result.text.strip()) <= 4096
    assert len(result.entities) <= SHOWN
    assert len(message.text.encode()) <= 32_768
    assert sum(len(row) for row in message.buttons) <= 100
    for row in message.buttons:
        assert len(row) <= 8
        for button in row:
            assert button.label.strip()
            assert button.url or 0 < len((button.data or "").encode()) <= 64
    return result
