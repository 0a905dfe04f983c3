"""Templates become Telegram HTML and buttons.

In every template:

    {{ _("Hello %(name)s", name=x) }}   {% trans %}...{% endtrans %}
    {{ ngettext("%(num)s day", "%(num)s days", n) }}   a lone % is written %%
    {{ moment | tg_time("r") }}   {{ date(moment) }}   {{ clock(moment) }}   {{ count | number }}
    {{ topic_title("energy") }}   {{ place_title("Kharkiv") }}   {{ headline | linked(url) }}
    {{ day(moment) }}   {{ cut() }}
    {{ button(_("Change topics"), "topics") }}   {{ button_url(_("Read"), url) }}   {{ row() }}

Buttons print nothing, wherever they stand; ``row()`` begins the next row. Indentation is free; lines
are lines; blank lines separate paragraphs. ``cut()`` says where a long message may go on in a further
part. A macro file is imported ``with context``, or its times
have no zone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bot.rendering import catalogs, moments
from bot.rendering.paginate import CUT, paginate
from bot.rendering.places import place_title
from bot.rendering.safe import cleaned, is_link, linked
from digests.vocabulary import Language, Topic

BUTTONS_IN_A_ROW = 8
BUTTON_DATA_BYTES = 64


class Topics(Protocol):
    """What rendering needs to know of the topics."""

    def title(self, name: Topic, language: Language) -> str:
        """A topic's name as people see it."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button: it sends ``data`` back to us, or opens ``url``."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture: one that Telegram keeps already, or one of our own making."""

    file_id: str | None = None
    png: bytes | None = None
    changed: bool = False
    """Copies may show another one: an edit brings it."""
    covers: bool = False
    """Only copies that show what it covers get it: for who gets the message now the words are enough."""


@dataclass(frozen=True, slots=True)
class Message:
    """What Telegram is asked to show: its HTML, and rows of buttons. Under a ``photo`` the text is its
    caption, of ``paginate.CAPTION`` characters at most."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    photo: Photo | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """Of what a message is to be: a subject at a revision, for who reads this language in this zone.

    What always holds its newest words does not ask for the revision.
    """

    subject_id: int
    revision: int
    language: Language
    timezone: str


class Words:
    """Every word a person reads: the templates, in every language."""

    def __init__(
        self,
        topics: Topics | None = None,
        folder: Path = catalogs.TEMPLATES,
        *,
        archive: str | None = None,
    ) -> None:
        self.archive = archive
        """The public archive's address, where there is one."""
        self._topics = topics
        self._folder = folder
        self._environments = {language: self._environment(language) for language in Language}

    def message(
        self,
        template: str,
        language: Language,
        *,
        timezone: str = "UTC",
        now: datetime | None = None,
        **values: Any,
    ) -> Message:
        """A template, such as ``chat/welcome.html``, in a reader's language and zone."""
        text, buttons = self._rendered(template, language, timezone, now, values)
        return Message(text.replace(CUT, ""), buttons)

    def parts(
        self,
        template: str,
        language: Language,
        *,
        timezone: str = "UTC",
        now: datetime | None = None,
        **values: Any,
    ) -> tuple[Message, ...]:
        """The same, in as many parts as Telegram's limits ask for; the buttons stand below the last."""
        text, buttons = self._rendered(template, language, timezone, now, values)
        *others, last = paginate(text)
        return (*map(Message, others), Message(last, buttons))

    def text(self, template: str, language: Language, **values: Any) -> str:
        """A template as plain text: for what Telegram shows without markup, such as toasts."""
        return html.unescape(self.message(template, language, **values).text)

    def _rendered(
        self,
        template: str,
        language: Language,
        timezone: str,
        now: datetime | None,
        values: dict[str, Any],
    ) -> tuple[str, tuple[tuple[Button, ...], ...]]:
        keyboard = _Keyboard()
        rendered = (
            self._environments[language]
            .get_template(template)
            .render(
                values,
                language=language,
                zone=ZoneInfo(timezone),
                now=now,
                button=keyboard.button,
                button_url=keyboard.button_url,
                row=keyboard.row,
            )
        )
        return tidy(rendered), keyboard.rows()

    def _environment(self, language: Language) -> Environment:
        environment = catalogs.environment(language, self._folder)
        environment.globals.update(
            date=_date,
            day=_day,
            clock=_clock,
            tg_time=_tg_time,
            topic_title=self._title(language),
            place_title=partial(place_title, language=language),
            cut=lambda: Markup(CUT),  # noqa: S704 - one control character of our own
        )
        environment.filters.update(
            tg_time=_tg_time,
            linked=linked,
            number=lambda value: format_decimal(value, locale=str(language)),
        )
        return environment

    def _title(self, language: Language) -> Callable[[str], str]:
        def title(name: str) -> str:
            return self._topics.title(Topic(name), language) if self._topics else name

        return title


