"""The client that reads feeds, against a real server."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from digests.errors import AddressRefused, BadStatus, Gone, SourceError, TooLarge, Unreachable
from digests.intake.fetch import FeedClient, retry_after, without_secrets
from tests.intake.conftest import LOOPBACK, Site


class Names(AbstractResolver):
    """A name server that answers from a list, one after the other, as a rebinding one does."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): list(told) for name, told in answers.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        told = self.answers[host]
        addresses = told.pop(0) if len(told) > 1 else told[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


async def test_a_body_comes_with_what_is_needed_to_ask_again(
    site: Site, client: FeedClient
) -> None:
    site.put(
        "/feed", "<rss/>", ETag='"1"', Last_Modified="Mon, 23 Nov 2026 06:00:00 GMT",
        Content_Type="application/rss+xml; charset=koi8-u",
    )  # fmt: skip
    fetched = await client.get(site.url())
    assert fetched.body == b"<rss/>"
    assert (fetched.etag, fetched.last_modified) == ('"1"', "Mon, 23 Nov 2026 06:00:00 GMT")
    assert fetched.charset == "koi8-u"
    assert fetched.moved_to is None


async def test_what_did_not_change_is_not_sent_again(site: Site, client: FeedClient) -> None:
    async def conditional(request: web.Request) -> web.Response:
        known = request.headers.get("If-None-Match") == '"1"'
        return web.Response(status=304 if known else 200, text="" if known else "<rss/>")

    site.answers["/feed"] = conditional
    assert not (await client.get(site.url())).unchanged
    assert (await client.get(site.url(), etag='"1"')).unchanged


async def test_a_304_that_nobody_asked_for_is_a_failure(site: Site, client: FeedClient) -> None:
    site.put("/feed", status=304)
    with pytest.raises(BadStatus):
        await client.get(site.url())


async def test_a_validator_cannot_smuggle_a_header(site: Site, client: FeedClient) -> None:
    site.put("/feed", "<rss/>")
    await client.get(site.url(), etag='"1"\r\nX-Evil: 1')
    assert "X-Evil" not in site.requests[0].headers


@pytest.mark.parametrize("packed", [True, False])
async def test_packed_bodies_are_unpacked(site: Site, client: FeedClient, packed: bool) -> None:
    headers = {"Content_Encoding": "gzip"} if packed else {}
    site.put("/feed", gzip.compress(b"<rss/>"), **headers)
    assert (await client.get(site.url())).body == b"<rss/>"


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), True), ((308,), True), ((302,), False), ((307,), False), ((301, 308), True),
     ((301, 302), False), ((302, 301), False)],
)  # fmt: skip
async def test_only_permanent_redirects_all_the_way_move_a_source(
    site: Site, client: FeedClient, statuses: tuple[int, ...], moved: bool
) -> None:
    for step, status in enumerate(statuses):
        site.put(f"/{step}", status=status, Location=f"/{step + 1}")
    site.put(f"/{len(statuses)}", "<rss/>")
    fetched = await client.get(site.url("/0"))
    assert fetched.url == site.url(f"/{len(statuses)}")
    assert (fetched.moved_to == fetched.url) is moved


async def test_redirects_end(site: Site, client: FeedClient) -> None:
    site.put("/feed", status=302, Location="/feed")
    with pytest.raises(Unreachable, match="redirects"):
        await client.get(site.url())
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/x", "gopher://127.0.0.1/"]
)
async def test_a_redirect_leads_only_to_the_web(
    site: Site, client: FeedClient, target: str
) -> None:
    site.put("/feed", status=302, Location=target)
    with pytest.raises(AddressRefused):
        await client.get(site.url())


