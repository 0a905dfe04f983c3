"""The moment an editor means: 08:00 on a Monday in Kyiv, 06:00 UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digests.alerts.said_moment import read_moment
from digests.audience.cities import cities
from digests.errors import RequestError, Stale, UnknownPlace, UnreadableTime

KYIV, BERLIN = "Europe/Kyiv", "Europe/Berlin"


@pytest.mark.parametrize(
    ("said", "timezone", "after"),
    [
        ("14:00", KYIV, timedelta(hours=6)),
        ("14:00", BERLIN, timedelta(hours=7)),
        ("14:00 Kyiv", BERLIN, timedelta(hours=6)),
        ("at 14:00 Kyiv time", BERLIN, timedelta(hours=6)),
        ("о 14:00 Київ", BERLIN, timedelta(hours=6)),
        ("2 pm", KYIV, timedelta(hours=6)),
        ("о 2 дня", KYIV, timedelta(hours=6)),
        ("14.30 UTC", KYIV, timedelta(hours=8, minutes=30)),
        ("7:30", KYIV, timedelta(hours=23, minutes=30)),
        ("tomorrow 6:30", KYIV, timedelta(hours=22, minutes=30)),
        ("завтра о 6:30", KYIV, timedelta(hours=22, minutes=30)),
        ("6:30 tomorrow Kyiv", BERLIN, timedelta(hours=22, minutes=30)),
        ("today 9:00", KYIV, timedelta(hours=1)),
        ("noon", KYIV, timedelta(hours=4)),
        ("in 20 minutes", KYIV, timedelta(minutes=20)),
        ("за 20 хвилин", KYIV, timedelta(minutes=20)),
        ("in 3 hours", KYIV, timedelta(hours=3)),
        ("через 2 дні", KYIV, timedelta(days=2)),
    ],
)
def test_moments(now: datetime, said: str, timezone: str, after: timedelta) -> None:
    found = read_moment(said, now=now, timezone=timezone, cities=cities())
    assert found - now == after


@pytest.mark.parametrize(
    ("said", "error", "how"),
    [
        ("soon", UnreadableTime, None),
        ("", UnreadableTime, None),
        ("25:00", UnreadableTime, None),
        ("14:00 Xyzzyville", UnknownPlace, None),
        ("today 7:59", Stale, "time"),
        ("in 0 minutes", Stale, "time"),
        ("in 999 hours", Stale, "far"),
        ("через 5 днів", Stale, "far"),
        ("in 5 weeks", UnreadableTime, None),
    ],
)
def test_what_is_no_moment_is_refused(
    now: datetime, said: str, error: type[RequestError], how: str | None
) -> None:
    with pytest.raises(error) as refusal:
        read_moment(said, now=now, timezone=KYIV, cities=cities())
    assert getattr(refusal.value, "how", None) == how


def test_an_unknown_place_is_named_back_as_it_was_written(now: datetime) -> None:
    with pytest.raises(UnknownPlace) as refusal:
        read_moment("Tomorrow 6:30 AM New Xyzzyville", now=now, timezone=KYIV, cities=cities())
    assert refusal.value.said == "New Xyzzyville"
