"""The topics readers choose from, and why a text gets them."""

from __future__ import annotations

import json

import click

from bot.cli.opening import (
    as_json,
    settings,
    show,
)
from bot.cli.root import main


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
