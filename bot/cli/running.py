"""Starting it, and looking after it: run, migrate, doctor, stats."""

from __future__ import annotations

import json
import sys

import click

from bot.cli.opening import (
    as_json,
    now,
    opened,
    settings,
    show,
    waits,
)
from bot.cli.root import FAILED, main

ROLES = ("chat", "courier", "timetable", "web")


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


@main.command()
@as_json
@waits
async def doctor(as_json: bool) -> None:
    """Say what is wrong and what to do about it. Checks token, database, clock, sources and permissions."""
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


@main.command("resume-delivery")
@waits
async def resume_delivery() -> None:
    """Send what waits after a long standstill. A start stops all delivery where the database stood still
    for hours."""
    from digests.outbox import restored

    async with opened() as database, database.write() as session:
        resumed = await restored.resume_delivery(session)
    show("resumed.txt", resumed=resumed)


@main.command()
@as_json
@waits
async def stats(as_json: bool) -> None:
    """Readers, sources, articles, the outbox in figures."""
    from dataclasses import asdict

    from bot.web.figures import figures

    async with opened() as database, database.read() as session:
        found = await figures(session, now=now(), ceiling=settings().rate)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        show("stats.txt", found=found)
