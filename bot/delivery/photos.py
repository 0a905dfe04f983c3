"""The archive's photos come from Telegram (edge): by a tick and never at a visitor's request, so that no
crowd makes us ask and the token stays inside."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import datetime

from bot.delivery.transport import Transport
from digests.corrections.public_photos import Picture, Wanted, keep, let_go, take_wanted
from digests.storage.database import Database

MOST = 5_000_000
"""Bytes; Telegram's photos have some hundred thousand."""

MOST_PIXELS = 10_000
"""A side."""

_KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

_log = logging.getLogger(__name__)


async def fetch_photos(
    database: Database, transport: Transport, *, now: Callable[[], datetime]
) -> int:
    """Fetches what the archive lacks and lets go of what it may not show; how many came."""
    async with database.write() as session:
        await let_go(session)
        wanted = await take_wanted(session, now=now())
    return sum([await _fetch(database, transport, one) for one in wanted])


async def _fetch(database: Database, transport: Transport, wanted: Wanted) -> bool:
    content = await transport.download(wanted.file_id, most=MOST)
    picture = measured(content) if content else None
    if picture is None:
        _log.warning("a photo could not be fetched", extra={"alert": wanted.alert_id})
        return False
    async with database.write() as session:
        await keep(session, wanted, picture)
    return True


def measured(content: bytes) -> Picture | None:
    """Which picture these bytes are; none where a browser might take them for something else."""
    from PIL import Image

    try:
        # Its head alone is read.
        with Image.open(io.BytesIO(content), formats=tuple(_KINDS)) as found:
            kind, (width, height) = _KINDS[found.format or ""], found.size
    except (OSError, ValueError, KeyError, Image.DecompressionBombError):
        return None
    if max(width, height) > MOST_PIXELS:
        return None
    return Picture(content, kind, width, height)
