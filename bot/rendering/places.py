"""What readers call a place of the gazetteer, in their own language."""

from __future__ import annotations

from babel import Locale

from digests.stories.regions import regions
from digests.stories.whereabouts import country_code, whereabouts


def place_title(place: str, language: str) -> str:
    """Its name; the gazetteer's own where no other is known."""
    known = regions().get(place) or whereabouts(place)
    if known is not None:
        return known.names[language]
    return str(Locale(str(language)).territories.get(country_code(place) or "", place))
