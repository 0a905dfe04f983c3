"""The list of a digest's stories: in private chats, groups and channels by the rules of the other buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digests.audience.following import Wish, followings
from digests.audience.subscribe import find
from digests.editions.on_demand import compose_now
from tests.chat.conftest import PETER, Conversation, Row, data_of, labels
from tests.chat.stories import tell
from tests.chat.test_rooms import ADMIN, CHANNEL, FORUM, GROUP, MEMBER, in_group
from tests.delivery.at_once import work_off

LONG = "A very long headline of a story about the grid that goes on and on " * 4


async def digest(talk: Conversation, chat_id: int, stories: int = 2) -> Row:
    """A digest of so many stories, as it stands in the chat."""
    async with talk.database.write() as session:
        row = await find(session, chat_id)
        assert row is not None
        for number in range(stories):
            await tell(
                session,
                f"Story {number} {LONG if number == 1 else ''}".strip(),
                "energy",
                at=talk.now - timedelta(minutes=number + 2),
            )
        assert await compose_now(session, row, now=talk.now)
    await work_off(talk.courier, patience=60.0)
    return talk.last(chat_id)


async def wished(talk: Conversation, chat_id: int) -> list[tuple[Wish, int | None]]:
    async with talk.database.read() as session:
        row = await find(session, chat_id)
        assert row is not None
        return [(one.wish, one.message_id) for one in await followings(session, row.id)]


@pytest.fixture
async def peter(talk: Conversation) -> Conversation:
    await talk.say(PETER, "/subscribe energy")
    return talk


async def test_the_same_tap_ends_it_and_the_other_takes_its_place(peter: Conversation) -> None:
    told = await digest(peter, PETER)
    await peter.press(PETER, told, "Follow a story")
    page = peter.last(PETER)
    toast = await peter.press(PETER, page, "Follow 1")
    assert toast is not None
    assert toast["text"].startswith("Followed: what is new comes as a reply")
    assert await wished(peter, PETER) == [(Wish.FOLLOW, told["message_id"])]
    await peter.press(PETER, peter.last(PETER), "Mute 1")
    assert await wished(peter, PETER) == [(Wish.MUTE, told["message_id"])]
    await peter.press(PETER, peter.last(PETER), "Unmute 1")
    assert await wished(peter, PETER) == []
    assert peter.last(PETER)["message_id"] == page["message_id"]


async def test_many_stories_stand_on_pages(peter: Conversation) -> None:
    told = await digest(peter, PETER, stories=20)
    await peter.press(PETER, told, "Follow a story")
    seen = []
    while True:
        page = peter.last(PETER)
        assert len(page["text"]) < 4096
        seen += [label for label in labels(page) if label.startswith("Follow ")]
        if "More stories →" not in labels(page):
            break
        await peter.press(PETER, page, "More stories →")
    assert seen == [f"Follow {number}" for number in range(1, 21)]
    await peter.press(PETER, peter.last(PETER), "← Stories before")
    assert "Follow 13" in labels(peter.last(PETER))


async def test_a_muted_story_is_not_among_the_newest_and_is_found_with_a_word_about_it(
    peter: Conversation,
) -> None:
    told = await digest(peter, PETER)
    await peter.press(PETER, told, "Follow a story")
    page = peter.last(PETER)
    await peter.press(PETER, page, "Mute 1")
    for said in ("/latest", "/latest energy"):
        (newest,) = await peter.say(PETER, said)
        assert "Story 1" in newest["text"]
        assert "Story 0" not in newest["text"]
    for said in ("/search story", "/search 0 story"):
        (answer,) = await peter.say(PETER, said)
        _, after = answer["text"].split("You muted this story.")
        assert answer["text"].count("You muted this story.") == 1
    assert "To hear of it again: /following" in after
    await peter.press(PETER, page, "Mute 2")
    (newest,) = await peter.say(PETER, "/latest")
    assert newest["text"].startswith("Nothing but what you muted.")


async def test_in_a_group_only_admins_open_it_and_choose(talk: Conversation) -> None:
    await in_group(talk)
    await talk.say(ADMIN, "/subscribe energy", chat_id=GROUP)
    told = await digest(talk, GROUP)
    toast = await talk.press(MEMBER, told, "Стежити за подією")
    assert toast is not None
    assert toast["show_alert"]
    assert talk.last(GROUP) == told
    await talk.press(ADMIN, told, "Стежити за подією")
    page = talk.last(GROUP)
    await talk.press(MEMBER, page, "Стежити 1")
    assert await wished(talk, GROUP) == []
    await talk.press(ADMIN, page, "Стежити 1")
    assert await wished(talk, GROUP) == [(Wish.FOLLOW, told["message_id"])]
    talk.sandbox.migrate(GROUP, FORUM)
    await talk.pump()
    assert await wished(talk, FORUM) == [(Wish.FOLLOW, None)]


async def test_a_channel_s_admin_gets_the_list_in_their_own_chat(talk: Conversation) -> None:
    talk.sandbox.add_channel(CHANNEL, "Зведення", members={ADMIN: "creator"})
    talk.sandbox.add_bot_to(CHANNEL, by=ADMIN)
    await talk.sandbox.post(CHANNEL, "/subscribe energy")
    await talk.pump()
    told = await digest(talk, CHANNEL)
    button = next(
        label for label in labels(told) if label in ("Follow a story", "Стежити за подією")
    )
    await talk.press(PETER, told, button)
    await talk.press(ADMIN, told, button)
    assert talk.last(CHANNEL) == told
    page = talk.last(ADMIN)
    assert data_of(page, "Стежити 1").startswith(f"chat:{CHANNEL}:wish:")
    await talk.press(ADMIN, page, "Стежити 1")
    assert await wished(talk, CHANNEL) == [(Wish.FOLLOW, told["message_id"])]
    assert "Стежите" in talk.last(ADMIN)["text"]
    assert talk.last(CHANNEL) == told
