"""The command line. Every import of weight is in the command that needs it: ``--help`` is instant.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 partly done (some lines were bad).
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TextIO, TypeVar

import click

from bot import __version__
from digests.errors import ConfigurationError, FrontwireError

if TYPE_CHECKING:
    from bot.settings import Settings
    from digests.storage.database import Database
    from digests.stories.tagging import Topics
    from digests.vocabulary import Topic

P = ParamSpec("P")
R = TypeVar("R")

FAILED, MISUSED, PARTLY = 1, 2, 3
ROLES = ("chat", "courier", "timetable", "web")

as_json = click.option("--json", "as_json", is_flag=True, help="For scripts: JSON on stdout.")


class Tidy(click.Group):
    """Turns our errors into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(MISUSED)
        except FrontwireError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(FAILED)


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


@click.group(cls=Tidy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontwire")
def main() -> None:
    """Frontwire delivers conflict-news digests in Telegram."""


@main.command()
@click.option("--only", metavar="ROLES", help="Some of chat,courier,timetable,web; else all.")
@click.option("--migrate", "first", is_flag=True, help="Bring the database up to date before.")
def run(only: str | None, first: bool) -> None:
    """Start the bot; without FRONTWIRE_TOKEN, the sandbox."""
    roles = tuple(only.replace(",", " ").split()) if only else ROLES
    if unknown := set(roles) - set(ROLES):
        raise click.BadParameter(f"no such role: {', '.join(sorted(unknown))}", param_hint="--only")
    from bot.__main__ import start

    start(settings(), frozenset(roles), migrate=first)


@main.command()
@waits
async def migrate() -> None:
    """Bring the database up to this version's schema."""
    from digests.migrations import current, upgrade

    async with opened(at_head=False) as database:
        before = await current(database)
        await upgrade(database)
        show("migrated.txt", before=before, after=await current(database))


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@click.option("--source", help="The source of lines that name none; else the file's name.")
@as_json
@waits
async def import_(files: tuple[Any, ...], source: str | None, as_json: bool) -> None:
    """Keep the articles in JSON Lines FILES; `-` is stdin. Bad lines are named and skipped."""
    from digests.intake.importing import import_articles

    done = []
    async with opened() as database:
        for file in files:
            name = Path(getattr(file, "name", "stdin")).name.strip("<>")
            with progress(_size(file), name, quietly=as_json) as bar:
                report = await import_articles(
                    database, file, name=source or Path(name).stem, now=now,
                    progress=lambda batch, bar=bar: bar.update(batch.size),  # type: ignore[misc]
                )  # fmt: skip
            done.append((name, report))
        placed = await _place_all(database, quietly=as_json)
    if as_json:
        click.echo(json.dumps([_import_row(name, report) for name, report in done]))
    else:
        show("imported.txt", files=done, placed=placed)
    if any(report.bad_count for _, report in done):
        any_good = any(_total(report.kept) for _, report in done)
        sys.exit(PARTLY if any_good else FAILED)


async def _place_all(database: Any, *, quietly: bool) -> int:
    """Places what was imported into stories, so that it can be read at once."""
    from sqlalchemy import func, select

    from bot.news import group_all
    from digests.intake.article import Article
    from digests.stories.tagging import load_topics

    async with database.read() as session:
        waiting = await session.scalar(
            select(func.count(Article.id)).where(Article.grouped_at.is_(None))
        )
    with progress(waiting or 0, "stories", quietly=quietly) as bar:
        topics = load_topics(settings().topics)
        return await group_all(database, topics, now=now, progress=bar.update)


def _size(file: Any) -> int:
    """Bytes; 0 for a pipe, whose end nobody knows."""
    try:
        return Path(file.name).stat().st_size
    except (OSError, AttributeError):
        return 0


def _total(kept: Any) -> int:
    return int(kept.new + kept.changed + kept.known)


def _import_row(name: str, report: Any) -> dict[str, Any]:
    kept = report.kept
    return {
        "file": name, "new": kept.new, "changed": kept.changed, "known": kept.known,
        "bad_count": report.bad_count,
        "bad": [{"number": line.number, "reason": line.reason} for line in report.bad],
    }  # fmt: skip


@main.group()
def sources() -> None:
    """The feeds that are read."""


@sources.command("add")
@click.argument("addresses", nargs=-1, required=True)
@click.option("--title", help="What readers see; else what the feed calls itself.")
@click.option("--language", help="Of its articles, as en or uk; else it is found out.")
@click.option("--topics", default="", help="Topics that every article of it has.")
@click.option("--full-text", is_flag=True, help="Read each article's page too.")
@click.option("--state-controlled", is_flag=True, help="Readers are told so.")
@click.option("--unseen", is_flag=True, help="Do not look at the address first.")
@waits
async def add_source(
    addresses: tuple[str, ...], title: str | None, language: str | None, topics: str,
    full_text: bool, state_controlled: bool, unseen: bool,
) -> None:  # fmt: skip
    """Add feeds; of a site's address, the feed that its page names."""
    from digests.intake.discover import discover
    from digests.intake.sources import add_feed
    from digests.stories.tagging import load_topics

    wanted = topics.replace(",", " ").split()
    known = load_topics(settings().topics)
    names = [_topic(known, word) for word in wanted]
    async with opened() as database, _client() as client:
        for said in addresses:
            found, feed = (said, None) if unseen else await discover(client, said)
            async with database.write() as session:
                source = await add_feed(
                    session, found, now=now(), title=title or (feed.title if feed else None),
                    language=language, topics=names, full_text=full_text,
                    state_controlled=state_controlled,
                )  # fmt: skip
            show("source_added.txt", source=source)


def _topic(topics: Topics, word: str) -> Topic:
    from digests.vocabulary import Language

    name = topics.resolve(word)
    if name is None:
        near = ", ".join(topics.nearest(word, Language.ENGLISH))
        raise click.BadParameter(f"no such topic: {word}; perhaps {near}", param_hint="--topics")
    return name


def _client() -> Any:
    from digests.intake.fetch import FeedClient

    return FeedClient(allow_networks=settings().allow_networks)


@sources.command("list")
@as_json
@waits
async def list_sources(as_json: bool) -> None:
    """Every source with its state."""
    from sqlalchemy import select

    from digests.intake.fetch import without_secrets
    from digests.intake.source import Source

    async with opened() as database, database.read() as session:
        found = (await session.scalars(select(Source).order_by(Source.id))).all()
    if not as_json:
        show("sources.txt", sources=found, without_secrets=without_secrets)
        return
    names = ("id", "kind", "title", "state", "state_reason", "language", "topics")
    times = ("last_ok_at", "last_new_at", "next_read_at")
    rows = [
        {
            **{name: getattr(source, name) for name in names},
            **{name: _iso(getattr(source, name)) for name in times},
            "address": without_secrets(source.address),
        }
        for source in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@sources.command("remove")
@click.argument("which", nargs=-1, required=True, metavar="ID_OR_ADDRESS...")
@waits
async def remove_source(which: tuple[str, ...]) -> None:
    """Read sources no more; their articles stay."""
    from sqlalchemy import or_, select

    from digests.intake.source import Source
    from digests.intake.sources import remove

    async with opened() as database:
        for said in which:
            by_id = Source.id == int(said) if said.isdecimal() else Source.id == -1
            async with database.write() as session:
                source = await session.scalar(
                    select(Source).where(or_(by_id, Source.address == said))
                )
                if source is None:
                    raise click.BadParameter(f"no such source: {said}", param_hint="ID_OR_ADDRESS")
                title = source.title
                await remove(session, source, now=now())
            show("source_removed.txt", title=title)


@sources.command("import-opml")
@click.argument("file", type=click.File("rb"))
@waits
async def import_opml(file: Any) -> None:
    """Add every feed of an OPML list, as other readers export it."""
    from digests.errors import AddressRefused, DuplicateSource
    from digests.intake import opml
    from digests.intake.sources import add_feed

    outlines = opml.read(file.read(opml.LARGEST + 1))
    added, known, bad = 0, 0, []
    async with opened() as database:
        with progress(len(outlines), "feeds") as bar:
            for outline in outlines:
                try:
                    async with database.write() as session:
                        await add_feed(
                            session, outline.address, now=now(), title=outline.title or None,
                            language=outline.language,
                        )  # fmt: skip
                    added += 1
                except DuplicateSource:
                    known += 1
                except AddressRefused as error:
                    bad.append((outline.title, str(error)))
                bar.update(1)
    show("opml_imported.txt", added=added, known=known, bad=bad)
    if bad:
        sys.exit(PARTLY if added or known else FAILED)


@sources.command("export-opml")
@click.argument("file", type=click.File("wb"), default="-")
@waits
async def export_opml(file: Any) -> None:
    """Write the feeds as an OPML list; to stdout unless FILE is named."""
    from sqlalchemy import select

    from digests.intake import opml
    from digests.intake.source import Source, SourceKind

    async with opened() as database, database.read() as session:
        feeds = await session.scalars(
            select(Source).where(Source.kind == SourceKind.FEED).order_by(Source.id)
        )
        outlines = [opml.Outline(feed.address, feed.title, feed.language) for feed in feeds]
    file.write(opml.write(outlines))


@main.command()
@as_json
def topics(as_json: bool) -> None:
    """The topics readers choose from."""
    from digests.stories.tagging import load_topics

    known = load_topics(settings().topics)
    rows = [
        {"name": name, **{language: known.title(name, language) for language in ("en", "uk")}}
        for name in known.names
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        show("topics.txt", topics=rows)


@main.command()
@as_json
@waits
async def collect(as_json: bool) -> None:
    """Read every source that is due, and place the new articles into stories."""
    from bot.news import collect_and_group
    from digests.stories.tagging import load_topics

    known = load_topics(settings().topics)
    async with opened() as database, _client() as client:
        due = await _due(database)
        with progress(due, "sources", quietly=as_json) as bar:
            report = await collect_and_group(
                database, client, known, now=now, progress=lambda _: bar.update(1)
            )
    if as_json:
        click.echo(json.dumps(report.as_row()))
    else:
        show("collected.txt", report=report)
    if report.failed:
        sys.exit(PARTLY if report.failed < report.read else FAILED)


async def _due(database: Database) -> int:
    from sqlalchemy import func, select

    from digests.intake.source import Source

    async with database.read() as session:
        due = select(func.count(Source.id)).where(Source.next_read_at <= now())
        return await session.scalar(due) or 0


@main.command()
@click.option("--topics", "wanted", required=True, help="Topics, separated by commas.")
@click.option("--language", default="en", type=click.Choice(["en", "uk"]))
@click.option("--hours", type=click.IntRange(1, 72), help="How far back; else as for a new reader.")
@click.option("--html", is_flag=True, help="Telegram's markup, not plain text.")
@waits
async def preview(wanted: str, language: str, hours: int | None, html: bool) -> None:
    """The digest that a reader of these topics would get now. Nothing is stored."""
    from bot.news import preview_digest
    from digests.stories.tagging import load_topics
    from digests.vocabulary import Language

    known = load_topics(settings().topics)
    names = [_topic(known, word) for word in wanted.replace(",", " ").split()]
    async with opened() as database:
        parts = await preview_digest(
            database, known, names, Language(language), now=now(),
            back=timedelta(hours=hours) if hours else None,
        )  # fmt: skip
    for part in parts:
        click.echo(part.text if html else _plain(part.text))
        click.echo()


def _plain(markup: str) -> str:
    from html import unescape
    from re import sub

    return unescape(sub(r"<[^>]+>", "", markup))


@main.command()
@as_json
@waits
async def doctor(as_json: bool) -> None:
    """Check token, database, clock, sources and permissions, and say what to do."""
    from bot.doctor import examine

    held = settings()
    findings = await examine(held, now())
    if as_json:
        rows = [finding.as_row() for finding in findings]
        click.echo(json.dumps({"settings": held.redacted(), "findings": rows}))
    else:
        show("doctor.txt", settings=held.redacted(), findings=findings)
    if any(finding.is_fault for finding in findings):
        sys.exit(FAILED)


@main.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.option("--hours", type=click.IntRange(1), help="Only articles read in the last hours.")
@waits
async def export(file: TextIO, hours: int | None) -> None:
    """Write the articles as JSON Lines, in the shape `import` takes; to stdout unless FILE is named."""
    from bot.news import article_rows

    since = now() - timedelta(hours=hours) if hours else None
    async with opened() as database:
        async for row in article_rows(database, since=since):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


@main.command()
@as_json
@waits
async def stats(as_json: bool) -> None:
    """Subscribers, sources, articles, the outbox and the ledger in figures."""
    from dataclasses import asdict

    from bot.web.figures import figures

    async with opened() as database, database.read() as session:
        found = await figures(session, now=now(), ceiling=settings().rate)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        show("stats.txt", found=found)


if __name__ == "__main__":
    main()
