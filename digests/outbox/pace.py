"""How fast messages may go out (rule): GCRA without a burst for the token, with a small one for a chat.

Telegram counts in sliding windows, so an even spacing is the only pace that never breaks one and
wastes none of it. All times are the shared clock's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

GRACE = 0.010
"""Slots lie this much further apart than the limit: messages of two workers take different times on the
wire, and with it 10 ms of difference still fit; it costs 1% of the rate. One worker's own messages
are kept apart by what Telegram answered (``bot/delivery/window.py``), so a worker that stood still
catches up with what is left."""

AHEAD = timedelta(milliseconds=250)
"""How far ahead slots are claimed. What is claimed is the most that a crash can send twice."""

EARLY = AHEAD * 0.6
"""How long before the next free slot is due it is asked for: what a claim may take without losing one."""

OTHERS_EARLY = AHEAD * 0.4
"""The same where another worker claimed last: it had its chance before; and who claims for the first time
takes longer."""

GIVING_WAY = AHEAD * 0.1
"""How long before it a slot is still asked for by an answer that follows many others: whoever claims has
asked long before."""

FURTHEST = timedelta(seconds=2)
"""No honest slot lies further ahead; one that does was taken before the clock was set back."""

TOLERATED_LATE = timedelta(milliseconds=5)
"""A send this much after its slot still fits the grace; the rest of it is for clocks and the wire."""

ROOM = timedelta(milliseconds=50)
"""By so much a direct answer may miss its slot after it missed one."""

PRIVATE_INTERVAL = timedelta(seconds=1.55)
"""In a private chat: with the burst below, never more than three messages in any three seconds."""

GROUP_INTERVAL = timedelta(seconds=3.6)
"""In a group or channel: with the burst below, never more than 20 in any minute."""

SLOWEST = 1.0
"""A rate that repeated refusals do not undercut, in messages a second."""

_ZERO = timedelta(0)


def interval(rate: float) -> timedelta:
    """Between two slots, at ``rate`` messages a second."""
    return timedelta(seconds=(1 + GRACE) / rate)


def was_set_back(now: datetime, tat: datetime) -> bool:
    """Whether the clock was set back since the gate was last written."""
    return tat > now + FURTHEST


def after_set_back(
    now: datetime, hold_until: datetime | None, held_at: datetime | None
) -> tuple[datetime, datetime | None]:
    """``tat`` and ``hold_until`` on the new clock: what was claimed on the old one is 250 ms away at
    most, and a hold is as long as Telegram said."""
    if hold_until is None or held_at is None:
        return now + AHEAD, None
    return now + AHEAD, now + (hold_until - held_at)


def ahead(step: timedelta, *, hurry: bool) -> timedelta:
    """How far ahead slots are claimed; in a hurry one more, where slots lie ``step`` apart."""
    return AHEAD + min(step, AHEAD) if hurry else AHEAD


def answers_ahead(step: timedelta, *, in_a_row: int) -> timedelta:
    """How far ahead a direct answer takes its slot, where slots lie ``step`` apart and so many answers have
    just had theirs. After as many as one claim would take, the outbox comes first."""
    return AHEAD if in_a_row < max(1, AHEAD // step) else GIVING_WAY


def first_slot(now: datetime, tat: datetime, hold_until: datetime | None) -> datetime:
    """The next free slot."""
    return max(now, tat, hold_until or now)


def ask_at(tat: datetime, lead: timedelta, *, leads: bool) -> datetime:
    """When to claim again, where claims take ``lead``: early enough to lose no slot to the claim. Who
    claimed last ``leads`` and asks first; the others come only before slots would be lost."""
    if leads:
        return tat - max(EARLY, min(AHEAD, lead * 2))
    return tat - min(OTHERS_EARLY, max(OTHERS_EARLY / 2, lead))


def pushed(tat: datetime, now: datetime, late: timedelta) -> datetime:
    """``tat`` after some other worker's send was ``late``: the slot a second after that one is not claimed
    yet, and moves back by as much, or two workers would crowd that second."""
    return tat if late <= TOLERATED_LATE else max(tat, now) + (late - TOLERATED_LATE)


def slots(first: datetime, horizon: datetime, step: timedelta, most: int) -> list[datetime]:
    """Slots from ``first`` up to ``horizon``, at most ``most`` of them."""
    if first > horizon or most <= 0:
        return []
    fitting = most if step <= _ZERO else min(most, (horizon - first) // step + 1)
    return [first + step * number for number in range(fitting)]


def rate_now(rate: float, lowered_at: datetime | None, now: datetime, ceiling: float) -> float:
    """The rate in force: once lowered, it comes back by one a second for each minute."""
    if lowered_at is None:
        return ceiling
    return min(ceiling, rate + max(0, (now - lowered_at) // timedelta(minutes=1)))


def lowered(rate: float) -> float:
    """The rate after Telegram said that it was too much."""
    return max(SLOWEST, rate * 0.8)


def chat_interval(chat_id: int) -> timedelta:
    """Between two messages into one chat; groups and channels have negative ids."""
    return PRIVATE_INTERVAL if chat_id > 0 else GROUP_INTERVAL


def chat_burst(chat_id: int) -> timedelta:
    """How far ahead of its pace a chat may be answered: one message in a private chat, two in a group."""
    return PRIVATE_INTERVAL if chat_id > 0 else GROUP_INTERVAL * 2


def next_in_chat(chat_id: int, previous: datetime | None, slot: datetime) -> datetime:
    """When a chat that gets a message at ``slot`` is even with its pace again."""
    even = slot if previous is None else max(slot, previous)
    return even + chat_interval(chat_id)
