"""The buttons under a proposed correction: each puts another in its place, so that whoever saw the old one
cannot send what they did not see."""

from __future__ import annotations

from dataclasses import replace
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
from bot.desk.correct import propose
from bot.desk.correction_preview import places_offered, preview
from bot.desk.door import choice, desk, number, person, who
from bot.desk.showing import retire
from digests.alerts.alert import Alert
from digests.alerts.dialogue import Asked
from digests.alerts.permission import Act
from digests.alerts.propose import newest
from digests.corrections import amend
from digests.corrections.amendment import amendment_of
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.corrections.proposed import discard
from digests.errors import Stale
from digests.stories.override import TO_CHOOSE
from digests.vocabulary import Language


@desk(Act.CORRECT)
async def ask_translation(update: Update, context: Context, which: str) -> None:
    """Waits for the same in the other language that we speak."""
    found = await _ask(update, context, Asked.TRANSLATION, number(which))
    await context.answer("desk/ask_translation.html", reason=found.kind is CorrectionKind.RETRACT)


@desk(Act.CORRECT)
async def drop_translation(update: Update, context: Context, which: str) -> None:
    """Everybody gets the main words."""
    await _instead(update, context, number(which), others={})


@desk(Act.CORRECT)
async def choose_photo(update: Update, context: Context, which: str, fate: str) -> None:
    """The photo was wrong as well and goes, or it stays."""
    if fate not in ("drop", "keep"):
        raise Stale("gone")
    await _instead(update, context, number(which), photo=None, drops_photo=fate == "drop")


@desk(Act.CORRECT)
async def correct_label(update: Update, context: Context, which: str, standing: str) -> None:
    """It was not as sure as we said, or surer."""
    await _instead(update, context, number(which), standing=choice(standing, TO_CHOOSE))


@desk(Act.CORRECT)
async def correct_nobody(update: Update, context: Context, which: str) -> None:
    """Takes away who says so."""
    await _instead(update, context, number(which), said_by={})


@desk(Act.CORRECT)
async def correct_attribution(update: Update, context: Context, which: str, language: str) -> None:
    """Waits for who says so, in this language."""
    await _ask(
        update, context, Asked.ATTRIBUTION, number(which), language=choice(language, Language)
    )
    await context.answer("desk/ask_attribution.html", tongue=language)


@desk(Act.CORRECT)
async def correct_place(update: Update, context: Context, which: str, place: str) -> None:
    """It happened there as well, or it did not."""
    places = await toggled_below(context, Correction, number(which), place, places_offered)
    await _instead(update, context, number(which), places=places)


@desk(Act.CORRECT)
async def ask_place(update: Update, context: Context, which: str) -> None:
    """Waits for the name of a place."""
    await _ask(update, context, Asked.PLACE, number(which))
    await context.answer("desk/ask_place.html")


async def add_places(
    update: Update, context: Context, correction_id: int, said: str, preview_id: int
) -> None:
    """It happened at the places that the editor named as well."""
    places = await named_below(context, Correction, correction_id, said)
    await _instead(update, context, correction_id, preview_id, places=places)


@desk(Act.CORRECT)
async def only_label(update: Update, context: Context, alert: str) -> None:
    """The text is right; what stands beside it was wrong."""
    async with context.database.read() as session:
        found = await session.get(Alert, number(alert))
        if found is None:
            raise Stale("gone")
        standing = (await newest(session, found)).standing
    await _propose(update, context, found, standing=standing)


@desk(Act.CORRECT)
async def drop_photo(update: Update, context: Context, alert: str) -> None:
    """Nothing but the photo was wrong."""
    async with context.database.read() as session:
        found = await session.get(Alert, number(alert))
    if found is None:
        raise Stale("gone")
    await _propose(update, context, found, drops_photo=True)


async def _propose(update: Update, context: Context, alert: Alert, **wrong: Any) -> None:
    kind, subject = CorrectionKind.CORRECT, CorrectedSubject.ALERT
    await propose(update, context, kind, subject, alert.id, alert.revision, "", **wrong)


async def set_translation(
    update: Update, context: Context, correction_id: int, said: str, preview_id: int
) -> None:
    """The same in the other language."""
    changes = await translated_below(context, Correction, correction_id, said)
    await _instead(update, context, correction_id, preview_id, **changes)


async def set_attribution(
    update: Update, context: Context, correction_id: int, language: str, said: str, preview_id: int
) -> None:
    """Who says so, in one language."""
    says = await attributed_below(context, Correction, correction_id, language, said)
    await _instead(update, context, correction_id, preview_id, said_by=says)


async def _ask(
    update: Update, context: Context, asked: Asked, correction_id: int, **about: Any
) -> Correction:
    subject = {"correction": correction_id, **about}
    return await ask_below(update, context, asked, Correction, correction_id, subject)


async def _instead(
    update: Update,
    context: Context,
    correction_id: int,
    preview_id: int | None = None,
    **changes: Any,
) -> None:
    me = who(update, context)
    async with context.database.write() as session:
        old = await discard(session, Correction, correction_id, **me)
        made = await amend.propose(session, replace(amendment_of(old), **changes), **me)
    await retire(context, person(update), preview_id)
    await preview(update, context, made)
