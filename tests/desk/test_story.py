"""An editor's judgement of a story: reached from a digest or by words, kept, audited, given back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from digests.audience.taste import Taste
from digests.outbox.dispatch import Content
from digests.stories.story import Story, StoryRevision
from digests.vocabulary import Severity, Standing
from tests.alerts.builders import EDITOR, READER, REVIEWER
from tests.chat.stories import tell
from tests.corrections.builders import arrived, edition, story
from tests.desk.newsroom import Newsroom, buttons


async def in_a_digest(desk: Newsroom, **fields: object) -> int:
    """A story of a digest that the editor got; the copy's number."""
    now = desk.clock.now
    copy = await desk.sandbox.say(EDITOR, "a digest")
    await desk.heed()
    async with desk.database.write() as session:
        taste = (await session.scalars(select(Taste))).one()
        told = await story(session, now)
        for name, value in fields.items():
            setattr(told, name, value)
        made = await edition(session, taste, told, now)
        await arrived(session, Content.EDITION, made.id, [EDITOR], now=now, message_id=copy)
    return copy


async def in_a_digest_in_both(desk: Newsroom) -> int:
    """The same, told in Ukrainian too."""
    copy = await in_a_digest(desk)
    told = {"uk": {"title": "Влучили в склад", "lead": "", "news": "", "attribution": None}}
    async with desk.database.write() as session:
        await session.execute(update(StoryRevision).values(tellings=told))
    return copy


async def opened(desk: Newsroom, **fields: object) -> None:
    copy = await in_a_digest(desk, **fields)
    await desk.say(EDITOR, "/story", reply_to=copy)
    await desk.tap(EDITOR, "A depot was hit")


async def kept(desk: Newsroom) -> tuple[Story, StoryRevision]:
    async with desk.database.read() as session:
        found = (await session.scalars(select(Story))).one()
        return found, await session.get_one(StoryRevision, (found.id, found.revision))


async def test_a_story_is_opened_from_a_digest_and_says_how_it_stands(desk: Newsroom) -> None:
    await opened(desk)
    page = desk.screen(EDITOR)[-1]["text"]
    assert "A depot was hit" in page
    assert "Standing: Unconfirmed" in page
    assert "Severity: Priority" in page


@pytest.mark.parametrize(
    ("articles", "said"),
    [
        pytest.param(2, "It goes on from an earlier story: “A depot was hit”", id="it came back"),
        pytest.param(0, "Its articles are in another story now: “A depot was hit”", id="united"),
    ],
)
async def test_a_story_leads_to_the_one_it_goes_on_from_or_went_into(
    desk: Newsroom, articles: int, said: str
) -> None:
    now = desk.clock.now
    async with desk.database.write() as session:
        earlier = await story(session, now - timedelta(days=5))
        follows = earlier.id
    await opened(desk, follows_id=follows, article_count=articles)
    assert said in desk.last(EDITOR)
    await desk.tap(EDITOR, "Open that story")
    assert "earlier story" not in desk.last(EDITOR)
    assert "another story" not in desk.last(EDITOR)


async def test_its_title_stands_in_the_editors_language_where_it_is_told_in_it(
    desk: Newsroom,
) -> None:
    copy = await in_a_digest_in_both(desk)
    desk.sandbox.world.people[EDITOR].language = "uk"
    for command in ("/story", "/correct Склад стоїть"):
        (question,) = await desk.say(EDITOR, command, reply_to=copy)
        assert [b["text"] for b in buttons(question)] == ["Влучили в склад"]


async def test_the_editor_is_told_which_of_its_languages_a_correction_leaves_out(
    desk: Newsroom,
) -> None:
    copy = await in_a_digest_in_both(desk)
    await desk.say(EDITOR, "/correct The depot stands", reply_to=copy)
    await desk.tap(EDITOR, "A depot was hit")
    assert "The Ukrainian text falls away unless you add it" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, "Склад стоїть")
    assert "falls away" not in desk.last(EDITOR)


async def test_or_found_by_its_words(desk: Newsroom, now: datetime) -> None:
    async with desk.database.write() as session:
        await tell(session, "Power is back in Kharkiv", "energy", at=now)
    (found,) = await desk.say(EDITOR, "/story Kharkiv")
    assert [b["text"] for b in buttons(found)] == ["Power is back in Kharkiv"]
    (nothing,) = await desk.say(EDITOR, "/story Reykjavik")
    assert "I found no story there" in nothing["text"]
    (how,) = await desk.say(EDITOR, "/story")
    assert "Reply to a digest with /story" in how["text"]


