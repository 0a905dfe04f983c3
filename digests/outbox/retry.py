"""Again-when, or never (rule): what follows from a verdict. It decides; ``settle.py`` acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from digests.outbox.dispatch import MessageKind
from digests.outbox.receipt import Outcome
from digests.outbox.verdict import Meaning, Verdict

MOST_UNCERTAIN_SENDS = 2
"""After a second answer that never came nobody may say whether it arrived: a person decides."""

MOST_ATTEMPTS = 8
"""For what should help at once and is tried again: a moved chat, a lost topic, an unanswered edit."""

MOST_RESCUES = 3
"""A message that was in a dying worker's hands so often may be what kills them."""

LONGEST_WAIT = timedelta(minutes=1)

_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Decision:
    """Closed with an outcome, or tried again after ``wait``."""

    outcome: Outcome | None
    reason: str = ""
    wait: timedelta = _AT_ONCE
    ambiguous: bool = False
    """It may have arrived this time."""
    plain: bool = False
    """Again without markup or photo."""


def decide(
    verdict: Verdict,
    *,
    kind: MessageKind,
    attempt: int,
    ambiguous: int,
    plain: bool,
    at_most_once: bool = False,
) -> Decision:
    """``attempt`` counts this one; ``ambiguous`` counts earlier attempts without an answer; with
    ``at_most_once`` what may have arrived is never sent again."""
    match verdict.meaning:
        case Meaning.DELIVERED:
            return Decision(Outcome.SENT)
        case Meaning.LATER:
            return Decision(None, verdict.reason, verdict.retry_after or timedelta(seconds=1))
        case Meaning.UNSENT | Meaning.TOKEN_REFUSED | Meaning.SECOND_POLLER:
            return Decision(None, verdict.reason, backoff(attempt))
        case Meaning.UNCERTAIN:
            return _uncertain(verdict, kind, attempt, ambiguous, at_most_once)
        case Meaning.MOVED if kind is not MessageKind.SEND:
            # The new chat counts its messages anew: that number there is another message of ours.
            return Decision(Outcome.FAILED, verdict.reason)
        case Meaning.MOVED | Meaning.NO_THREAD if attempt < MOST_ATTEMPTS:
            return Decision(None, verdict.reason)
        case Meaning.UNPARSED | Meaning.NO_PHOTO if not plain:
            return Decision(None, verdict.reason, plain=True)
        case Meaning.COPY_GONE if kind is MessageKind.DELETE:
            return Decision(Outcome.SENT, verdict.reason)
    return Decision(Outcome.FAILED, verdict.reason)


def _uncertain(
    verdict: Verdict, kind: MessageKind, attempt: int, ambiguous: int, at_most_once: bool
) -> Decision:
    if ambiguous + 1 >= _most_uncertain(kind, at_most_once):
        return Decision(Outcome.UNKNOWN, verdict.reason, ambiguous=True)
    return Decision(None, verdict.reason, backoff(attempt), ambiguous=True)


def _most_uncertain(kind: MessageKind, at_most_once: bool) -> int:
    """A send goes again once; edits and deletes say the same thing however often they arrive."""
    if kind is not MessageKind.SEND:
        return MOST_ATTEMPTS
    return 1 if at_most_once else MOST_UNCERTAIN_SENDS


def rescued(
    *,
    kind: MessageKind,
    ambiguous: int,
    rescues: int,
    has_left: bool = True,
    at_most_once: bool = False,
) -> Decision:
    """What becomes of a message whose worker died with it; ``rescues`` counts this one. ``has_left`` is
    false where it was surely not on the wire this time."""
    is_send = kind is MessageKind.SEND
    if is_send and not has_left and rescues < MOST_RESCUES:
        return Decision(None, "worker died")
    if is_send and ambiguous + 1 >= _most_uncertain(kind, at_most_once):
        return Decision(Outcome.UNKNOWN, "worker died", ambiguous=True)
    if rescues >= MOST_RESCUES:
        return Decision(Outcome.UNKNOWN, "worker died", ambiguous=True)
    return Decision(None, "worker died", ambiguous=True)


def backoff(attempt: int) -> timedelta:
    """1, 2, 4 ... seconds, at most a minute. Without chance: the gate spreads what comes back."""
    return min(LONGEST_WAIT, timedelta(seconds=1 << min(max(0, attempt - 1), 10)))
