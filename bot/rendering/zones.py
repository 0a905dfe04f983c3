"""Time zones and countries as people call them (rule)."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global

from digests.vocabulary import Language


def zone_title(timezone: str, language: Language) -> str:
    """A zone by its city in the reader's language, or by its distance from UTC."""
    if timezone.startswith("Etc/"):
        # POSIX counts the other way.
        swapped = timezone.removeprefix("Etc/GMT").translate(str.maketrans("+-", "-+"))
        return f"UTC{swapped}" if timezone.startswith("Etc/GMT") else "UTC"
    zones = Locale(str(language)).time_zones
    for name in (timezone, *_former_names().get(timezone, ())):
        if "city" in zones.get(name, {}):
            return str(zones[name]["city"])
    return timezone.rsplit("/", 1)[-1].replace("_", " ")


def country_title(code: str, language: Language) -> str:
    """A country's name."""
    return str(Locale(str(language)).territories.get(code, code))


@cache
def _former_names() -> dict[str, list[str]]:
    """CLDR keeps a city under the name its zone had first: Europe/Kiev."""
    former: dict[str, list[str]] = {}
    for name, present in get_global("zone_aliases").items():
        former.setdefault(present, []).append(name)
    return former
