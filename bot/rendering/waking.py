"""What was held for quiet hours, as a message: each alert as it stands now, newest first."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.alert import told
from bot.rendering.render import Message, Version, Words
from digests.alerts.waking import Waking, WakingAlert

TEMPLATE = "messages/waking.html"


async def waking_parts(
    session: AsyncSession, words: Words, version: Version
) -> tuple[Message, ...]:
    """The waking, in as many parts as it needs."""
    waking = await session.get_one(Waking, version.subject_id)
    rows = await session.execute(
        select(WakingAlert.alert_id, WakingAlert.alert_revision)
        .where(WakingAlert.waking_id == version.subject_id)
        .order_by(WakingAlert.alert_id.desc())
    )
    alerts = [
        await told(session, alert_id, newest, version.language) for alert_id, newest in rows.all()
    ]
    # What was withdrawn before anybody read it here is only counted; the rest says so in its place.
    shown = [a for a in alerts if a.withdrawn is None or a.withdrawn.at > waking.made_at]
    changes = [c.at for a in alerts for c in (*a.corrected, a.withdrawn) if c]
    return words.parts(
        TEMPLATE,
        version.language,
        timezone=version.timezone,
        now=max([waking.made_at, *changes]),
        alerts=shown,
        withdrawn=len(alerts) - len(shown),
    )
