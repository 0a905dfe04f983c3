"""What commands begin with: settings, database, clock, and how they show what they did."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from bot.settings import Settings
    from digests.storage.database import Database
    from digests.stories.tagging import Topics
    from digests.vocabulary import Topic

P = ParamSpec("P")
R = TypeVar("R")

as_json = click.option("--json", "as_json", is_flag=True, help="For scripts: JSON on stdout.")


def settings() -> Settings:
    """The settings; a wrong one ends the command with its name."""
    from bot.settings import load

    return load()


@asynccontextmanager
async def opened(*, at_head: bool = True) -> AsyncIterator[Database]:
    """The database, at this version's schema unless ``at_head`` is false."""
    from digests.migrations import require_head
    from digests.storage.database import Database

    database = Database(settings().database_url.get_secret_value())
    try:
        if at_head:
            await require_head(database)
        yield database
    finally:
        await database.close()


def waits(command: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    """An async command as click wants it."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return asyncio.run(command(*args, **kwargs))

    return run


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def show(template: str, **values: Any) -> None:
    """Prints a template of ``templates/cli/``."""
    from bot.console import render

    click.echo(render(template, **values), nl=False)


def progress(length: int, label: str, *, quietly: bool = False) -> Any:
    """A bar on stderr; nothing at all where nobody watches it."""
    hidden = quietly or not sys.stderr.isatty()
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=hidden)


def named_topic(topics: Topics, word: str) -> Topic:
    """The topic a person means; else the nearest ones are named."""
    from digests.vocabulary import Language

    name = topics.resolve(word)
    if name is None:
        near = ", ".join(topics.nearest(word, Language.ENGLISH))
        nearest = f"perhaps {near}" if near else "`frontwire topics` lists them"
        raise click.BadParameter(f"no such topic: {word}; {nearest}", param_hint="--topics")
    return name


def feed_client() -> Any:
    """What reads feeds, with the networks the operator allows."""
    from digests.intake.fetch import FeedClient

    return FeedClient(allow_networks=settings().allow_networks)


def iso(moment: datetime | None) -> str | None:
    """A moment for scripts."""
    return moment.isoformat() if moment else None
