"""Rule: entities as Telegram puts them in order: none crosses another, and some allow none inside.

TDLib judges it in the tests. It matters for counting: an italic word inside a bold line makes three.
"""

from __future__ import annotations

from typing import Any

Entity = dict[str, Any]

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = ("blockquote", "expandable_blockquote")
OPAQUE = frozenset({"pre", "code", "date_time"})  # nothing else inside

# Of two that begin and end together the one named first is the outer; kinds of one rank keep the
# order in which they were closed.
_RANKS = (
    QUOTES, ("pre with language",), ("pre",), ("code",), ("date_time",),
    ("text_link", "text_mention"), ("bold",), ("italic",), ("underline",), ("strikethrough",),
    ("spoiler",), ("custom_emoji",),
)  # fmt: skip
_RANK_OF = {kind: rank for rank, kinds in enumerate(_RANKS) for kind in kinds}


def sort_key(entity: Entity) -> tuple[int, int, int]:
    """By place; of two that begin together the longer first, then by kind."""
    kind = "pre with language" if "language" in entity else entity["type"]
    return entity["offset"], -entity["length"], _RANK_OF.get(kind, len(_RANKS))


def end_of(entity: Entity) -> int:
    """The offset behind an entity."""
    return int(entity["offset"] + entity["length"])


def uncrossed(entities: list[Entity]) -> list[Entity]:
    """Sorted entities without those whole ones (links, code, quotes) that cross an earlier one."""
    quotes = _apart([entity for entity in entities if entity["type"] in QUOTES])
    whole = _apart([e for e in entities if e["type"] not in (*SPLITTABLE, *QUOTES)])
    crossing = [e for e in whole if any(_crosses(e, quote) for quote in quotes)]
    kept = {id(entity) for entity in (*quotes, *whole)} - {id(entity) for entity in crossing}
    return [e for e in entities if e["type"] in SPLITTABLE or id(e) in kept]


def in_order(entities: list[Entity]) -> list[Entity]:
    """Uncrossed entities, with the styles cut where another entity begins."""
    if len(entities) < 2:
        return entities
    entities = uncrossed(entities)
    styles = [entity for entity in entities if entity["type"] in SPLITTABLE]
    whole = [entity for entity in entities if entity["type"] not in SPLITTABLE]
    return sorted([*whole, *_cut(styles, whole)], key=sort_key)


def _apart(entities: list[Entity]) -> list[Entity]:
    """Of entities that meet, the first stays."""
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity["offset"] >= end_of(kept[-1]):
            kept.append(entity)
    return kept


def _crosses(entity: Entity, quote: Entity) -> bool:
    meets = entity["offset"] < end_of(quote) and quote["offset"] < end_of(entity)
    inside = quote["offset"] <= entity["offset"] and end_of(entity) <= end_of(quote)
    return meets and not inside


class _Scissors:
    """Styles that are open at one place of the text, and the pieces cut so far."""

    def __init__(self) -> None:
        self.open: dict[str, tuple[int, int]] = {}
        self.pieces: list[Entity] = []

    def cut(self, at: int, *, drop: bool = False) -> None:
        """End every open style here; what goes on behind begins anew. ``drop`` forgets the piece."""
        for kind, (start, end) in list(self.open.items()):
            stop = min(end, at)
            if stop > start and not drop:
                self.pieces.append({"offset": start, "length": stop - start, "type": kind})
            if end > at:
                self.open[kind] = (max(start, at), end)
            else:
                del self.open[kind]

    def begin(self, style: Entity, *, hidden: bool) -> None:
        """A style begins, which cuts all others, or goes on where its like is open or just ended."""
        kind, start, end = style["type"], style["offset"], end_of(style)
        begun, until = self.open.get(kind, (start, -1))
        if until >= start:
            self.open[kind] = (begun, max(until, end))
            return
        if not hidden:
            self.cut(start)
        self.open[kind] = (start, end)


def _cut(styles: list[Entity], others: list[Entity]) -> list[Entity]:
    edges = sorted({edge for e in others for edge in (e["offset"], end_of(e))})
    opaque = [(e["offset"], end_of(e)) for e in others if e["type"] in OPAQUE]
    scissors = _Scissors()
    waiting = iter([*styles, None])
    style = next(waiting)
    last = 0
    for edge in [*edges, 1 << 40]:
        hidden = any(start <= last and edge <= end for start, end in opaque)
        while style is not None and style["offset"] < edge:
            scissors.begin(style, hidden=hidden)
            style = next(waiting)
        scissors.cut(edge, drop=hidden)
        last = edge
    return scissors.pieces
