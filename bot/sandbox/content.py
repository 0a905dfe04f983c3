"""Rule: what a request wants to say: its text or caption with entities, cleaned, trimmed and measured."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.sandbox.entities import Entity, in_order, uncrossed
from bot.sandbox.html import parse_html, utf16_len
from bot.sandbox.params import Params, json_of, text_of
from bot.sandbox.refusal import BadRequest

TEXT_MOST = 4096  # code points after parsing and trimming
CAPTION_MOST = 1024
RAW_BYTES = 32_768
ENTITIES_KEPT = 100
PAYLOAD_BYTES = 9_500
ENTITY_BYTES = 12  # constructor, offset and length on the wire, before its strings

Content = tuple[str, list[Entity]]

# Control characters become spaces; line separators, direction overrides and three combining marks vanish.
_UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u0333\u033f\u030a]")
# Of direction marks in a row only the last stays one, so that they cannot pile up.
_PILED_MARKS = re.compile("[\u200e\u200f](?=[\u200e\u200f])")
# Bare domains (``example.com``) are not looked for: Telegram knows them by a list of all endings.
_AUTOMATIC = re.compile(
    r"(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}+(?:@[A-Za-z0-9_]{3,32}+)?+(?![\w/<>@]))"
    r"|(?P<url>(?:https?://(?=[^\s/]*\.)|(?<![\w@.\-/])t\.me/)[^\s<>\"]*[\w/=\-])"
    r"|(?P<email>(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[A-Za-z]{2,}\b)"
    r"|(?P<mention>(?<!\w)@[A-Za-z0-9_]{4,32}\b)"
    r"|(?P<hashtag>(?<!\w)#(?=\w*[^\W\d])\w{1,255}\b)"
)
_EXCLUSIVE = frozenset(
    {"pre", "code", "text_link", "text_mention", "url", "mention", "bot_command", "email"}
)


def text_content(params: Params, name: str = "text") -> Content:
    """The text of a message. Raises BadRequest, also where nothing visible is left."""
    text, entities = _formatted(params, name, "entities")
    if not text:
        raise BadRequest("message text is empty")
    return text, entities


def caption_content(params: Params) -> Content:
    """The caption of a medium; may be empty."""
    return _formatted(params, "caption", "caption_entities")


def check_length(text: str, most: int) -> None:
    """Refuse a text longer than ``most`` code points."""
    if len(text) > most:
        raise BadRequest(
            "message is too long" if most == TEXT_MOST else "message caption is too long"
        )


def check_payload(entities: list[Entity]) -> None:
    """Refuse entities whose wire form is too long for Telegram's servers."""
    if len(entities) * ENTITY_BYTES + sum(map(_strings, entities)) > PAYLOAD_BYTES:
        raise BadRequest("ENTITIES_TOO_LONG")


def plain_content(text: str) -> Content:
    """What a person typed, with the entities that Telegram finds by itself."""
    return _finish(text, [])


def _formatted(params: Params, name: str, entities_name: str) -> Content:
    source = text_of(params, name)
    if len(source) > RAW_BYTES // 4 and len(source.encode("utf-8", "replace")) > RAW_BYTES:
        raise BadRequest("text is too long")
    mode = text_of(params, "parse_mode").lower()
    if mode == "html":
        return _finish_html(source)
    if mode not in ("", "none"):
        raise BadRequest("unsupported parse_mode")
    return _finish(source, _given(params, entities_name))


@lru_cache(maxsize=256)
def _finish_html(source: str) -> Content:
    # One edition goes to many chats; its entities are shared by their messages and never changed.
    return _finish(*parse_html(source))


def _given(params: Params, name: str) -> list[Entity]:
    raw = json_of(params, name, "entities")
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise BadRequest("can't parse entities: expected an Array of MessageEntity")
    kept: list[Entity] = []
    for entity in raw:
        if not isinstance(entity, dict):
            raise BadRequest("can't parse MessageEntity: expected an Object")
        kept.append(_given_entity(entity))
    return kept


def _given_entity(entity: dict[str, Any]) -> Entity:
    for name in ("offset", "length"):
        if not isinstance(entity.get(name), int):
            raise BadRequest(f'can\'t parse MessageEntity: Field "{name}" must be a valid Number')
    if not isinstance(entity.get("type"), str):
        raise BadRequest("can't parse MessageEntity: Can't find field \"type\"")
    return dict(entity)


def _finish(text: str, entities: list[Entity]) -> Content:
    if _UNCLEAN.search(text):
        text, entities = _cleaned(text, uncrossed(entities))
    entities = in_order(entities)
    text = _PILED_MARKS.sub("\u200c", text)
    if text != text.strip():
        text, entities = _trimmed(text, entities)
    if "/" in text or "@" in text or "#" in text:
        entities = _with_automatic(text, entities)
    return text, entities[:ENTITIES_KEPT]


def _cleaned(text: str, entities: list[Entity]) -> Content:
    """Clean a text, moving every entity with its characters."""
    kept = [_clean(char) for char in text]
    moved = [0]  # old UTF-16 offset -> new one
    new = 0
    for char, clean in zip(text, kept, strict=True):
        new += utf16_len(clean)
        moved.extend([new] * utf16_len(char))
    return "".join(kept), list(filter(None, (_moved(e, moved) for e in entities)))


def _trimmed(text: str, entities: list[Entity]) -> Content:
    """Take the space off both ends, which are one UTF-16 unit a character."""
    lead = len(text) - len(text.lstrip())
    plain = text.strip()
    last = utf16_len(plain)
    kept = []
    for entity in entities:
        start = min(max(entity["offset"] - lead, 0), last)
        end = min(max(entity["offset"] + entity["length"] - lead, 0), last)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return plain, kept


def _clean(char: str) -> str:
    if not _UNCLEAN.match(char):
        return char
    return " " if char < " " and char != "\r" else ""


def _moved(entity: Entity, moved: list[int]) -> Entity | None:
    last = len(moved) - 1
    start = moved[min(max(entity["offset"], 0), last)]
    end = moved[min(max(entity["offset"] + entity["length"], 0), last)]
    return {**entity, "offset": start, "length": end - start} if end > start else None


def _with_automatic(text: str, entities: list[Entity]) -> list[Entity]:
    found = [
        {"offset": utf16_len(text[: m.start()]), "length": utf16_len(m[0]), "type": m.lastgroup}
        for m in _AUTOMATIC.finditer(text)
    ]
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in _EXCLUSIVE]
    found = [e for e in found if not any(_overlap(e, start, end) for start, end in taken)]
    if not found:
        return entities
    return sorted([*entities, *found], key=lambda e: (e["offset"], -e["length"]))


def _overlap(entity: Entity, start: int, end: int) -> bool:
    return bool(entity["offset"] < end and start < entity["offset"] + entity["length"])


def _strings(entity: Entity) -> int:
    size = len((entity.get("url") or entity.get("language") or "").encode())
    return size and (size + (1 if size < 254 else 4) + 3) // 4 * 4
