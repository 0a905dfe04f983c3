"""The buttons under a proposed correction: each puts another in its place, so that whoever saw the old one
cannot send what they did not see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram import Update

from bot.context import Context
from bot.desk.correct import propose
from bot.desk.correction_preview import preview
from bot.desk.door import desk, number, person, tapped
from bot.desk.showing import retire
from digests.alerts.alert import Alert
from digests.alerts.dialogue import Asked, ask
from digests.alerts.permission import Act
from digests.corrections import amend
from digests.corrections.correction import CorrectedSubject, Correction, CorrectionKind
from digests.errors import Stale
from digests.vocabulary import Language


@desk(Act.CORRECT)
async def ask_translation(update: Update, context: Context, which: str) -> None:
    """Waits for the same in the other language that we speak."""
    user_id = person(update)
    async with context.database.write() as session:
        found = await amend.undecided(session, number(which))
        await ask(
            session,
            Asked.TRANSLATION,
            chat_id=user_id,
            user_id=user_id,
            now=context.now(),
            correction=found.id,
            preview=tapped(update),
        )
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
async def drop_photo(update: Update, context: Context, alert: str) -> None:
    """Nothing but the photo was wrong."""
    async with context.database.read() as session:
        found = await session.get(Alert, number(alert))
    if found is None:
        raise Stale("gone")
    await propose(
        update,
        context,
        CorrectionKind.CORRECT,
        CorrectedSubject.ALERT,
        found.id,
        found.revision,
        "",
        drops_photo=True,
    )


async def set_translation(
    update: Update, context: Context, correction_id: int, said: str, preview_id: int
) -> None:
    """The same in the other language."""
    async with context.database.read() as session:
        found = await session.get_one(Correction, correction_id)
    other = next(one for one in Language if one != found.main_language).value
    await _instead(update, context, correction_id, preview_id, others={other: said})


async def _instead(
    update: Update,
    context: Context,
    correction_id: int,
    preview_id: int | None = None,
    **changes: Any,
) -> None:
    who: dict[str, Any] = {
        "by": person(update),
        "owners": context.settings.owners,
        "now": context.now(),
    }
    async with context.database.write() as session:
        old = await amend.discard(session, correction_id, **who)
        made = await amend.propose(session, replace(amend.amendment_of(old), **changes), **who)
    await retire(context, person(update), preview_id)
    await preview(update, context, made)
