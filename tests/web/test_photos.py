"""The archive shows an alert's photo, and says so when it is gone; nobody's visit asks Telegram for it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.delivery.photos import fetch_photos, measured
from bot.delivery.transport import Transport
from bot.sandbox import Fault, Sandbox
from digests.corrections import amend
from digests.corrections.amendment import Amendment
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.corrections.public_photo import PublicPhoto, name_of
from digests.storage.database import Database
from tests.alerts.builders import DEPOT, EDITOR, deciding, draft, newsroom, who
from tests.web.conftest import ADDRESS, Visitor, sent


def picture(width: int = 64, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 48), "#446688").save(out, kind)
    return out.getvalue()


class Town:
    """An alert with a photo, a bot that can fetch it, and somebody with a browser."""

    def __init__(
        self, database: Database, sandbox: Sandbox, transport: Transport, visitor: Visitor
    ) -> None:
        self.database, self.sandbox = database, sandbox
        self.transport, self.visitor = transport, visitor

    def upload(self, content: bytes) -> str:
        """Telegram's id of a photo that somebody sent."""
        return self.sandbox.world.keep_file("photo.jpg", "image/jpeg", content).id

    async def fetch(self, now: datetime) -> int:
        """The tick."""
        return await fetch_photos(self.database, self.transport, now=lambda: now)

    async def page(self, alert: int, language: str = "en") -> str:
        """The alert's page, made anew."""
        self.visitor.later += timedelta(minutes=1)
        status, text = await self.visitor.get(f"/archive/{language}/alerts/{alert}")
        assert status == 200
        return text

    async def amend(self, now: datetime, alert: int, revision: int, **change: Any) -> None:
        """A correction of its photo, or a withdrawal."""
        said = {"kind": CorrectionKind.CORRECT, "text": DEPOT.text, "note": "", "language": "en"}
        asked = {"subject": CorrectedSubject.ALERT, "subject_id": alert, "revision": revision}
        async with self.database.write() as session:
            made = await amend.propose(
                session, Amendment(**said | asked | change), **who(EDITOR, now)
            )
            await amend.approve(session, made.id, **deciding(EDITOR, now))


@pytest.fixture
def town(database: Database, sandbox: Sandbox, transport: Transport, visitor: Visitor) -> Town:
    return Town(database, sandbox, transport, visitor)


def address_in(page: str) -> str:
    """Of the photo on a page."""
    found = re.search(r'<img src="([^"]+)"', page)
    assert found
    return found[1]


async def test_the_photo_stands_on_the_page_with_its_size_and_words_and_is_served(
    town: Town, now: datetime
) -> None:
    content = picture(640)
    alert = await sent(town.database, now, replace(DEPOT, photo=town.upload(content)))
    assert "It came with a photo, which is not here." in await town.page(alert)
    assert await town.fetch(now) == 1
    page = await town.page(alert)
    assert 'width="640" height="48" alt="The photo that came with this news' in page
    assert 'alt="Фото з цього повідомлення' in await town.page(alert, "uk")
    async with town.visitor.session.get(town.visitor.address + address_in(page)) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "public, max-age=15"
        assert await answer.read() == content
        print_ = answer.headers["ETag"]
    assert (await town.visitor.get(address_in(page), **{"If-None-Match": print_}))[0] == 304


async def test_no_page_tells_telegrams_name_of_it_or_the_token(town: Town, now: datetime) -> None:
    photo = town.upload(picture())
    alert = await sent(town.database, now, replace(DEPOT, photo=photo))
    await town.fetch(now)
    said = await town.page(alert) + json.dumps(dict(town.visitor.headers))
    assert photo not in said
    assert town.sandbox.token not in said


async def test_a_photo_is_asked_for_once_and_never_because_somebody_looks(
    town: Town, now: datetime
) -> None:
    alert = await sent(town.database, now, replace(DEPOT, photo=town.upload(picture())))
    assert [await town.fetch(now), await town.fetch(now)] == [1, 0]
    await town.transport.close()
    assert await town.fetch(now + timedelta(hours=1)) == 0
    assert (await town.visitor.get(address_in(await town.page(alert))))[0] == 200


