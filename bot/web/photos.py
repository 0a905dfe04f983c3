"""The archive's photos. Each has an address of its own for as long as its alert shows it; afterwards that
answers 410, as soon as a page that was kept is made anew."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Services
from bot.web.pages import Pages, spoken_by
from digests.corrections.public_photos import Kept, content_of, kept_of, was_shown


class Photos:
    """The door to them."""

    def __init__(
        self, services: Services, pages: Pages, base: str, headers: Mapping[str, str]
    ) -> None:
        self._services, self._pages = services, pages
        self._base, self._headers = base, headers

    def route(self) -> web.RouteDef:
        """Where it is."""
        path = "/photos/{id:[0-9]{1,15}}/{name:[0-9a-f]{32}}"
        return web.get(self._base + path, self._show)

    def at(self, alert_id: int, photo: Kept) -> str:
        """The path of one."""
        return f"{self._base}/photos/{alert_id}/{photo.name}"

    async def _show(self, request: web.Request) -> web.Response:
        alert_id, name = int(request.match_info["id"]), request.match_info["name"]
        async with self._services.database.read() as session:
            photo = (await kept_of(session, [alert_id])).get(alert_id)
            if photo is None or photo.name != name:
                is_gone = await was_shown(session, alert_id, name)
                return self._absent(request, alert_id, is_gone=is_gone)
            return await self._sent(request, session, alert_id, photo)

    async def _sent(
        self, request: web.Request, session: AsyncSession, alert_id: int, photo: Kept
    ) -> web.Response:
        headers = {**self._headers, "ETag": f'"{photo.name}"'}
        if headers["ETag"] in request.headers.get(hdrs.IF_NONE_MATCH, ""):
            return web.Response(status=304, headers=headers)
        body = await content_of(session, alert_id, photo.name)
        return web.Response(body=body, content_type=photo.kind, headers=headers)

    def _absent(self, request: web.Request, alert_id: int, *, is_gone: bool) -> web.Response:
        text = self._pages.render(
            "gone.html" if is_gone else "missing.html",
            spoken_by(request),
            base=self._base,
            canonical="",
            alert_id=alert_id,
        )
        status = 410 if is_gone else 404
        return web.Response(
            text=text, content_type="text/html", status=status, headers=self._headers
        )
