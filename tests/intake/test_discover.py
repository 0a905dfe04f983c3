"""The feed behind an address that a person gave."""

from __future__ import annotations

import pytest

from digests.errors import NotAFeed
from digests.intake.discover import discover
from digests.intake.fetch import FeedClient
from tests.intake.conftest import Site, item, rss

PAGE = '<html><head><link rel="alternate" type="application/rss+xml" href="{}"></head></html>'


async def test_a_feed_is_its_own(site: Site, client: FeedClient) -> None:
    site.put("/feed", rss(item("News")))
    address, feed = await discover(client, site.url())
    assert (address, feed.title) == (site.url(), "Front News")


async def test_a_site_names_its_feed(site: Site, client: FeedClient) -> None:
    site.put("/", PAGE.format("/feed"), Content_Type="text/html")
    site.put("/feed", rss(item("News")))
    address, feed = await discover(client, site.url("/"))
    assert (address, feed.title) == (site.url(), "Front News")


@pytest.mark.parametrize("body", ["<html><body>Hi", PAGE.format("javascript:x"), ""])
async def test_a_page_without_a_feed_is_no_source(
    site: Site, client: FeedClient, body: str
) -> None:
    site.put("/", body, Content_Type="text/html")
    with pytest.raises(NotAFeed):
        await discover(client, site.url("/"))