async def test_after_a_withdrawal_its_address_is_gone_and_the_page_says_so(
    town: Town, now: datetime
) -> None:
    alert = await sent(town.database, now, replace(DEPOT, photo=town.upload(picture())))
    await town.fetch(now)
    address = address_in(await town.page(alert))
    await town.amend(now, alert, 1, kind=CorrectionKind.RETRACT, text="", note="Not so.")
    page = await town.page(alert)
    assert "<img" not in page
    assert "The photo that came with it is withdrawn too" in page
    assert "Фото, яке було з цим повідомленням, теж відкликано" in await town.page(alert, "uk")
    status, text = await town.visitor.get(address)
    assert status == 410
    assert "Not shown any more" in text
    assert f"/archive/en/alerts/{alert}" in text
    await town.fetch(now)
    async with town.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(PublicPhoto)) == 0
    assert (await town.visitor.get(address))[0] == 410


async def test_a_wrong_photo_goes_and_the_right_one_takes_its_place(
    town: Town, now: datetime
) -> None:
    wrong, right = town.upload(picture(64)), town.upload(picture(65))
    alert = await sent(town.database, now, replace(DEPOT, photo=wrong))
    await town.fetch(now)
    before = address_in(await town.page(alert))
    await town.amend(now, alert, 1, photo=right, note="It showed another place.")
    await town.fetch(now)
    after = address_in(await town.page(alert))
    assert [(await town.visitor.get(one))[0] for one in (before, after)] == [410, 200]
    await town.amend(now, alert, 2, drops_photo=True)
    page = await town.page(alert)
    assert "The photo that stood here is withdrawn" in page
    assert [(await town.visitor.get(one))[0] for one in (before, after)] == [410, 410]


async def test_feeds_carry_the_photo_until_it_is_withdrawn(town: Town, now: datetime) -> None:
    photo = town.upload(picture())
    alert = await sent(town.database, now, replace(DEPOT, photo=photo))
    await town.fetch(now)
    url = f"{ADDRESS}/photos/{alert}/{name_of(photo)}"
    (item,) = json.loads((await town.visitor.get("/archive/en/feed.json"))[1])["items"]
    assert item["image"] == url
    assert f'<img src="{url}"' in item["content_html"]
    await town.amend(now, alert, 1, kind=CorrectionKind.RETRACT, text="", note="Not so.")
    town.visitor.later += timedelta(minutes=1)
    assert url not in (await town.visitor.get("/archive/en/feed.json"))[1]


async def test_a_draft_s_photo_and_one_that_never_was_are_not_found(
    town: Town, now: datetime
) -> None:
    photo = town.upload(picture())
    async with town.database.write() as session:
        await newsroom(session, now)
        alert = await draft(session, now, replace(DEPOT, photo=photo))
    assert await town.fetch(now) == 0
    for name in (name_of(photo), "0" * 32):
        assert (await town.visitor.get(f"/archive/photos/{alert.id}/{name}"))[0] == 404


async def test_telegram_in_trouble_is_asked_again_later(town: Town, now: datetime) -> None:
    alert = await sent(town.database, now, replace(DEPOT, photo=town.upload(picture())))
    town.sandbox.fault(Fault("status", method="getFile", status=502, times=1))
    assert await town.fetch(now) == 0
    assert await town.fetch(now + timedelta(minutes=1)) == 0
    assert await town.fetch(now + timedelta(minutes=5)) == 1
    assert "<img" in await town.page(alert)


@pytest.mark.parametrize(
    "content",
    [b"<script>alert(1)</script>", b"", picture(kind="GIF"), b"\xff\xd8\xff\xe0" + bytes(64)],
)
def test_what_is_no_picture_for_a_browser_is_not_kept(content: bytes) -> None:
    assert measured(content) is None


async def test_a_file_larger_than_is_good_for_us_is_not_taken(town: Town) -> None:
    photo = town.upload(b"x" * 1000)
    assert await town.transport.download(photo, most=999) is None
    assert await town.transport.download(photo, most=1000) == b"x" * 1000
    assert await town.transport.download("no such file", most=1000) is None
