"""Edge: the feed behind an address that a person gave, which may be a site's home page."""

from __future__ import annotations

import asyncio

from digests.errors import NotAFeed
from digests.intake.decoding import decoded
from digests.intake.entry import Feed
from digests.intake.feed import parse
from digests.intake.fetch import FeedClient, Fetched
from digests.intake.markup import alternates


async def discover(client: FeedClient, address: str) -> tuple[str, Feed]:
    """The feed's address and the feed: this one, else the first that the page names.

    Raises what ``FeedClient.get`` raises, and NotAFeed where the page names none.
    """
    fetched = await client.get(address)
    try:
        return fetched.moved_to or address, await _feed(fetched)
    except NotAFeed as error:
        page = decoded(fetched.body, fetched.charset)
        named = alternates(page, url=fetched.url)
        if not named:
            raise NotAFeed("no feed, and no page that names one") from error
    found = await client.get(named[0])
    return found.moved_to or named[0], await _feed(found)


async def _feed(fetched: Fetched) -> Feed:
    return await asyncio.to_thread(parse, fetched.body, url=fetched.url, charset=fetched.charset)
