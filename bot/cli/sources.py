"""The feeds that are read: add, list, remove, and OPML."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from bot.cli.opening import (
    as_json,
    feed_client,
    iso,
    named_topic,
    now,
    opened,
    progress,
    settings,
    show,
    waits,
)
from bot.cli.root import FAILED, PARTLY, main


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
    names = [named_topic(known, word) for word in wanted]
    async with opened() as database, feed_client() as client:
        for said in addresses:
            found, feed = (said, None) if unseen else await discover(client, said)
            async with database.write() as session:
                source = await add_feed(
                    session, found, now=now(), title=title or (feed.title if feed else None),
                    language=language, topics=names, full_text=full_text,
                    state_controlled=state_controlled,
                )  # fmt: skip
            show("source_added.txt", source=source)


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
            **{name: iso(getattr(source, name)) for name in times},
            "address": without_secrets(source.address),
        }
        for source in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False))


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
    """Write the feeds as an OPML list. To stdout unless FILE is named."""
    from sqlalchemy import select

    from digests.intake import opml
    from digests.intake.source import Source, SourceKind

    async with opened() as database, database.read() as session:
        feeds = await session.scalars(
            select(Source).where(Source.kind == SourceKind.FEED).order_by(Source.id)
        )
        outlines = [opml.Outline(feed.address, feed.title, feed.language) for feed in feeds]
    file.write(opml.write(outlines))
