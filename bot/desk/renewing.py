"""The buttons under a proposed update: each puts another update in its place, so that whoever saw the old
one cannot send what they did not see."""

from __future__ import annotations

from typing import Any

from telegram import Update

from bot.context import Context
from bot.desk.below import (
    ask_below,
    attributed_below,
    named_below,
    toggled_below,
    translated_below,
)
from bot.desk.door import choice, desk, number, person, who
from bot.desk.showing import retire
from bot.desk.update_preview import places_offered, preview
from digests.alerts.dialogue import Asked
from digests.alerts.permission import Act
from digests.alerts.update import AlertUpdate
from digests.corrections import renew
from digests.corrections.proposed import discard
from digests.stories.override import TO_CHOOSE
from digests.vocabulary import Language, Severity


@desk(Act.CORRECT)
async def change_severity(update: Update, context: Context, which: str, severity: str) -> None:
    """The same words, but knocking louder or more softly."""
    await _instead(update, context, number(which), severity=choice(severity, Severity))


@desk(Act.CORRECT)
async def change_label(update: Update, context: Context, which: str, standing: str) -> None:
    """The same words, but surer or less sure."""
    await _instead(update, context, number(which), standing=choice(standing, TO_CHOOSE))


@desk(Act.CORRECT)
async def nobody_said(update: Update, context: Context, which: str) -> None:
    """Takes away who says so."""
    await _instead(update, context, number(which), said_by={})


@desk(Act.CORRECT)
async def change_place(update: Update, context: Context, which: str, place: str) -> None:
    """It happened there as well, or it did not."""
    places = await toggled_below(context, AlertUpdate, number(which), place, places_offered)
    await _instead(update, context, number(which), places=places)


@desk(Act.CORRECT)
async def ask_place(update: Update, context: Context, which: str) -> None:
    """Waits for the name of a place."""
    await _ask(update, context, Asked.PLACE, number(which))


async def add_places(
    update: Update, context: Context, update_id: int, said: str, preview_id: int
) -> None:
    """It happened at the places that the editor named as well."""
    places = await named_below(context, AlertUpdate, update_id, said)
    await _instead(update, context, update_id, preview_id, places=places)


@desk(Act.CORRECT)
async def keep_photo(update: Update, context: Context, which: str) -> None:
    """The new photo stays away; the alert's own, where it has one, stands."""
    await _instead(update, context, number(which), photo=None)


@desk(Act.CORRECT)
async def drop_translation(update: Update, context: Context, which: str) -> None:
    """Everybody gets the main text."""
    await _instead(update, context, number(which), others={})


@desk(Act.CORRECT)
async def ask_translation(update: Update, context: Context, which: str) -> None:
    """Waits for the text in the other language that we speak."""
    await _ask(update, context, Asked.TRANSLATION, number(which))


@desk(Act.CORRECT)
async def ask_attribution(update: Update, context: Context, which: str, language: str) -> None:
    """Waits for who says so, in this language."""
    await _ask(
        update, context, Asked.ATTRIBUTION, number(which), language=choice(language, Language)
    )


async def set_translation(
    update: Update, context: Context, update_id: int, said: str, preview_id: int
) -> None:
    """The same in the other language."""
    changes = await translated_below(context, AlertUpdate, update_id, said)
    await _instead(update, context, update_id, preview_id, **changes)


async def set_attribution(
    update: Update, context: Context, update_id: int, language: str, said: str, preview_id: int
) -> None:
    """Who says so, in one language."""
    says = await attributed_below(context, AlertUpdate, update_id, language, said)
    await _instead(update, context, update_id, preview_id, said_by=says)


async def _ask(
    update: Update, context: Context, asked: Asked, update_id: int, **about: Any
) -> None:
    subject = {"update": update_id, **about}
    await ask_below(update, context, asked, AlertUpdate, update_id, subject)
    tongue = about.get("language", "")
    await context.answer(f"desk/ask_{asked}.html", tongue=tongue, reason=False)


async def _instead(
    update: Update, context: Context, update_id: int, preview_id: int | None = None, **changes: Any
) -> None:
    me = who(update, context)
    async with context.database.write() as session:
        old = await discard(session, AlertUpdate, update_id, **me)
        kept: dict[str, Any] = {
            "language": old.language,
            "others": old.others,
            "severity": old.severity,
            "standing": old.standing,
            "said_by": old.said_by,
            "photo": old.photo,
            "places": old.places,
        }
        made = await renew.propose(
            session, old.alert_id, old.was_revision, old.text, **kept | changes, **me
        )
    await retire(context, person(update), preview_id)
    await preview(update, context, made)
