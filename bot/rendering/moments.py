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
    patterns = _DAYS_OF_YEARS if _of_another_year(local, now) else _DAYS
    return format_datetime(local, patterns[language], locale=_LOCALES[language])


def day_words(moment: datetime, zone: ZoneInfo, language: Language, now: datetime | None) -> str:
    """``23 November``, in Ukrainian in the genitive, as after a preposition; of another year with it."""
    local = moment.astimezone(zone)
    shape = "d MMMM y" if _of_another_year(local, now) else "d MMMM"
    return format_datetime(local, shape, locale=_LOCALES[language])


def clock_words(moment: datetime, zone: ZoneInfo) -> str:
    """``08:05``: a day has 24 hours in both languages."""
    return f"{moment.astimezone(zone):%H:%M}"


def short_words(moment: datetime, zone: ZoneInfo, language: Language, now: datetime | None) -> str:
    """``08:05`` today, ``22 Nov 08:05`` on any other day, with the year where it is another."""
    local = moment.astimezone(zone)
    if now is not None and now.astimezone(zone).date() == local.date():
        return clock_words(moment, zone)
    shape = "d MMM y HH:mm" if _of_another_year(local, now) else "d MMM HH:mm"
    return format_datetime(local, shape, locale=_LOCALES[language])


def _of_another_year(local: datetime, now: datetime | None) -> bool:
    return now is not None and now.astimezone(local.tzinfo).year != local.year


def tg_time(moment: datetime, shape: str, words: str) -> Markup:
    """A time that Telegram shows in the viewer's own zone; ``words`` is for clients that cannot.

    ``shape`` is Telegram's format: ``r`` (how long ago), or ``w``, ``d``/``D``, ``t``/``T`` in this order.
    """
    return Markup('<tg-time unix="{}" format="{}">{}</tg-time>').format(
        int(moment.timestamp()), shape, words
    )