class _Keyboard:
    """The buttons of one message, collected while its template is rendered."""

    def __init__(self) -> None:
        self._rows: list[list[Button]] = [[]]

    def button(self, label: str, data: str) -> str:
        if not 0 < len(data.encode()) <= BUTTON_DATA_BYTES:
            raise ValueError(f"button data must have 1 to {BUTTON_DATA_BYTES} bytes: {data!r}")
        return self._add(Button(_plain(label), data=data))

    def button_url(self, label: str, url: str | None) -> str:
        # A message with one bad address is refused whole; without the button it arrives.
        return self._add(Button(_plain(label), url=url)) if is_link(url) else _NOTHING

    def row(self) -> str:
        self._rows.append([])
        return _NOTHING

    def rows(self) -> tuple[tuple[Button, ...], ...]:
        return tuple(tuple(row) for row in self._rows if row)

    def _add(self, button: Button) -> str:
        if len(self._rows[-1]) == BUTTONS_IN_A_ROW:
            self._rows.append([])
        self._rows[-1].append(button)
        return _NOTHING


# Stands where a button stood, so that its line can go; no value can hold it: see ``safe.clean``.
_NOTHING = Markup("\x00")
_LINES_OF_NOTHING = re.compile(rf"^[ \t]*(?:{_NOTHING}[ \t]*)+\n?", re.MULTILINE)
_GAPS = re.compile(rf"[\n{CUT}]{{2,}}|{CUT}")
_EDGES_OF_QUOTES = re.compile(rf"(<blockquote[^>]*>)[\s{CUT}]+|[\s{CUT}]+(</blockquote>)")


def tidy(rendered: str) -> str:
    """The text without what only the template's layout needed; each cut right before what it allows
    to stand in a further part."""
    text = _LINES_OF_NOTHING.sub("", rendered).replace(_NOTHING, "")
    text = "\n".join(re.sub(r"[ \t]+", " ", line).strip(" \t") for line in text.split("\n"))
    text = _EDGES_OF_QUOTES.sub(r"\1\2", text)
    return _GAPS.sub(_gap, text).strip(f"\n{CUT}")


def _gap(found: re.Match[str]) -> str:
    gap = found.group()
    return "\n" * min(gap.count("\n"), 2) + (CUT if CUT in gap else "")


def _plain(label: str) -> str:
    """A label is not HTML: what the catalog escaped is put back."""
    plain = label.unescape() if isinstance(label, Markup) else str(cleaned(label))
    return " ".join(plain.split())


@pass_context
def _date(context: Context, moment: datetime) -> str:
    return moments.date_words(moment, context["zone"], context["language"], context["now"])


@pass_context
def _day(context: Context, moment: datetime) -> str:
    return moments.day_words(moment, context["zone"], context["language"], context["now"])


@pass_context
def _clock(context: Context, moment: datetime) -> str:
    return moments.clock_words(moment, context["zone"])


@pass_context
def _tg_time(context: Context, moment: datetime, shape: str = "r") -> Markup:
    words = moments.short_words(moment, context["zone"], context["language"], context["now"])
    if shape == "t" and words != moments.clock_words(moment, context["zone"]):
        # A time alone would be taken for today's.
        shape = "dt"
    return moments.tg_time(moment, shape, words)
