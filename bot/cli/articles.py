"""Articles in and out: import, collect, export, and what a reader would get of them."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from bot.cli.opening import (
    as_json,
    feed_client,
    named_topic,
    now,
    opened,
    progress,
    settings,
    show,
    waits,
)
from bot.cli.root import FAILED, PARTLY, main

if TYPE_CHECKING:
    from digests.storage.database import Database


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


@main.command()
@as_json
@waits
async def collect(as_json: bool) -> None:
    """Read every source that is due. New articles are placed into stories."""
    from bot.news import collect_and_group
    from digests.stories.tagging import load_topics

    known = load_topics(settings().topics)
    async with opened() as database, feed_client() as client:
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
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.option("--hours", type=click.IntRange(1), help="Only articles read in the last hours.")
@waits
async def export(file: TextIO, hours: int | None) -> None:
    """Write the articles as JSON Lines. In the shape `import` takes; to stdout unless FILE is named."""
    from bot.news import article_rows

    since = now() - timedelta(hours=hours) if hours else None
    async with opened() as database:
        async for row in article_rows(database, since=since):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


@main.command()
@click.option("--topics", "wanted", required=True, help="Topics, separated by commas.")
@click.option("--language", default="en", type=click.Choice(["en", "uk"]))
@click.option("--hours", type=click.IntRange(1, 72), help="How far back; else as for a new reader.")
@click.option("--length", default="usual", type=click.Choice(["short", "usual", "long"]))
@click.option("--html", is_flag=True, help="Telegram's markup, not plain text.")
@click.option(
    "--explain", is_flag=True, help="Why each story stands where it does, or is left out."
)
@waits
async def preview(
    wanted: str, language: str, hours: int | None, length: str, html: bool, explain: bool
) -> None:
    """The digest that a reader of these topics would get now. Nothing is stored."""
    from bot.news import preview_digest
    from digests.audience.taste import Length
    from digests.stories.tagging import load_topics
    from digests.vocabulary import Language

    known = load_topics(settings().topics)
    names = [named_topic(known, word) for word in wanted.replace(",", " ").split()]
    async with opened() as database:
        found = await preview_digest(
            database, known, names, Language(language), now=now(),
            back=timedelta(hours=hours) if hours else None, length=Length(length),
        )  # fmt: skip
    if explain:
        show("explained.txt", stories=found.explained)
        return
    for part in found.parts:
        click.echo(part.text if html else _plain(part.text))
        click.echo()


def _plain(markup: str) -> str:
    from html import unescape
    from re import sub

    return unescape(sub(r"<[^>]+>", "", markup))