@pytest.mark.parametrize(
    ("label", "standing", "severity"),
    [
        ("Confirmed", Standing.CONFIRMED, Severity.PRIORITY),
        ("Disputed", Standing.DISPUTED, Severity.PRIORITY),
        ("Flash", Standing.DEVELOPING, Severity.FLASH),
        ("Routine", Standing.DEVELOPING, Severity.ROUTINE),
    ],
)
async def test_what_an_editor_says_is_told_from_now_on_and_audited(
    desk: Newsroom, label: str, standing: Standing, severity: Severity
) -> None:
    await opened(desk)
    await desk.tap(EDITOR, label)
    found, words = await kept(desk)
    assert (found.revision, found.standing, found.severity) == (2, standing, severity)
    assert (words.standing, words.severity) == (standing, severity)
    assert (found.judged_standing, found.judged_severity) == (
        Standing.DEVELOPING,
        Severity.PRIORITY,
    )
    assert "set by an editor; the rule says: " in desk.screen(EDITOR)[-1]["text"]
    assert (await desk.audited())[-1].startswith("judge_")


async def test_it_is_given_back_to_the_rule(desk: Newsroom) -> None:
    await opened(desk)
    await desk.tap(EDITOR, "Disputed")
    await desk.tap(EDITOR, "Standing by the rule")
    found, words = await kept(desk)
    assert (found.set_standing, found.standing, words.standing) == (
        None,
        Standing.DEVELOPING,
        Standing.DEVELOPING,
    )


async def test_a_stale_tap_changes_nothing(desk: Newsroom) -> None:
    await opened(desk)
    page = desk.screen(EDITOR)[-1]
    data = next(b["callback_data"] for b in buttons(page) if b["text"] == "Disputed")
    await desk.tap(EDITOR, "Confirmed")
    assert "Somebody changed it meanwhile" in await desk.tap_data(EDITOR, page, data)
    found, _ = await kept(desk)
    assert found.standing is Standing.CONFIRMED


async def test_what_a_correction_said_stands(desk: Newsroom) -> None:
    await opened(desk, standing=Standing.CORRECTED)
    page = desk.screen(EDITOR)[-1]
    assert "that stands" in page["text"]
    assert [b["text"] for b in buttons(page)] == ["Correct", "Withdraw"]
    assert "already decided" in await desk.tap_data(EDITOR, page, "story_standing:1:1:confirmed")


@pytest.mark.parametrize(
    ("who", "why"), [(READER, "owners appointed"), (REVIEWER, "That is for editors")]
)
@pytest.mark.parametrize(
    "data",
    [
        "story:1",
        "story_standing:1:1:confirmed",
        "story_severity:1:1:flash",
        "story_correct:1:1",
        "story_retract:1:1",
    ],
)
async def test_nobody_else_judges_a_story(desk: Newsroom, who: int, why: str, data: str) -> None:
    await opened(desk)
    (greeting,) = await desk.say(who, "/help")
    assert why in await desk.tap_data(who, greeting, data)
    found, _ = await kept(desk)
    assert found.revision == 1


async def test_a_story_is_put_right_and_withdrawn_from_its_page(desk: Newsroom) -> None:
    """However it was found, and in every digest that told it."""
    await opened(desk)
    page = desk.screen(EDITOR)[-1]
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, "A warehouse was hit\nIt was empty.")
    await desk.tap(EDITOR, "Correct 1 copy")
    found, words = await kept(desk)
    assert (found.standing, words.title) == (Standing.CORRECTED, "A warehouse was hit")
    assert "Somebody changed it" in await desk.tap(EDITOR, "Withdraw", message=page)
    await desk.tap_data(EDITOR, page, "story:1")
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "Its source took it back.")
    assert "The digest above says so now." in desk.screen(EDITOR)[-2]["text"]
    await desk.tap(EDITOR, "Withdraw 1 copy")
    assert (await kept(desk))[0].standing is Standing.RETRACTED
    await desk.tap_data(EDITOR, page, "story:1")
    shown = next(m for m in desk.screen(EDITOR) if m["message_id"] == page["message_id"])
    assert buttons(shown) == []


@pytest.mark.parametrize(
    "data",
    [
        "story:x",
        "story_correct:1:9",
        "story_standing:1:1:retracted",
        "story_severity:1:1:loud",
        "story:99999",
    ],
)
async def test_forged_data_is_refused(desk: Newsroom, data: str) -> None:
    await opened(desk)
    assert await desk.tap_data(EDITOR, desk.screen(EDITOR)[-1], data)
    found, _ = await kept(desk)
    assert (found.revision, found.standing) == (1, Standing.DEVELOPING)