async def test_a_redirect_to_an_address_inside_is_refused(site: Site) -> None:
    site.put("/feed", status=302, Location=site.url("/secret", host="127.0.0.2"))
    site.put("/secret", "never read")
    async with FeedClient(allow_networks=[ip_network("127.0.0.1/32")], gap=0) as client:
        with pytest.raises(AddressRefused):
            await client.get(site.url())
    assert [request.path for request in site.requests] == ["/feed"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
async def test_this_machine_is_refused_however_it_is_spelt(site: Site, host: str) -> None:
    async with FeedClient(gap=0) as client:
        with pytest.raises(AddressRefused):
            await client.get(site.url(host=host))
    assert not site.requests


@pytest.mark.parametrize("told", [["127.0.0.1"], ["10.0.0.1", "::1"], ["::ffff:169.254.169.254"]])
async def test_a_name_that_resolves_inside_is_refused(site: Site, told: list[str]) -> None:
    async with FeedClient(gap=0, resolver=Names(evil_example=[told])) as client:
        with pytest.raises(AddressRefused):
            await client.get(site.url(host="evil.example"))


async def test_a_name_that_resolves_differently_later_is_judged_where_it_connects(
    site: Site,
) -> None:
    site.put("/feed", status=302, Location=site.url("/secret", host="b.evil.example"))
    names = Names(a_evil_example=[["127.0.0.1"]], b_evil_example=[["127.0.0.2"], ["127.0.0.1"]])
    async with FeedClient(
        allow_networks=[ip_network("127.0.0.1/32")], gap=0, resolver=names
    ) as client:
        with pytest.raises(AddressRefused):
            await client.get(site.url(host="a.evil.example"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:1", "", "127.0.0.1/feed"])
async def test_only_http_is_read(client: FeedClient, url: str) -> None:
    with pytest.raises(AddressRefused):
        await client.get(url)


async def test_a_bomb_is_refused(site: Site, client: FeedClient) -> None:
    site.put("/feed", gzip.compress(b"0" * 20_000_000), Content_Encoding="gzip")
    with pytest.raises(TooLarge):
        await client.get(site.url())


async def test_an_endless_body_is_refused_when_the_limit_is_passed(
    site: Site, client: FeedClient
) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)
            sent += 65_536

    site.answers["/feed"] = endless
    with pytest.raises(TooLarge):
        await client.get(site.url())
    assert sent < 20_000_000


async def test_two_hundred_megabytes_are_refused_by_their_announcement(
    site: Site, client: FeedClient
) -> None:
    async def huge(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "200000000"})
        await response.prepare(request)
        return response

    site.answers["/feed"] = huge
    with pytest.raises(TooLarge, match="announced"):
        await client.get(site.url())


async def test_a_body_that_drips_is_given_up(site: Site) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    site.answers["/feed"] = drip
    async with FeedClient(allow_networks=LOOPBACK, gap=0, timeout=0.2) as client:
        with pytest.raises(Unreachable, match="in time"):
            await client.get(site.url())


@pytest.fixture
def unvouched(tmp_path: Path) -> ssl.SSLContext:
    """A server's certificate that it signed itself."""
    if shutil.which("openssl") is None:
        pytest.skip("makes its certificate with openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -days 1"
    made = [*command.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    client: FeedClient, unvouched: ssl.SSLContext
) -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=unvouched).start()
    with pytest.raises(Unreachable, match="certificate"):
        await client.get(f"https://127.0.0.1:{runner.addresses[0][1]}/")
    await runner.cleanup()


async def test_a_server_without_tls_is_no_safe_connection(site: Site, client: FeedClient) -> None:
    with pytest.raises(Unreachable):
        await client.get(site.url().replace("http:", "https:"))


async def test_a_closed_port_is_unreachable(client: FeedClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="no connection: "):
            await client.get(f"http://127.0.0.1:{taken.getsockname()[1]}/")


@pytest.mark.parametrize(
    ("status", "error"), [(404, BadStatus), (500, BadStatus), (410, Gone), (204, BadStatus)]
)
async def test_statuses_have_names(
    site: Site, client: FeedClient, status: int, error: type[SourceError]
) -> None:
    site.put("/feed", status=status)
    with pytest.raises(error):
        await client.get(site.url())


async def test_a_server_that_is_busy_says_when_to_come_back(site: Site, client: FeedClient) -> None:
    site.put("/feed", status=429, Retry_After="120")
    with pytest.raises(BadStatus) as caught:
        await client.get(site.url())
    assert (caught.value.status, caught.value.retry_after) == (429, 120.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Mon, 23 Nov 2026 06:02:00 GMT", 120.0), ("soon", None), (None, None),
     ("Mon, 23 Nov 2020 06:00:00 GMT", 0.0), ("-5", None), ("9" * 40, 999999999.0)],
)  # fmt: skip
def test_retry_after_in_both_spellings(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, datetime(2026, 11, 23, 6, 0, tzinfo=UTC)) == seconds


async def test_a_host_gets_one_request_at_a_time_with_a_gap(site: Site) -> None:
    clock, waits = 100.0, []

    async def sleep(seconds: float) -> None:
        nonlocal clock
        waits.append(seconds)
        clock += seconds

    site.put("/feed", "<rss/>")
    at_once, most = 0, 0

    async def counted(_: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return web.Response(text="<rss/>")

    site.answers["/feed"] = counted
    arguments: dict[str, Any] = {"clock": lambda: clock, "sleep": sleep, "gap": 2.0}
    async with FeedClient(allow_networks=LOOPBACK, **arguments) as client:
        await asyncio.gather(*(client.get(site.url()) for _ in range(3)))
        await client.get(site.url(host="127.0.0.2"))
    assert most == 1
    assert waits == [2.0, 2.0]


def test_a_log_line_shows_no_secret() -> None:
    said = without_secrets("https://reader:secret@news.example:8443/feed?key=abc#x")
    assert said == "https://news.example:8443/feed"


def test_a_source_without_an_address_is_shown_by_its_name() -> None:
    assert without_secrets("Harbour Wire") == "Harbour Wire"
