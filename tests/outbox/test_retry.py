"""Again when, or never: the whole table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digests.outbox.dispatch import MessageKind
from digests.outbox.receipt import Outcome
from digests.outbox.retry import Decision, backoff, decide, rescued
from digests.outbox.verdict import Meaning, Verdict

SEND, EDIT, DELETE = MessageKind.SEND, MessageKind.EDIT, MessageKind.DELETE
S = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("meaning", "kind", "attempt", "ambiguous", "plain", "decision"),
    [
        (Meaning.DELIVERED, SEND, 1, 0, False, Decision(Outcome.SENT)),
        (Meaning.LATER, SEND, 9, 0, False, Decision(None, "x", 7 * S)),
        (Meaning.UNSENT, SEND, 1, 0, False, Decision(None, "x", S)),
        (Meaning.UNSENT, SEND, 3, 0, False, Decision(None, "x", 4 * S)),
        (Meaning.UNSENT, SEND, 999, 1, False, Decision(None, "x", 60 * S)),
        (Meaning.UNCERTAIN, SEND, 1, 0, False, Decision(None, "x", S, ambiguous=True)),
        (Meaning.UNCERTAIN, SEND, 2, 1, False, Decision(Outcome.UNKNOWN, "x", ambiguous=True)),
        (Meaning.UNCERTAIN, EDIT, 2, 1, False, Decision(None, "x", 2 * S, ambiguous=True)),
        (Meaning.UNCERTAIN, EDIT, 8, 7, False, Decision(Outcome.UNKNOWN, "x", ambiguous=True)),
        (Meaning.UNCERTAIN, DELETE, 1, 1, False, Decision(None, "x", S, ambiguous=True)),
        (Meaning.GONE, SEND, 1, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.MOVED, SEND, 1, 0, False, Decision(None, "x")),
        (Meaning.MOVED, EDIT, 1, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.MOVED, DELETE, 1, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.MOVED, SEND, 8, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.NO_THREAD, SEND, 1, 0, False, Decision(None, "x")),
        (Meaning.NO_THREAD, SEND, 8, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.NO_RIGHTS, SEND, 1, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.UNPARSED, SEND, 1, 0, False, Decision(None, "x", plain=True)),
        (Meaning.UNPARSED, SEND, 2, 0, True, Decision(Outcome.FAILED, "x")),
        (Meaning.NO_PHOTO, SEND, 1, 0, False, Decision(None, "x", plain=True)),
        (Meaning.NO_PHOTO, EDIT, 1, 0, False, Decision(None, "x", plain=True)),
        (Meaning.NO_PHOTO, SEND, 2, 0, True, Decision(Outcome.FAILED, "x")),
        (Meaning.REFUSED, SEND, 1, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.COPY_GONE, EDIT, 1, 0, False, Decision(Outcome.FAILED, "x")),
        (Meaning.COPY_GONE, DELETE, 1, 0, False, Decision(Outcome.SENT, "x")),
        (Meaning.TOKEN_REFUSED, SEND, 1, 0, False, Decision(None, "x", S)),
        (Meaning.SECOND_POLLER, SEND, 1, 0, False, Decision(None, "x", S)),
    ],
)
def test_every_verdict_has_one_consequence(
    meaning: Meaning,
    kind: MessageKind,
    attempt: int,
    ambiguous: int,
    plain: bool,
    decision: Decision,
) -> None:
    reason = "" if meaning is Meaning.DELIVERED else "x"
    verdict = Verdict(meaning, reason, retry_after=7 * S)
    assert decide(verdict, kind=kind, attempt=attempt, ambiguous=ambiguous, plain=plain) == decision


@pytest.mark.parametrize("meaning", Meaning)
def test_no_verdict_is_forgotten(meaning: Meaning) -> None:
    decide(Verdict(meaning), kind=SEND, attempt=1, ambiguous=0, plain=False)


@pytest.mark.parametrize(
    ("kind", "ambiguous", "rescues", "outcome"),
    [
        pytest.param(SEND, 0, 1, None, id="a send goes again once"),
        pytest.param(SEND, 1, 2, Outcome.UNKNOWN, id="a second doubt is for a person"),
        pytest.param(EDIT, 1, 2, None, id="an edit may be repeated"),
        pytest.param(EDIT, 2, 3, Outcome.UNKNOWN, id="three dead workers are enough"),
        pytest.param(DELETE, 2, 3, Outcome.UNKNOWN, id="for a deletion too"),
    ],
)
def test_rescued(kind: MessageKind, ambiguous: int, rescues: int, outcome: Outcome | None) -> None:
    assert rescued(kind=kind, ambiguous=ambiguous, rescues=rescues).outcome is outcome


@pytest.mark.parametrize(
    ("kind", "outcome"), [(SEND, Outcome.UNKNOWN), (EDIT, None), (DELETE, None)]
)
def test_at_most_once_a_send_in_doubt_is_for_a_person_and_an_edit_may_still_be_repeated(
    kind: MessageKind, outcome: Outcome | None
) -> None:
    lost = Verdict(Meaning.UNCERTAIN, "x")
    decision = decide(lost, kind=kind, attempt=1, ambiguous=0, plain=False, at_most_once=True)
    assert decision.outcome is outcome
    assert rescued(kind=kind, ambiguous=0, rescues=1, at_most_once=True).outcome is outcome


def test_what_surely_had_not_left_goes_again_until_three_workers_died_of_it() -> None:
    def fate(rescues: int) -> Outcome | None:
        return rescued(kind=SEND, ambiguous=1, rescues=rescues, has_left=False).outcome

    assert (fate(2), fate(3)) == (None, Outcome.UNKNOWN)


def test_at_most_once_what_certainly_did_not_go_goes_again() -> None:
    unsent = Verdict(Meaning.UNSENT, "x")
    decision = decide(unsent, kind=SEND, attempt=1, ambiguous=0, plain=False, at_most_once=True)
    assert decision.outcome is None


def test_waits_double_up_to_a_minute() -> None:
    assert [backoff(n) // S for n in range(9)] == [1, 1, 2, 4, 8, 16, 32, 60, 60]
