"""What Telegram's record says (rule): what is missing, what came twice and why, how full a second was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.telegram import Accepted

BEFORE_DEATH = 1.0
"""Seconds. What was accepted so long before its worker was killed may not have been written down."""

AFTER_DEATH = 1.0
"""Seconds. What was on its way when its worker was killed may be accepted this much later."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A broadcast in figures."""

    sent: int
    lost: int
    """Of the audience: never accepted, and not among those the desk is told of."""
    doubled: int
    unexplained: int
    """Accepted twice though no worker died and no answer was lost at the first."""
    most_copies: int
    longest: float = field(default=0.0)
    """Seconds between a doubled message's first copy and its worker's death, at most."""

    @property
    def is_clean(self) -> bool:
        """What the engine promises."""
        return self.lost == 0 and self.unexplained == 0 and self.most_copies <= 2

    def __str__(self) -> str:
        return (
            f"{self.sent} sent, lost {self.lost}, doubled {self.doubled}, of these unexplained "
            f"{self.unexplained}, most copies {self.most_copies}"
        )


def judge(
    record: Sequence[Accepted],
    audience: Collection[int],
    *,
    deaths: Mapping[int, float],
    doubtful: Collection[int] = (),
    unanswered: Collection[int] = (),
) -> Judgement:
    """``doubtful``: chats in whose case the ledger says "unknown"; ``unanswered``: chats where a fault
    took an answer after the message was accepted."""
    copies = copies_of(record)
    missing = set(audience) - {chat for chat, _ in copies} - set(doubtful)
    doubled = {key: times for key, times in copies.items() if len(times) > 1}
    gaps = [deaths[first.pid] - first.at for first, *_ in doubled.values() if first.pid in deaths]
    explained = [
        key
        for key, (first, *_) in doubled.items()
        if key[0] in unanswered
        or -AFTER_DEATH <= deaths.get(first.pid, float("-inf")) - first.at <= BEFORE_DEATH
    ]
    return Judgement(
        sent=len(copies),
        lost=len(missing),
        doubled=len(doubled),
        unexplained=len(doubled) - len(explained),
        most_copies=max(map(len, copies.values()), default=0),
        longest=max(gaps, default=0.0),
    )


def copies_of(record: Iterable[Accepted]) -> dict[tuple[int, str], list[Accepted]]:
    """Sends, oldest first, by chat and by what they carry."""
    found: defaultdict[tuple[int, str], list[Accepted]] = defaultdict(list)
    for row in record:
        if row.method.startswith("send"):
            found[row.chat_id, row.subject].append(row)
    return dict(found)


def fullest(times: Sequence[float], span: float = 1.0) -> int:
    """The most events that any ``span`` seconds held."""
    most = first = 0
    for last, time in enumerate(times):
        while times[first] <= time - span:
            first += 1
        most = max(most, last - first + 1)
    return most


def shown(record: Iterable[Accepted]) -> dict[int, int]:
    """The revision that each chat's copy shows in the end."""
    return {row.chat_id: row.revision for row in record}
