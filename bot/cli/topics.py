"""The topics readers choose from, and why a text gets them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

import click

from bot.cli.opening import as_json, settings, show
from bot.cli.root import main

if TYPE_CHECKING:
    from digests.stories.tagging import Topics

LONGEST = 1_000_000
"""Characters read of a file: an article has some thousands."""


@main.group(invoke_without_command=True)
@as_json
@click.pass_context
def topics(ctx: click.Context, as_json: bool) -> None:
    """The topics readers choose from. `topics test` says why a text gets them."""
    if ctx.invoked_subcommand is not None:
        return
    known = _known()
    rows = [
        {"name": name, **{language: known.title(name, language) for language in ("en", "uk")}}
        for name in known.names
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        show("topics.txt", topics=rows)


@topics.command("test")
@click.argument("file", required=False, type=click.File("r", encoding="utf-8"))
@click.option("--text", help="The text itself, in place of FILE.")
@click.option("--language", help="Of the text, as en or uk; else it is found out.")
@as_json
def test(file: TextIO | None, text: str | None, language: str | None, as_json: bool) -> None:
    """Say which topics a text gets, and which words decide. Of FILE or of --text the first line is the
    title; `-` is stdin."""
    if (file is None) == (text is None):
        raise click.UsageError("give a FILE or --text: one of them")
    said = text if text is not None else _read(file)
    known = _known()
    title, _, body = said.strip().partition("\n")
    if not title:
        raise click.UsageError("there is no text")
    spoken = language or _language(said)
    weighings = known.weigh(title, body, spoken)
    if as_json:
        rows = [asdict(one) | {"given": one.is_given} for one in weighings]
        click.echo(json.dumps({"language": spoken, "topics": rows}, ensure_ascii=False))
    else:
        show(
            "topics_test.txt",
            language=spoken,
            has_rules=known.has_rules(spoken),
            topics=[(one, known.title(one.topic, "en")) for one in weighings],
        )


def _known() -> Topics:
    from digests.stories.tagging import load_topics

    return load_topics(settings().topics)


def _read(file: Any) -> str:
    try:
        return str(file.read(LONGEST))
    except UnicodeDecodeError as error:
        raise click.BadParameter("is not a text in UTF-8", param_hint="FILE") from error


def _language(said: str) -> str:
    from digests.stories.language import language_of

    return language_of(said) or "unknown"
