"""Time zones and countries as people call them (rule)."""

from __future__ import annotations

from babel import Locale
from babel.core import get_global

from digests.vocabulary import Language

_FORMER_NAMES: dict[str, list[str]] = {}
for _former, _present in get_global("zone_aliases").items():
    # CLDR keeps a city under the name its zone had first: Europe/Kiev.
    _FORMER_NAMES.setdefault(_present, []).append(_former)


def zone_title(timezone: str, language: Language) -> str:
    """A zone by its city in the reader's language, or by its distance from UTC."""
    if timezone.startswith("Etc/"):
        # POSIX counts the other way.
        swapped = timezone.removeprefix("Etc/GMT").translate(str.maketrans("+-", "-+"))
        return f"UTC{swapped}" if timezone.startswith("Etc/GMT") else "UTC"
    zones = Locale(str(language)).time_zones
    for name in (timezone, *_FORMER_NAMES.get(timezone, ())):
        if "city" in zones.get(name, {}):
            return str(zones[name]["city"])
    return timezone.rsplit("/", 1)[-1].replace("_", " ")


def country_title(code: str, language: Language) -> str:
    """A country's name."""
    return str(Locale(str(language)).territories.get(code, code))
