"""What the command line prints: templates of ``templates/cli/``, as plain text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[1] / "templates" / "cli"


def render(template: str, **values: Any) -> str:
    """A template with its values."""
    return _environment.get_template(template).render(values)


def harmless(text: str) -> str:
    """Without control characters: a feed's title must not move a terminal's cursor."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def minute(moment: datetime | None) -> str:
    """A moment to the minute in UTC, or a dash."""
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "-"


# Plain text for a terminal: nothing is to be escaped, but control characters must not act.
_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=False,  # noqa: S701
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=lambda value: harmless(value) if isinstance(value, str) else value,
)
_environment.filters["minute"] = minute
