"""A small real web server on loopback, and a client that may read from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_network

import pytest
from aiohttp import web

from digests.intake.fetch import FeedClient

LOOPBACK = [ip_network("127.0.0.0/8")]

Answer = web.StreamResponse | Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """Answers each path with what a test put there; remembers the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.requests: list[web.Request] = []
        self.port = 0

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        """The address of a path on this server."""
        return f"http://{host}:{self.port}{path}"

    def put(self, path: str, body: bytes | str = b"", *, status: int = 200, **headers: str) -> None:
        """Answers ``path`` with this body; header names are written with underscores."""
        content = body.encode() if isinstance(body, str) else body
        fields = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(body=content, status=status, headers=fields)

        self.answers[path] = answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Dispatches by path."""
        self.requests.append(request)
        if request.path not in self.answers:
            return web.Response(status=404)
        return await self.answers[request.path](request)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A server that the test fills."""
    made = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[FeedClient]:
    """A client that may read from loopback, without waiting between requests."""
    async with FeedClient(allow_networks=LOOPBACK, gap=0, timeout=5) as made:
        yield made


def rss(*items: str, head: str = "<title>Front News</title>") -> str:
    """An RSS feed of these items."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'
    )


def item(title: str, link: str = "", more: str = "") -> str:
    """An RSS item; markup in it is the test's own business."""
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"
