"""Rule: Telegram's HTML. A parser that gives the verdicts of TDLib, whose own parser judges it in the tests.

Offsets in errors are bytes of UTF-8, offsets in entities are UTF-16 units, as in Telegram's answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.sandbox.entities import Entity, sort_key
from bot.sandbox.links import checked_link, mentioned_user
from bot.sandbox.refusal import BadRequest

_SPACES = " \t\r\n\0\x0b"
_MARK = re.compile(r"[<&]")
_REFERENCE = re.compile(r"&(?:#(?:x(?P<hex>[0-9a-fA-F]*)|(?P<dec>[0-9]*))|(?P<name>[A-Za-z]*));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LONGEST_NUMERIC = 9  # characters of a numeric reference without its semicolon
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_TAG_END = re.compile(rf"[{_SPACES}>]")
_NAME_END = re.compile(rf"[{_SPACES}>=/'\"]")

_PLAIN_TYPES = {
    "b": "bold", "strong": "bold",
    "i": "italic", "em": "italic",
    "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
_TAGS = {*_PLAIN_TYPES, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"}


@dataclass(slots=True)
class _Open:
    """A start tag whose end has not come yet."""

    tag: str
    argument: str
    extra: str
    offset: int
    piece: int


def utf16_len(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities, sorted. Raises BadRequest with TDLib's reason."""
    if "<" not in source and "&" not in source:
        return source, []
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source + "\0"  # a sentinel, so that no scan runs off the end
        self.size = len(source)
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.surrogate = False

    def parse(self) -> tuple[str, list[Entity]]:
        at = 0
        while (found := _MARK.search(self.source, at)) is not None:
            self._put(self.source[at : found.start()])
            at = self._reference(found.start()) if found[0] == "&" else self._tag(found.start())
        self._put(self.source[at : self.size])
        if self.open:
            raise _refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        if self.surrogate:
            raise _refuse(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return "".join(self.pieces), _sorted(self.entities)

    def _put(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self.offset += utf16_len(text)

    def _reference(self, at: int) -> int:
        char, end = _decode(self.source, at)
        if char and "\ud800" <= char <= "\udfff":
            self.surrogate = True
        self._put(char or "&")
        return end

    def _tag(self, at: int) -> int:
        return self._end_tag(at) if self.source[at + 1] == "/" else self._start_tag(at)

    def _start_tag(self, at: int) -> int:
        end = self._scan(_TAG_END, at + 1)
        if self.source[end] == "\0":
            raise self._refuse_at("Unclosed start tag", at)
        tag = _lower(self.source[at + 1 : end])
        if tag not in _TAGS:
            raise self._refuse_at(f'Unsupported start tag "{tag}"', at)
        argument, extra, end = self._attributes(tag, at, end)
        if tag == "span" and argument != "spoiler":
            raise self._refuse_at('Tag "span" must have class "tg-spoiler"', at)
        self.open.append(_Open(tag, argument, extra, self.offset, len(self.pieces)))
        return end + 1

    def _attributes(self, tag: str, start: int, at: int) -> tuple[str, str, int]:
        argument = extra = ""
        while True:
            at = self._skip_spaces(at)
            if self.source[at] == ">":
                return argument, extra, at
            name_end = self._scan(_NAME_END, at)
            name = self.source[at:name_end]
            if not name:
                raise self._refuse_at(f'Empty attribute name in the tag "{tag}"', start)
            value, at = self._value(tag, start, name_end)
            argument, extra = _keep(tag, name, value, argument, extra)

    def _value(self, tag: str, start: int, at: int) -> tuple[str, int]:
        at = self._skip_spaces(at)
        if self.source[at] == "\0":
            raise self._refuse_at(f'Unclosed start tag "{tag}"', start)
        if self.source[at] != "=":
            return "", at
        at = self._skip_spaces(at + 1)
        if self.source[at] == "\0":
            raise self._refuse_at(f'Unclosed start tag "{tag}"', start)
        quote = self.source[at]
        if quote in "'\"":
            value, at = self._quoted(quote, at + 1)
        else:
            end = _end(_TOKEN, self.source, at)
            if self.source[end] not in _SPACES + ">":
                raise self._refuse_at("Unexpected end of name token", at)
            value, at = _lower(self.source[at:end]), end
        if self.source[at] == "\0":
            raise self._refuse_at("Unclosed start tag", start)
        return value, at

    def _quoted(self, quote: str, at: int) -> tuple[str, int]:
        parts: list[str] = []
        while at < self.size and self.source[at] not in (quote, "\0"):
            if self.source[at] == "&":
                char, at = _decode(self.source, at)
                parts.append(char or "&")
            else:
                parts.append(self.source[at])
                at += 1
        return "".join(parts), at + (self.source[at] == quote)

    def _end_tag(self, at: int) -> int:
        if not self.open:
            raise self._refuse_at("Unexpected end tag", at)
        name_end = self._scan(_TAG_END, at + 2)
        end = self._skip_spaces(name_end)
        if self.source[end] != ">":
            raise self._refuse_at("Unclosed end tag", at)
        name = _lower(self.source[at + 2 : name_end])
        opened = self.open.pop()
        if name and name != opened.tag:
            raise self._refuse_at(
                f'Unmatched end tag at byte offset {self._bytes(at)}, expected "</{opened.tag}>", '
                f'found "</{name}>"',
                None,
            )
        if self.offset > opened.offset:
            self._close(opened)
        return end + 1

    def _close(self, opened: _Open) -> None:
        span: Entity = {"offset": opened.offset, "length": self.offset - opened.offset}
        tag = opened.tag
        entity: Entity | None
        if tag in _PLAIN_TYPES:
            entity = {**span, "type": _PLAIN_TYPES[tag]}
        elif tag in ("pre", "code"):
            entity = self._code(opened, span)
        elif tag == "blockquote":
            entity = {**span, "type": "expandable_blockquote" if opened.argument else "blockquote"}
        else:
            within = "".join(self.pieces[opened.piece :])
            entity = _ARGUED[tag](opened, span, within)
        if entity is not None:
            self.entities.append(entity)

    def _code(self, opened: _Open, entity: Entity) -> Entity | None:
        """``pre`` around ``code`` with a language, in either order, is one block with a language."""
        last = self.entities[-1] if self.entities else None
        same = (
            last is not None
            and last["offset"] == entity["offset"]
            and last["length"] == entity["length"]
        )
        if opened.tag == "pre":
            if last is not None and same and last["type"] == "code" and last.get("_language"):
                last["type"], last["language"] = "pre", last.pop("_language")
                return None
            return {**entity, "type": "pre"}
        if (
            last is not None
            and same
            and last["type"] == "pre"
            and "language" not in last
            and opened.argument
        ):
            last["language"] = opened.argument
            return None
        return {**entity, "type": "code", "_language": opened.argument}

    def _scan(self, until: re.Pattern[str], at: int) -> int:
        found = until.search(self.source, at)  # the sentinel is an end to every pattern
        return found.start() if found else self.size

    def _skip_spaces(self, at: int) -> int:
        while at < self.size and self.source[at] in _SPACES and self.source[at] != "\0":
            at += 1
        return at

    def _bytes(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def _refuse_at(self, reason: str, at: int | None) -> BadRequest:
        return _refuse(reason if at is None else f"{reason} at byte offset {self._bytes(at)}")


def _end(pattern: re.Pattern[str], source: str, at: int) -> int:
    found = pattern.match(source, at)
    return found.end() if found else at


def _refuse(reason: str) -> BadRequest:
    return BadRequest(f"can't parse entities: {reason}")


def _lower(text: str) -> str:
    # TDLib lowers ASCII only: a Cyrillic tag keeps its case in the error.
    return "".join(c.lower() if c.isascii() else c for c in text)


def _decode(source: str, at: int) -> tuple[str, int]:
    """The character of a reference and where it ends; an empty one where it is none."""
    found = _REFERENCE.match(source, at)
    if found is None:
        return "", at + 1
    end = found.end()
    if found["name"] is not None:
        char = _NAMED.get(found["name"], "")
        return (char, end) if char else ("", at + 1)
    digits = found["hex"] if found["hex"] is not None else found["dec"]
    length = end - at - (source[end - 1] == ";")
    code = (
        int(digits or "0", 16 if found["hex"] is not None else 10)
        if length <= _LONGEST_NUMERIC
        else 0
    )
    return (chr(code), end) if 0 < code < 0x10FFFF else ("", at + 1)


def _keep(tag: str, name: str, value: str, argument: str, extra: str) -> tuple[str, str]:
    """What of an attribute matters to its tag; the rest is ignored."""
    if tag == "a" and name == "href":
        return value, extra
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value[len("language-") :], extra
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value[len("tg-") :], extra
    if (tag == "tg-emoji" and name == "emoji-id") or (tag == "tg-time" and name == "unix"):
        return value, extra
    if tag == "tg-time" and name == "format":
        return argument, value
    if tag == "blockquote" and name == "expandable":
        return "1", extra
    return argument, extra


def _link(opened: _Open, entity: Entity, within: str) -> Entity | None:
    target = opened.argument or within
    user_id = mentioned_user(target)
    if user_id:
        return {**entity, "type": "text_mention", "user": {"id": user_id}}
    url = checked_link(target)
    return {**entity, "type": "text_link", "url": url} if url else None


def _emoji(opened: _Open, entity: Entity, _within: str) -> Entity:
    if not re.fullmatch(r"-?[0-9]{1,19}", opened.argument) or not int(opened.argument):
        raise _refuse("Invalid custom emoji identifier specified")
    return {**entity, "type": "custom_emoji", "custom_emoji_id": opened.argument}


def _time(opened: _Open, entity: Entity, _within: str) -> Entity | None:
    shape = _time_format(opened.extra)
    digits = re.match(r"-?[0-9]+", opened.argument)
    unix = int(digits[0]) if digits else 0
    unix = (unix + 2**31) % 2**32 - 2**31  # TDLib reads it into 32 bits
    if unix <= 0:
        return None
    entity = {**entity, "type": "date_time", "unix_time": unix}
    return {**entity, "date_time_format": shape} if shape else entity


def _time_format(shape: str) -> str:
    """One spelling for each format: ``r`` alone, or ``w``, ``d``/``D``, ``t``/``T`` in this order."""
    if not shape:
        return ""
    if shape in ("r", "R"):
        return "r"
    if set(shape) - set("wWdDtT"):
        raise _refuse("Invalid date format used")
    week = "w" if set(shape) & set("wW") else ""
    return week + _shortest(shape, "dD") + _shortest(shape, "tT")


def _shortest(shape: str, letters: str) -> str:
    return next((c for c in letters if c in shape), "")


_ARGUED = {"a": _link, "tg-emoji": _emoji, "tg-time": _time}


def _sorted(entities: list[Entity]) -> list[Entity]:
    for entity in entities:
        entity.pop("_language", None)
    return sorted(entities, key=sort_key)
