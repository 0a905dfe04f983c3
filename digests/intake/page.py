"""Edge: an article's page becomes its text. The bytes were fetched by us; trafilatura only reads."""

from __future__ import annotations

from dataclasses import dataclass

from digests.intake.canonical import web_address
from digests.intake.clean import LONGEST_SUMMARY, body_of, title_of
from digests.intake.decoding import decoded

_LONGEST_PAGE = 3_000_000
"""Characters; the largest article pages have about 1 MB, nearly all of it scripts."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an article's page says; empty where nothing of it could be told from the furniture."""

    title: str = ""
    text: str = ""
    summary: str = ""
    image_url: str | None = None


def extract(body: bytes, *, url: str, charset: str | None = None) -> Page:
    """The article on this page. Never raises: a page that cannot be read says nothing."""
    # Imported late: it brings 30 MB, and most feeds need no page.
    import trafilatura

    markup = decoded(body, charset)[:_LONGEST_PAGE]
    try:
        found = trafilatura.bare_extraction(
            markup, url=url, with_metadata=True, include_comments=False, include_tables=False
        )
    except Exception:
        # It raises whatever its parsers stumble over; the article is kept without its page.
        return Page()
    if found is None or isinstance(found, dict):
        return Page()
    return Page(
        title=title_of(found.title),
        text=body_of(found.text),
        summary=body_of(found.description, LONGEST_SUMMARY),
        image_url=web_address(found.image, url),
    )
