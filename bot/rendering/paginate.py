"""A long text becomes parts that Telegram takes (rule): cut only where the template allows it.

Telegram counts code points after parsing, ignores the 101st entity without a word, and refuses a
message whose entities hold too many bytes. Tags that are open at a cut are closed and opened again.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

CUT = "\x01"
"""Where a further part may begin; no value from outside can hold it."""

TEXT = 4096
"""Code points in one message."""
CAPTION = 1024
"""Code points under a photo."""
ENTITIES = 90
"""Of the 100 that Telegram shows."""
PAYLOAD = 8000
"""Bytes of tags with their addresses; about 9,500 are refused."""

_TAG = re.compile(r"<(/?)([a-z-]+)[^>]*>")
_TOKEN = re.compile(r"<[^>]*>|&[#\w]+;|[^<&]|[<&]", re.DOTALL)
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Weight:
    """What a piece of HTML costs in each of Telegram's three limits."""

    text: int = 0
    entities: int = 0
    payload: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(
            self.text + other.text,
            self.entities + other.entities,
            self.payload + other.payload,
        )

    @property
    def fits(self) -> bool:
        """Whether one message takes it."""
        return self.fits_in(TEXT)

    def fits_in(self, most: int) -> bool:
        """Whether a message or caption of so many code points takes it."""
        return self.text <= most and self.entities <= ENTITIES and self.payload <= PAYLOAD


def weight(piece: str) -> Weight:
    """What this HTML costs."""
    opening = [tag.group() for tag in _TAG.finditer(piece) if not tag.group(1)]
    return Weight(
        text=len(html.unescape(_TAG.sub("", piece))),
        entities=len(opening),
        payload=sum(len(tag.encode()) for tag in opening),
    )


def paginate(text: str) -> tuple[str, ...]:
    """The text in parts, each within the limits; at least one."""
    parts: list[str] = []
    part, cost, still_open = "", Weight(), ""
    for piece in text.split(CUT):
        added = weight(piece)
        if cost.text and not (cost + added).fits:
            parts.append(_closed(part))
            part, cost = still_open, weight(still_open)
        part, cost = part + piece, cost + added
        if not cost.fits:
            part = shortened(part)
            cost = weight(part)
        still_open = "".join(_open_tags(part))
    parts.append(_closed(part))
    return tuple(parts)


def shortened(piece: str, most: int = TEXT) -> str:
    """As much of the HTML as a message or caption of ``most`` code points takes, with an ellipsis; its
    tags stay balanced."""
    kept, spent, depth = [], Weight(len(_ELLIPSIS)), 0
    is_full = False
    for token in _TOKEN.findall(piece):
        tag = _TAG.fullmatch(token)
        cost = weight(token)
        if tag and tag.group(1):
            # A closing tag of one that was left out goes with it.
            if depth > 0:
                depth -= 1
            else:
                kept.append(token)
            continue
        is_full = is_full or not (spent + cost).fits_in(most)
        if not is_full:
            kept.append(token)
            spent += cost
        elif tag:
            depth += 1
    return _with_ellipsis(kept)


def _with_ellipsis(kept: list[str]) -> str:
    """Behind the last letter, inside whatever tag it is in."""
    last = max((i for i, token in enumerate(kept) if not _TAG.fullmatch(token)), default=-1)
    return "".join([*kept[: last + 1], _ELLIPSIS, *kept[last + 1 :]])


def _open_tags(part: str) -> list[str]:
    """The opening tags that nothing closed yet, outermost first."""
    stack: list[str] = []
    for tag in _TAG.finditer(part):
        if tag.group(1):
            stack.pop()
        else:
            stack.append(tag.group())
    return stack


def _closed(part: str) -> str:
    """The part with its open tags closed, and no blank lines at its edges."""
    names = [_TAG.match(tag).group(2) for tag in _open_tags(part)]  # type: ignore[union-attr]
    return part.strip() + "".join(f"</{name}>" for name in reversed(names))
