"""The desk's other doors: editors, sources, channels, status, the log."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digests.alerts.editor import Editor, Role
from digests.intake.article import Article
from digests.intake.source import Source, SourceKind, SourceState
from tests.alerts.builders import EDITOR, OWNER, READER
from tests.desk.newsroom import Newsroom

CHANNEL = -100777


async def test_an_owner_appoints_by_id_and_by_replying(desk: Newsroom) -> None:
    (page,) = await desk.say(OWNER, "/editors add 4242 reviewer")
    assert "4242 · reviewer" in page["text"]
    desk.sandbox.add_group(-100500, "Newsroom", members={OWNER: "creator", READER: "member"})
    desk.sandbox.add_bot_to(-100500, by=OWNER)
    said = await desk.sandbox.say(READER, "hello", chat_id=-100500)
    await desk.heed()
    await desk.say(OWNER, "/editors add", chat_id=-100500, reply_to=said)
    assert f"{READER} · editor" in desk.last(-100500)
    await desk.deliver()
    assert desk.last(READER).startswith("Welcome to the desk. You are an editor")
    assert (await desk.say(READER, "/desk"))[0]["text"].startswith("The desk")


async def test_the_list_says_who_appointed_whom_where_it_could_be_several(desk: Newsroom) -> None:
    async with desk.database.write() as session:
        session.add(
            Editor(user_id=4242, role=Role.EDITOR, appointed_by=77, appointed_at=desk.clock.now)
        )
    (page,) = await desk.say(OWNER, "/editors")
    theirs, others = (
        next(line for line in page["text"].splitlines() if line.startswith(f"{who} "))
        for who in (4242, EDITOR)
    )
    assert theirs.endswith("appointed by 77")
    assert "appointed" not in others, "the one owner there is"


async def test_adding_nobody_says_how(desk: Newsroom) -> None:
    (answer,) = await desk.say(OWNER, "/editors add")
    assert "Say whom" in answer["text"]


async def test_the_desk_lists_alerts_and_the_status_its_figures(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking Missile strikes near Luhansk")
    (menu,) = await desk.say(EDITOR, "/desk")
    assert "Draft 1 · Missile strikes near Luhansk" in menu["text"]
    assert "/editors" not in menu["text"]
    (status,) = await desk.say(EDITOR, "/status")
    assert "3 active readers" in status["text"]
    assert "No digest has gone out yet." in status["text"]


async def test_the_log_shows_who_did_what(desk: Newsroom) -> None:
    await desk.say(READER, "/breaking x")
    (log,) = await desk.say(EDITOR, "/audit")
    assert f"{READER} · refused: wanted to write an alert; not appointed to that" in log["text"]
    assert "appointed: person 2 · editor" in log["text"]


async def test_sources_are_paused_resumed_and_removed_by_buttons(desk: Newsroom) -> None:
    async with desk.database.write() as session:
        source = Source(
            kind=SourceKind.FEED,
            address="https://example.org/feed",
            title="Harbour Wire",
            created_at=desk.clock.now,
        )
        session.add(source)
    await desk.say(EDITOR, "/sources")
    await desk.tap(EDITOR, "Harbour Wire")
    for label, state in (("Pause", SourceState.PAUSED), ("Read again", SourceState.OK)):
        await desk.tap(EDITOR, label)
        async with desk.database.read() as session:
            assert await session.scalar(select(Source.state)) is state
    await desk.tap(EDITOR, "Remove")
    async with desk.database.read() as session:
        assert await session.scalar(select(Source)) is None
    assert [act for act in await desk.audited() if act in ("pause", "resume", "remove")] == [
        "pause",
        "resume",
        "remove",
    ]


@pytest.mark.parametrize(
    ("added_by", "said"),
    [(EDITOR, f"Added on 23 November by {EDITOR}"), (None, "Added on 23 November")],
)
async def test_a_sources_page_says_when_it_was_read_and_who_added_it(
    desk: Newsroom, added_by: int | None, said: str
) -> None:
    now = desk.clock.now
    async with desk.database.write() as session:
        session.add(
            Source(
                kind=SourceKind.FEED,
                address="https://example.org/feed",
                title="Harbour Wire",
                created_at=now,
                added_by=added_by,
                last_read_at=now,
            )
        )
    await desk.say(EDITOR, "/sources")
    await desk.tap(EDITOR, "Harbour Wire")
    lines = desk.last(EDITOR).splitlines()
    assert said in lines
    assert any(line.startswith("Last reading: ") for line in lines)


async def test_an_address_that_must_not_be_read_is_refused(desk: Newsroom) -> None:
    for address in ("http://127.0.0.1:1/feed", "ftp://example.org/feed", "nonsense"):
        (answer,) = await desk.say(EDITOR, f"/sources {address}")
        assert "I do not read that address" in answer["text"], address


async def test_a_channel_becomes_a_source_when_its_editor_says_so(desk: Newsroom) -> None:
    desk.sandbox.add_channel(CHANNEL, "Dnipro Courier")
    desk.sandbox.add_bot_to(CHANNEL, by=EDITOR)
    await desk.heed()
    await desk.tap(EDITOR, "Read it as a source")
    async with desk.database.read() as session:
        source = (await session.scalars(select(Source))).one()
    assert (source.kind, source.address, source.added_by) == (
        SourceKind.CHANNEL,
        str(CHANNEL),
        EDITOR,
    )


async def test_a_reader_who_adds_the_bot_to_a_channel_makes_no_source(desk: Newsroom) -> None:
    desk.sandbox.add_channel(CHANNEL, "Dnipro Courier")
    desk.sandbox.add_bot_to(CHANNEL, by=READER)
    await desk.heed()
    assert not [m for m in desk.screen(READER) if "as a source" in m["text"]]


async def test_a_forwarded_post_is_kept_as_an_article(desk: Newsroom) -> None:
    desk.sandbox.add_channel(CHANNEL, "Dnipro Courier")
    await desk.say(EDITOR, "Grain leaves Odesa\nThree ships sailed.", forward_from=CHANNEL)
    await desk.tap(EDITOR, "Keep as article")
    async with desk.database.read() as session:
        article = (await session.scalars(select(Article))).one()
    assert article.title == "Grain leaves Odesa"


async def test_a_forwarded_post_becomes_a_draft_that_names_its_channel(desk: Newsroom) -> None:
    desk.sandbox.add_channel(CHANNEL, "Dnipro Courier")
    await desk.say(EDITOR, "Missile strikes near Luhansk", forward_from=CHANNEL)
    await desk.tap(EDITOR, "Make it breaking")
    assert any("Unconfirmed: Dnipro Courier" in m["text"] for m in desk.screen(EDITOR))
