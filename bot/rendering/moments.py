"""Moments as a reader writes them: in the reader's zone and language (rule)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from markupsafe import Markup

from digests.vocabulary import Language

# Babel's own English is American: "November 23", "8:05 AM".
_LOCALES = {Language.ENGLISH: "en_GB", Language.UKRAINIAN: "uk"}
_DAYS = {Language.ENGLISH: "EEEE d MMMM", Language.UKRAINIAN: "EEEE, d MMMM"}
_DAYS_OF_YEARS = {
    Language.ENGLISH: "EEEE d MMMM y",
    Language.UKRAINIAN: "EEEE, d MMMM y 'року'",
}


def date_words(moment: datetime, zone: ZoneInfo, language: Language, now: datetime | None) -> str:
    """``Monday 23 November``; with the year where it is another than the present one."""
    local = moment.astimezone(zone)
    another_year = now is not None and now.astimezone(zone).year != local.year
    patterns = _DAYS_OF_YEARS if another_year else _DAYS
    return format_datetime(local, patterns[language], locale=_LOCALES[language])


def day_words(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """``23 November``; in Ukrainian in the genitive, as after a preposition."""
    return format_datetime(moment.astimezone(zone), "d MMMM", locale=_LOCALES[language])


def clock_words(moment: datetime, zone: ZoneInfo) -> str:
    """``08:05``: a day has 24 hours in both languages."""
    return f"{moment.astimezone(zone):%H:%M}"


def short_words(moment: datetime, zone: ZoneInfo, language: Language, now: datetime | None) -> str:
    """``08:05`` today, ``22 Nov 08:05`` on any other day."""
    local = moment.astimezone(zone)
    if now is not None and now.astimezone(zone).date() == local.date():
        return clock_words(moment, zone)
    return format_datetime(local, "d MMM HH:mm", locale=_LOCALES[language])


def tg_time(moment: datetime, shape: str, words: str) -> Markup:
    """A time that Telegram shows in the viewer's own zone; ``words`` is for clients that cannot.

    ``shape`` is Telegram's format: ``r`` (how long ago), or ``w``, ``d``/``D``, ``t``/``T`` in this order.
    """
    return Markup('<tg-time unix="{}" format="{}">{}</tg-time>').format(
        int(moment.timestamp()), shape, words
    )
