"""The public archive: what was sent, with every correction, for browsers and feed readers.

No script, no cookie, nothing from elsewhere, nothing about any reader. A page is kept for some seconds,
so that a crowd costs as much as a few; a correction shows as soon.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Services
from bot.rendering import alert as alert_rendering
from bot.rendering.digest import Section, views_of
from bot.rendering.stories import StoryView
from bot.web.feeds import Entry, Feed, atom, json_feed
from bot.web.pages import ZONES, Pages, spoken_by
from bot.web.photos import Photos
from digests.alerts.alert import RevisionReason
from digests.alerts.item import item_of
from digests.alerts.wording import body, headline
from digests.corrections import published
from digests.corrections.difference import dropped
from digests.corrections.public_photos import kept_of
from digests.corrections.published import PublicAlert
from digests.editions.told import told
from digests.vocabulary import Language, Severity, Standing

KEPT = 512
"""Pages kept, of 50 kB at most."""
FRESH = timedelta(seconds=15)
NEWEST = 30
IN_FEED = 40

Answerer = Callable[[AsyncSession, Language, web.Request], Awaitable["Page | None"]]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its text, and of what kind."""

    text: str
    kind: str = "text/html"
    status: int = 200


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in a list or a feed."""

    id: int
    headline: str
    body: str
    spoken: Language | str
    severity: Severity
    standing: Standing
    attribution: str | None
    places: tuple[str, ...]
    withdrawn: bool
    corrected: bool
    earlier: str
    """What it said before and says no more."""
    note: str
    said_at: datetime


class Archive:
    """Everything under the archive's address."""

    def __init__(self, services: Services, address: str) -> None:
        self._services = services
        self._address = address
        self.base = urlsplit(address).path.rstrip("/")
        self._pages = Pages(services.topics)
        self._kept: OrderedDict[str, tuple[datetime, Page]] = OrderedDict()
        self._headers = {
            "Cache-Control": f"public, max-age={int(FRESH.total_seconds())}",
            "Content-Security-Policy": (
                f"default-src 'none'; img-src 'self'; style-src '{self._pages.style.source}'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        self._photos = Photos(services, self._pages, self.base, self._headers)

    def routes(self) -> list[web.RouteDef]:
        """Which address leads where. ``{language}`` is chosen by the browser's where it is left out."""
        spoken = f"{self.base}/{{language:en|uk}}"
        answers: dict[str, Answerer] = {
            "/": self._newest,
            "/feed.{form:atom|json}": self._feed,
            "/alerts/{id:[0-9]{1,15}}": self._alert,
            "/editions/{id:[0-9]{1,15}}": self._edition,
            "/topics/{topic:[a-z0-9-]{1,32}}": self._newest,
            "/topics/{topic:[a-z0-9-]{1,32}}/feed.{form:atom|json}": self._feed,
            "/days/{day:[0-9]{4}-[0-9]{2}-[0-9]{2}}": self._newest,
        }
        found = [web.get(spoken + path, self._door(answer)) for path, answer in answers.items()]
        unspoken = r"{rest:(alerts|editions|topics|days)/.*|feed\.atom|feed\.json|}"
        return [
            *found,
            self._photos.route(),
            web.get(f"{self.base}/{unspoken}", self._choose),
            web.get(f"{self.base}/{{rest:.+}}", self._door(_nothing)),
        ]

    async def _choose(self, request: web.Request) -> web.StreamResponse:
        language = spoken_by(request)
        place = f"{self.base}/{language}/{request.match_info['rest']}"
        return web.Response(status=302, headers={"Location": place, "Vary": "Accept-Language"})

    def _door(self, answer: Answerer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def door(request: web.Request) -> web.StreamResponse:
            language = Language(request.match_info.get("language") or spoken_by(request))
            page = await self._page(request, language, answer)
            print_ = f'"{hashlib.sha256(page.text.encode()).hexdigest()[:32]}"'
            headers = self._headers | {"ETag": print_}
            if page.status == 200 and print_ in request.headers.get(hdrs.IF_NONE_MATCH, ""):
                return web.Response(status=304, headers=headers)
            return web.Response(
                text=page.text,
                content_type=page.kind,
                charset="utf-8",
                status=page.status,
                headers=headers,
            )

        return door

    async def _page(self, request: web.Request, language: Language, answer: Answerer) -> Page:
        now, known = self._services.clock(), self._kept.get(request.path)
        if known is not None and known[0] > now:
            return known[1]
        async with self._services.database.read() as session:
            page = await answer(session, language, request)
        if page is None:
            # Not kept: nobody may fill the memory with addresses that lead nowhere.
            return Page(self._shown("missing.html", language, "", status=404).text, status=404)
        self._kept[request.path] = (now + FRESH, page)
        self._kept.move_to_end(request.path)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return page

    def _shown(
        self,
        template: str,
        language: Language,
        canonical: str,
        *,
        status: int = 200,
        **values: object,
    ) -> Page:
        text = self._pages.render(template, language, base=self.base, canonical=canonical, **values)
        return Page(text, status=status)

    async def _newest(
        self, session: AsyncSession, language: Language, request: web.Request
    ) -> Page | None:
        topic, day = request.match_info.get("topic"), request.match_info.get("day")
        if topic is not None and topic not in self._services.topics:
            return None
        bounds = _day(day, language) if day else (None, None)
        if bounds is None:
            return None
        since, until = bounds
        alerts = await published.alerts(
            session, limit=NEWEST, topic=topic, since=since, until=until
        )
        editions = await published.editions(
            session, limit=NEWEST, topic=topic, since=since, until=until
        )
        canonical = f"topics/{topic}" if topic else f"days/{day}" if day else ""
        return self._shown(
            "list.html",
            language,
            canonical,
            heading=self._heading(language, topic, since),
            topics=() if topic or day else self._services.topics.names,
            alerts=[_line(alert, language) for alert in alerts],
            editions=editions,
        )

    def _heading(self, language: Language, topic: str | None, since: datetime | None) -> str:
        values = {"topic": topic, "day": since}
        return self._pages.render("heading.html", language, **values)

    async def _alert(
        self, session: AsyncSession, language: Language, request: web.Request
    ) -> Page | None:
        alert = await published.public_alert(session, int(request.match_info["id"]))
        if alert is None:
            return None
        shown = await alert_rendering.told(session, alert.id, alert.revision, language)
        photo = (await kept_of(session, [alert.id])).get(alert.id)
        return self._shown(
            "alert.html",
            language,
            f"alerts/{alert.id}",
            told=shown,
            photo=photo,
            photo_at=self._photos.at(alert.id, photo) if photo else None,
        )

    async def _edition(
        self, session: AsyncSession, language: Language, request: web.Request
    ) -> Page | None:
        edition = await published.public_edition(session, int(request.match_info["id"]))
        if edition is None:
            return None
        items = await told(session, edition)
        views = await views_of(session, edition, items, language)
        return self._shown(
            "edition.html",
            language,
            f"editions/{edition.id}",
            edition=edition,
            sections=_by_topic(views),
        )

    async def _feed(
        self, session: AsyncSession, language: Language, request: web.Request
    ) -> Page | None:
        topic, form = request.match_info.get("topic"), request.match_info["form"]
        if topic is not None and topic not in self._services.topics:
            return None
        alerts = await published.alerts(session, limit=IN_FEED, topic=topic)
        editions = await published.editions(session, limit=IN_FEED, topic=topic)
        photos = {
            alert_id: self._address + self._photos.at(alert_id, photo).removeprefix(self.base)
            for alert_id, photo in (await kept_of(session, [alert.id for alert in alerts])).items()
        }
        entries = [
            self._entry(language, f"alerts/{a.id}", a.said_at, a.changed_at, a.words.topics,
                        alert=_line(a, language), edition=None, photo=photos.get(a.id))
            for a in alerts
        ] + [
            self._entry(language, f"editions/{e.id}", e.ends_at, e.changed_at, e.topics,
                        alert=None, edition=e, photo=None)
            for e in editions
        ]  # fmt: skip
        entries.sort(key=lambda entry: entry.published, reverse=True)
        place = f"topics/{topic}/" if topic else ""
        feed = Feed(
            title=self._title(language, alert=None, edition=None, topic=topic),
            language=language,
            home=f"{self._address}/{language}/{place.rstrip('/')}",
            address=f"{self._address}/{language}/{place}feed.{form}",
            updated=max(
                (entry.updated for entry in entries), default=datetime.fromtimestamp(0, UTC)
            ),
            entries=tuple(entries[:IN_FEED]),
        )
        if form == "atom":
            return Page(atom(feed), "application/atom+xml")
        return Page(json_feed(feed), "application/feed+json")

    def _entry(
        self,
        language: Language,
        place: str,
        said_at: datetime,
        changed_at: datetime,
        topics: Sequence[str],
        photo: str | None,
        **values: object,
    ) -> Entry:
        return Entry(
            # The same in every language and for good: a reader's program knows it again.
            id=f"{self._address}/{place}",
            url=f"{self._address}/{language}/{place}",
            title=self._title(language, topic=None, **values),
            content=self._pages.render("entry.html", language, photo=photo, **values),
            published=said_at,
            updated=changed_at,
            topics=tuple(topics),
            image=photo,
        )

    def _title(self, language: Language, **values: object) -> str:
        return unescape(self._pages.render("entry_title.html", language, **values))


async def _nothing(_session: AsyncSession, _language: Language, _request: web.Request) -> None:
    return None


def _day(said: str, language: Language) -> tuple[datetime | None, datetime | None] | None:
    """A day's beginning and end by the clock of the page's language; none for what is no day."""
    zone = ZoneInfo(ZONES[language][0])
    try:
        first = datetime.combine(date.fromisoformat(said), time(), zone)
        return first.astimezone(UTC), (first + timedelta(days=1)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _line(alert: PublicAlert, language: Language) -> AlertLine:
    item = item_of(alert.words)
    return AlertLine(
        id=alert.id,
        headline=headline(item.told_in(language)),
        body=body(item.told_in(language)),
        spoken=item.spoken_in(language),
        severity=item.severity,
        standing=item.standing,
        attribution=item.attributed_in(language),
        places=item.places,
        withdrawn=alert.words.reason is RevisionReason.RETRACTION,
        corrected=alert.words.reason is RevisionReason.CORRECTION,
        earlier=_earlier(alert, language),
        note=alert.words.note or "",
        said_at=alert.said_at,
    )


def _earlier(alert: PublicAlert, language: Language) -> str:
    if alert.was is None:
        return ""
    was, now = (item_of(words).told_in(language) for words in (alert.was, alert.words))
    return dropped(was, now)


def _by_topic(views: Sequence[StoryView]) -> list[Section]:
    topics: dict[str, list[StoryView]] = {}
    for story in views:
        topics.setdefault(story.topic, []).append(story)
    return [Section(topic, tuple(stories)) for topic, stories in topics.items()]
