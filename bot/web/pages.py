"""Templates become web pages: the same words and the same escaping as in the chat, in HTML for browsers."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment
from markupsafe import Markup

from bot.rendering import catalogs
from bot.rendering.places import place_title
from bot.rendering.safe import linked
from digests.vocabulary import Language, Topic

ZONES = {
    Language.ENGLISH: ("UTC", "UTC"),
    Language.UKRAINIAN: ("Europe/Kyiv", "за київським часом"),
}
"""A page has no reader whose zone we know: the clock its language's readers live by, and its name."""

_SHAPES = {
    Language.ENGLISH: ("EEEE d MMMM y", "d MMMM y, HH:mm", "en_GB"),
    Language.UKRAINIAN: ("EEEE, d MMMM y 'року'", "d MMMM y 'року', HH:mm", "uk"),
}


def spoken_by(request: web.Request) -> Language:
    """The first language of the browser's that we speak; ``q`` is not weighed: the order says it."""
    for tag in re.findall(r"[A-Za-z]{2,3}", request.headers.get("Accept-Language", "")[:200]):
        if tag.lower() in set(Language):
            return Language(tag.lower())
    return Language.ENGLISH


class Titles(Protocol):
    """What pages need to know of the topics."""

    def title(self, name: Topic, language: Language) -> str:
        """A topic's name as people see it."""


@dataclass(frozen=True, slots=True)
class Style:
    """The one style sheet, and its print, which the content policy allows and nothing else."""

    text: str

    @property
    def source(self) -> str:
        """As Content-Security-Policy wants it."""
        return f"sha256-{b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}"


class Pages:
    """Every page of the archive, in each language."""

    def __init__(self, topics: Titles, folder: Path = catalogs.TEMPLATES) -> None:
        self._topics = topics
        self.style = Style((folder / "web" / "style.css").read_text(encoding="utf-8").strip())
        self._environments = {language: self._made(language, folder) for language in Language}

    def render(self, template: str, language: Language, **values: Any) -> str:
        """A page of ``templates/web/``."""
        made = self._environments[language].get_template(f"web/{template}")
        return "\n".join(line for line in made.render(values).splitlines() if line.strip())

    def _made(self, language: Language, folder: Path) -> Environment:
        environment = catalogs.environment(language, folder)
        zone, zone_name = ZONES[language]
        day, moment, locale = _SHAPES[language]

        def local(at: datetime) -> datetime:
            return at.astimezone(ZoneInfo(zone))

        def time(at: datetime) -> Markup:
            words = f"{format_datetime(local(at), moment, locale=locale)} {zone_name}"
            return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), words)

        environment.globals.update(
            language=language,
            # One file of ours, without a character that HTML would take for its own.
            style=Markup(self.style.text),  # noqa: S704
            zone_name=zone_name,
            topic_title=lambda name: self._topics.title(Topic(name), language),
            place_title=partial(place_title, language=language),
        )
        environment.filters.update(
            time=time,
            date=lambda at: format_datetime(local(at), day, locale=locale),
            day_of=lambda at: local(at).date().isoformat(),
            linked=linked,
            number=lambda value: format_decimal(value, locale=str(language)),
        )
        return environment
