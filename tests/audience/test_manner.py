"""How breaking news comes: by the reader's wish for its severity, by day and in quiet hours."""

from __future__ import annotations

import pytest

from digests.audience.manner import DAY, NIGHT, Manner, admitting, changed, manner_of
from digests.audience.subscriber import ManyManners
from digests.vocabulary import Severity

SOUND, SILENT, HOLD, NONE = Manner
ROUTINE, PRIORITY, FLASH = Severity


@pytest.mark.parametrize(
    ("severity", "by_day", "in_quiet_hours"),
    [(FLASH, SOUND, SOUND), (PRIORITY, SOUND, SILENT), (ROUTINE, SILENT, HOLD)],
)
def test_who_said_nothing_is_woken_by_flash_alone(
    severity: Severity, by_day: Manner, in_quiet_hours: Manner
) -> None:
    assert manner_of(severity, DAY, NIGHT, quiet=False) is by_day
    assert manner_of(severity, DAY, NIGHT, quiet=True) is in_quiet_hours


@pytest.mark.parametrize(
    ("day", "night", "at_night"),
    [
        (SOUND, SOUND, SOUND),
        (SOUND, SILENT, SILENT),
        (SOUND, HOLD, HOLD),
        (SILENT, SOUND, SILENT),
        (SILENT, SILENT, SILENT),
        (SILENT, HOLD, HOLD),
        (NONE, SOUND, NONE),
        (NONE, HOLD, NONE),
    ],
)
def test_no_night_is_louder_than_its_day(day: Manner, night: Manner, at_night: Manner) -> None:
    assert manner_of(FLASH, (NONE, NONE, day), (HOLD, HOLD, night), quiet=True) is at_night
    assert manner_of(FLASH, (NONE, NONE, day), (HOLD, HOLD, night), quiet=False) is day


def test_a_wish_for_one_severity_leaves_the_others() -> None:
    assert changed(DAY, PRIORITY, NONE) == (SILENT, NONE, SOUND)


@pytest.mark.parametrize("severity", Severity)
def test_what_is_admitted_is_all_that_is_not_refused(severity: Severity) -> None:
    admitted = admitting(severity)
    assert len(set(admitted)) == 18
    assert all(wish[severity.rank] is not NONE for wish in admitted)


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("all", DAY),
        ("flash", (NONE, NONE, SOUND)),
        ("none", (NONE, NONE, NONE)),
        ("qqq", (SILENT, SILENT, SILENT)),
        ("hqs", NIGHT),
    ],
)
def test_what_was_stored_first_is_still_understood_and_each_wish_has_one_name(
    stored: str, meant: tuple[Manner, Manner, Manner]
) -> None:
    kept = ManyManners()
    assert kept.process_result_value(stored, None) == meant  # type: ignore[arg-type]
    assert kept.process_bind_param(meant, None) == stored  # type: ignore[arg-type]
