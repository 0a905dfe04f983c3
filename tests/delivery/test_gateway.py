"""A message with a photo: sent as one, its caption edited; where none is taken, the words go alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.delivery.gateway import Gateway
from bot.delivery.transport import Transport
from bot.delivery.verdict import judge
from bot.rendering.render import Button, Message, Photo
from bot.sandbox import Sandbox
from digests.outbox.verdict import Meaning
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.builders import Couriers, corrected, planned
from tests.delivery.fakes import PlainContents

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
async def gateway(sandbox: Sandbox, transport: Transport) -> Gateway:
    """The real one; reader 1 has started the bot."""
    sandbox.add_user(1, "Reader")
    sandbox.start_chat(1)
    return Gateway(transport)


def kept(sandbox: Sandbox) -> Photo:
    """A photo that Telegram has already."""
    return Photo(file_id=sandbox.world.keep_file("photo.png", "image/png", PNG).id)


async def test_a_picture_of_ours_is_uploaded_with_its_caption_and_buttons(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    buttons = ((Button("More", data="more"),),)
    message = Message("<b>A</b> &amp; B", buttons, Photo(png=PNG))
    assert (await gateway.send(1, message, silent=True)).ok
    (shown,) = sandbox.messages(1)
    assert (shown["caption"], shown["caption_entities"][0]["type"]) == ("A & B", "bold")
    assert shown["photo"][0]["file_size"] == len(PNG)
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "more"


async def test_a_photo_that_telegram_keeps_is_sent_by_its_id_and_its_caption_edited(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    photo = kept(sandbox)
    sent = await gateway.send(1, Message("first", photo=photo))
    assert sent.message_id
    assert (await gateway.edit(1, sent.message_id, Message("<i>second</i>", photo=photo))).ok
    (shown,) = sandbox.messages(1)
    assert (shown["caption"], shown["photo"][0]["file_id"]) == ("second", photo.file_id)
    assert [a.method for a in sandbox.accept_log] == ["sendPhoto", "editMessageCaption"]


async def test_a_picture_is_uploaded_once_however_many_readers_get_it(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    message = Message("the day's map", photo=Photo(png=PNG))
    for _ in range(3):
        assert (await gateway.send(1, message)).ok
    ids = {shown["photo"][0]["file_id"] for shown in sandbox.messages(1)}
    assert len(ids) == len(sandbox.world.files) == 1


async def test_a_picture_of_ours_is_drawn_anew_where_it_stands(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    sent = await gateway.send(1, Message("first", photo=Photo(png=PNG)))
    assert sent.message_id
    buttons = ((Button("More", data="more"),),)
    message = Message("<b>second</b>", buttons, Photo(png=PNG + b"!"))
    assert (await gateway.edit(1, sent.message_id, message)).ok
    assert (await gateway.edit(1, sent.message_id, replace(message, text="third"))).ok
    (shown,) = sandbox.messages(1)
    assert (shown["caption"], shown["photo"][0]["file_size"]) == ("third", len(PNG) + 1)
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "more"
    methods = [accepted.method for accepted in sandbox.accept_log]
    assert methods == ["sendPhoto", "editMessageMedia", "editMessageMedia"]
    assert len(sandbox.world.files) == 2


async def test_a_group_that_takes_no_photos_gets_the_words_and_later_their_correction(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    sandbox.add_group(-5, "Words only")
    sandbox.restrict(-5, writable=True, photos=False)
    contents.photo = kept(sandbox)
    await planned(database, sandbox, [-5, 6], now)
    await work_off(courier_of(), patience=30)
    (words,), (photo,) = sandbox.messages(-5), sandbox.messages(6)
    assert (words["text"], photo["caption"]) == ("alert 7 r1", "alert 7 r1")
    await corrected(database, 2, now)
    await work_off(courier_of(), patience=30)
    (words,), (photo,) = sandbox.messages(-5), sandbox.messages(6)
    assert (words["text"], photo["caption"]) == ("alert 7 r2", "alert 7 r2")


async def test_a_photo_that_changed_comes_with_the_edit_and_twice_is_no_change(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    sent = await gateway.send(1, Message("words"))
    assert sent.message_id
    message = Message("words", photo=replace(kept(sandbox), changed=True))
    assert (await gateway.edit(1, sent.message_id, message)).ok
    again = await gateway.edit(1, sent.message_id, message)
    assert judge(again, chat_id=1).meaning is Meaning.DELIVERED
    assert "not modified" in again.description
    (shown,) = sandbox.messages(1)
    assert (shown["caption"], len(shown["photo"])) == ("words", 1)


async def test_a_card_over_a_withdrawn_photo_is_for_copies_alone(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    message = Message("words", photo=Photo(png=PNG, covers=True))
    sent = await gateway.send(1, message)
    assert sent.message_id
    assert sandbox.messages(1)[0]["text"] == "words"
    pictured = await gateway.send(1, Message("first", photo=kept(sandbox)))
    assert pictured.message_id
    assert (await gateway.edit(1, pictured.message_id, message)).ok
    assert sandbox.messages(1)[1]["photo"][0]["file_size"] == len(PNG)
