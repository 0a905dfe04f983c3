"""The web server: which door leads where, opened and closed with the process."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.context import Services
from bot.delivery.counts import Counts
from bot.updates import Updates
from bot.web.guard import no_tracebacks
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.push import LARGEST, Push
from bot.web.webhook import Webhook, path_of

GRACE = 5.0
"""Seconds that open requests have to end at shutdown."""


def build(
    services: Services, updates: Updates, parts: Callable[[], dict[str, bool]], counts: Counts
) -> web.Application:
    """The doors these settings open. ``parts`` says of each part of the process whether it runs,
    ``counts`` what its courier counted."""
    settings = services.settings
    doors = web.Application(middlewares=[no_tracebacks], client_max_size=LARGEST)
    health = Health(services.database, parts)
    doors.router.add_get("/health", health.ready)
    doors.router.add_get("/health/live", health.live)
    metrics = Metrics(services.database, services.clock, settings.rate, counts)
    doors.router.add_get("/metrics", metrics.show)
    if settings.push_key is not None:
        push = Push(services, settings.push_key.get_secret_value())
        doors.router.add_post("/push", push.take)
    if settings.webhook_url is not None and settings.webhook_secret is not None:
        webhook = Webhook(updates, settings.webhook_secret.get_secret_value())
        doors.router.add_post(path_of(settings.webhook_url), webhook.call)
    if settings.archive_url is not None:
        from bot.web.archive import Archive  # where there is none, its pages take no memory

        doors.router.add_routes(Archive(services, settings.archive_url).routes())
    return doors


class Doors:
    """The server behind the doors."""

    def __init__(self, doors: web.Application) -> None:
        self._runner = web.AppRunner(doors, access_log=None, shutdown_timeout=GRACE)

    async def open(self, host: str, port: int) -> str:
        """Listens; returns the address. Port 0 is any free one."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        return f"http://{bound[0]}:{bound[1]}"

    async def close(self) -> None:
        """Takes no more, and lets what is open end."""
        await self._runner.cleanup()
