"""Groups, forums and channels: their admins decide; a block or a kick is heeded at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digests.audience.subscribe import find, topics_of
from digests.audience.subscriber import ChatKind, Subscriber, SubscriberState
from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from tests.chat.conftest import OLENA, PETER, Conversation, labels

GROUP, FORUM, CHANNEL = -77, -1001000000077, -1001000000099
ADMIN, MEMBER = OLENA, PETER


async def row_of(talk: Conversation, chat_id: int) -> Subscriber | None:
    async with talk.database.read() as session:
        return await find(session, chat_id)


async def topics(talk: Conversation, chat_id: int) -> set[str]:
    async with talk.database.read() as session:
        row = await find(session, chat_id)
        return set(await topics_of(session, row)) if row else set()


async def in_group(talk: Conversation, chat_id: int = GROUP, *, forum: bool = False) -> None:
    members = {ADMIN: "creator", MEMBER: "member"}
    talk.sandbox.add_group(chat_id, "Шостий під'їзд", forum=forum, members=members)
    talk.sandbox.add_bot_to(chat_id, by=ADMIN)
    await talk.pump()


async def test_a_group_is_greeted_and_only_its_admins_set_it_up(talk: Conversation) -> None:
    await in_group(talk)
    greeting = talk.last(GROUP)
    assert "Вибрати теми" in labels(greeting)
    toast = await talk.press(MEMBER, greeting, "Вибрати теми")
    assert toast is not None
    assert toast["show_alert"]
    (refusal,) = await talk.say(MEMBER, "/subscribe energy", chat_id=GROUP)
    assert "admins" in refusal["text"]
    assert await row_of(talk, GROUP) is None
    await talk.say(ADMIN, "/subscribe@frontwire_bot energy", chat_id=GROUP)
    assert await topics(talk, GROUP) == {"energy"}
    row = await row_of(talk, GROUP)
    assert row is not None
    assert row.kind is ChatKind.GROUP


async def test_in_a_group_we_stay_silent_unless_spoken_to(talk: Conversation) -> None:
    await in_group(talk)
    for said in ("енергетика", "/unknown", "/unknown@another_bot", "see you at 8:30"):
        assert await talk.say(MEMBER, said, chat_id=GROUP) == []
    assert await talk.say(MEMBER, "@frontwire_bot energy", chat_id=GROUP)
    assert await talk.say(MEMBER, "/latest", chat_id=GROUP)
    assert await talk.say(MEMBER, "/nonsense@frontwire_bot", chat_id=GROUP)
    ours = talk.last(GROUP)["message_id"]
    assert await talk.say(MEMBER, "Львів", chat_id=GROUP, reply_to=ours)


@pytest.mark.parametrize(("speaks_as", "allowed"), [(FORUM, True), (CHANNEL, False)])
async def test_an_anonymous_admin_speaks_as_the_group_and_a_channel_does_not(
    talk: Conversation, speaks_as: int, allowed: bool
) -> None:
    await in_group(talk, FORUM)
    group = {"id": FORUM, "type": "supergroup", "title": "Шостий під'їзд"}
    said = {
        "message_id": 900,
        "date": 1_795_000_000,
        "chat": group,
        "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"},
        "sender_chat": {"id": speaks_as, "type": "channel", "title": "x"},
        "text": "/subscribe energy",
        "entities": [{"type": "bot_command", "offset": 0, "length": 10}],
    }
    await talk.sandbox.push_update({"message": said})
    await talk.pump()
    assert (await topics(talk, FORUM) == {"energy"}) is allowed


async def test_a_button_that_only_reads_opens_in_the_tappers_own_chat(talk: Conversation) -> None:
    await in_group(talk)
    greeting = talk.last(GROUP)
    for data, payload in (("why:energy", "why_energy"), ("latest", "latest"), ("help", "help")):
        toast = await talk.tap(MEMBER, greeting, data)
        assert toast is not None
        assert toast["url"] == f"https://t.me/frontwire_bot?start={payload}"
        assert await talk.say(MEMBER, f"/start {payload}")
    assert talk.from_bot(GROUP) == [greeting]


async def test_a_forum_is_served_in_the_topic_where_an_admin_set_it_up(talk: Conversation) -> None:
    await in_group(talk, FORUM, forum=True)
    talk.sandbox.add_topic(FORUM, 7, "Новини")
    (answer,) = await talk.say(ADMIN, "/subscribe energy", chat_id=FORUM, thread_id=7)
    assert answer["message_thread_id"] == 7
    row = await row_of(talk, FORUM)
    assert row is not None
    assert row.thread_id == 7


async def test_a_channel_is_set_up_from_its_admins_own_chat(talk: Conversation) -> None:
    talk.sandbox.add_channel(CHANNEL, "Зведення", members={ADMIN: "creator"})
    talk.sandbox.add_bot_to(CHANNEL, by=ADMIN)
    await talk.pump()
    greeting = talk.last(ADMIN)
    assert "«Зведення»" in greeting["text"]
    assert await row_of(talk, CHANNEL) is None
    await talk.press(ADMIN, greeting, "Теми каналу")
    await talk.press(ADMIN, talk.last(ADMIN), "Енергетика")
    assert await topics(talk, CHANNEL) == {"energy"}
    assert await row_of(talk, ADMIN) is None
    row = await row_of(talk, CHANNEL)
    assert row is not None
    assert row.kind is ChatKind.CHANNEL
    await talk.press(ADMIN, talk.last(ADMIN), "Готово")
    assert "Енергетика" in talk.last(ADMIN)["text"]
    # Somebody else, with the very same button, is refused.
    (answer,) = await talk.say(PETER, "/help")
    toast = await talk.tap(PETER, answer, f"chat:{CHANNEL}:topic:strikes:0")
    assert toast is not None
    assert toast["show_alert"]
    assert await topics(talk, CHANNEL) == {"energy"}


async def test_a_command_posted_in_a_channel_works_too(talk: Conversation) -> None:
    talk.sandbox.add_channel(CHANNEL, "Зведення", members={ADMIN: "creator"})
    talk.sandbox.add_bot_to(CHANNEL, by=ADMIN)
    await talk.sandbox.post(CHANNEL, "/subscribe strikes")
    await talk.sandbox.post(CHANNEL, "Just a post")
    await talk.pump()
    assert await topics(talk, CHANNEL) == {"strikes"}
    assert len(talk.from_bot(CHANNEL)) == 1


async def test_a_block_suspends_and_an_unblock_restores_at_once(talk: Conversation) -> None:
    await talk.say(PETER, "/subscribe energy")
    talk.sandbox.block(PETER)
    await talk.pump()
    row = await row_of(talk, PETER)
    assert row is not None
    assert (row.state, row.state_reason) == (SubscriberState.SUSPENDED, "blocked")
    talk.sandbox.unblock(PETER)
    await talk.pump()
    row = await row_of(talk, PETER)
    assert row is not None
    assert row.state is SubscriberState.ACTIVE
    assert await topics(talk, PETER) == {"energy"}


async def test_a_kick_suspends_the_group_and_adding_us_again_brings_it_back(
    talk: Conversation,
) -> None:
    await in_group(talk)
    await talk.say(ADMIN, "/subscribe energy", chat_id=GROUP)
    talk.sandbox.remove_bot_from(GROUP, by=ADMIN)
    await talk.pump()
    row = await row_of(talk, GROUP)
    assert row is not None
    assert row.state is SubscriberState.SUSPENDED
    talk.sandbox.add_bot_to(GROUP, by=ADMIN)
    await talk.pump()
    row = await row_of(talk, GROUP)
    assert row is not None
    assert row.state is SubscriberState.ACTIVE


async def test_a_group_that_becomes_a_supergroup_keeps_its_subscription(talk: Conversation) -> None:
    await in_group(talk)
    await talk.say(ADMIN, "/subscribe energy", chat_id=GROUP)
    talk.sandbox.migrate(GROUP, FORUM)
    await talk.pump()
    assert await row_of(talk, GROUP) is None
    assert await topics(talk, FORUM) == {"energy"}
    row = await row_of(talk, FORUM)
    assert row is not None
    assert row.state is SubscriberState.ACTIVE


async def test_posts_of_an_accepted_channel_become_articles_and_edits_none_anew(
    talk: Conversation,
) -> None:
    talk.sandbox.add_channel(CHANNEL, "Зведення", members={ADMIN: "creator"})
    talk.sandbox.add_bot_to(CHANNEL, by=ADMIN)
    await talk.sandbox.post(CHANNEL, "Before anybody accepted it")
    await talk.pump()
    async with talk.database.write() as session:
        session.add(
            Source(
                kind=SourceKind.CHANNEL,
                address=str(CHANNEL),
                title="Зведення",
                created_at=talk.now,
            )
        )
    number = await talk.sandbox.post(CHANNEL, "Grid hit in Kharkiv\nPower is out.")
    await talk.pump()
    await talk.sandbox.edit_own(CHANNEL, number, "Grid hit in Kharkiv\nPower is back.")
    await talk.pump()
    async with talk.database.read() as session:
        titles = (await session.scalars(select(Article.title))).all()
    assert titles == ["Grid hit in Kharkiv"]
