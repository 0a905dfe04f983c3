"""What was done at the desk, for who looks after the machine: audit."""

from __future__ import annotations

import json

import click

from bot.cli.opening import as_json, opened, waits
from bot.cli.root import main


@main.command()
@as_json
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many, the newest first.",
)
@click.option("--by", type=int, help="Only what this person did or tried: a numeric id.")
@click.option("--uk", "in_ukrainian", is_flag=True, help="In Ukrainian.")
@waits
async def audit(as_json: bool, most: int, by: int | None, in_ukrainian: bool) -> None:
    """Who did what at the desk, and what was refused there."""
    from bot.rendering.render import Words
    from digests.alerts.audit import entries
    from digests.vocabulary import Language

    async with opened() as database, database.read() as session:
        found = await entries(session, by=by, limit=most)
    if as_json:
        rows = [
            {
                "id": entry.id,
                "at": entry.at.isoformat(),
                "user_id": entry.user_id,
                "act": entry.act,
                "subject": entry.subject,
                "details": entry.details,
            }
            for entry in found
        ]
        click.echo(json.dumps(rows))
    else:
        language = Language.UKRAINIAN if in_ukrainian else Language.ENGLISH
        click.echo(Words().text("desk/audit_page.html", language, entries=found))
