"""What a correction does to each message that carried the error (rule).

the message    of an alert                   of a digest
never arrived  nothing                       nothing
still waits    shows what is right; a        shows what is right
               withdrawn one is not sent
arrived        edited, and its readers told  edited, and its readers told while it is fresh
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from digests.corrections.correction import CorrectedSubject, CorrectionKind

FRESH = timedelta(hours=72)
"""Readers are told of an error in a digest no older than this; an older one is edited without a word."""


class Carried(StrEnum):
    """What became of a message that held the error."""

    FAILED = "failed"
    WAITING = "waiting"
    ARRIVED = "arrived"


class Remedy(StrEnum):
    """What is done about it."""

    NOTHING = "nothing"
    STOP = "stop"
    REPLACE = "replace"
    EDIT = "edit"
    EDIT_AND_REPLY = "edit and reply"


def remedy(
    carried: Carried, subject: CorrectedSubject, kind: CorrectionKind, age: timedelta
) -> Remedy:
    """What is done about a message that carried the error and went out ``age`` ago."""
    if carried is Carried.FAILED:
        return Remedy.NOTHING
    if carried is Carried.WAITING:
        stopped = subject is CorrectedSubject.ALERT and kind is CorrectionKind.RETRACT
        return Remedy.STOP if stopped else Remedy.REPLACE
    if subject is CorrectedSubject.STORY and age > FRESH:
        return Remedy.EDIT
    return Remedy.EDIT_AND_REPLY
