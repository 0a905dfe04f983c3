"""What a correction does to each message that carried the error."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digests.corrections.correction import CorrectedSubject as Subject
from digests.corrections.correction import CorrectionKind as Kind
from digests.corrections.reach import FRESH, Carried, Remedy, remedy

YOUNG, OLD = timedelta(hours=1), FRESH + timedelta(seconds=1)

TABLE = [
    (Carried.FAILED, Subject.ALERT, Kind.CORRECT, YOUNG, Remedy.NOTHING),
    (Carried.FAILED, Subject.STORY, Kind.RETRACT, OLD, Remedy.NOTHING),
    (Carried.WAITING, Subject.ALERT, Kind.CORRECT, YOUNG, Remedy.REPLACE),
    (Carried.WAITING, Subject.ALERT, Kind.RETRACT, YOUNG, Remedy.STOP),
    (Carried.WAITING, Subject.STORY, Kind.CORRECT, YOUNG, Remedy.REPLACE),
    (Carried.WAITING, Subject.STORY, Kind.RETRACT, YOUNG, Remedy.REPLACE),
    (Carried.ARRIVED, Subject.ALERT, Kind.CORRECT, YOUNG, Remedy.EDIT_AND_REPLY),
    (Carried.ARRIVED, Subject.ALERT, Kind.RETRACT, OLD, Remedy.EDIT_AND_REPLY),
    (Carried.ARRIVED, Subject.STORY, Kind.CORRECT, YOUNG, Remedy.EDIT_AND_REPLY),
    (Carried.ARRIVED, Subject.STORY, Kind.CORRECT, FRESH, Remedy.EDIT_AND_REPLY),
    (Carried.ARRIVED, Subject.STORY, Kind.RETRACT, OLD, Remedy.EDIT),
]


@pytest.mark.parametrize(("carried", "subject", "kind", "age", "done"), TABLE)
def test_each_message_gets_what_the_table_says(
    carried: Carried, subject: Subject, kind: Kind, age: timedelta, done: Remedy
) -> None:
    assert remedy(carried, subject, kind, age) is done
