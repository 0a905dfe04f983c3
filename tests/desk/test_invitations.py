"""A link opens the desk to whoever taps it first, once, and the owner hears of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.alerts.builders import EDITOR, OWNER, READER, REVIEWER
from tests.desk.newsroom import Newsroom


async def link(desk: Newsroom, role: str = "editor") -> str:
    """The /start words of a new invitation."""
    await desk.say(OWNER, "/editors")
    await desk.tap(OWNER, f"Link for {'a' if role == 'reviewer' else 'an'} {role}")
    found = re.search(r"\?start=(desk_[A-Za-z0-9_-]{32})\b", desk.last(OWNER))
    assert found, desk.last(OWNER)
    return f"/start {found[1]}"


@pytest.mark.parametrize("role", ["editor", "reviewer"])
async def test_whoever_opens_it_works_at_the_desk_and_the_owner_is_told(
    desk: Newsroom, role: str
) -> None:
    start = await link(desk, role)
    (welcome,) = await desk.say(READER, start)
    assert "Welcome to the desk." in welcome["text"]
    assert f"You are {'a' if role == 'reviewer' else 'an'} {role}" in welcome["text"]
    await desk.deliver()
    assert f"{READER} opened your link and is" in desk.last(OWNER)
    assert "The desk" in (await desk.say(READER, "/desk"))[0]["text"]
    await desk.tap(OWNER, f"Remove {READER}")
    assert "appointed" in (await desk.say(READER, "/desk"))[0]["text"]


async def test_an_owner_who_never_chose_a_language_hears_the_one_spoken_at_the_desk(
    desk: Newsroom,
) -> None:
    start = await link(desk, "editor")
    desk.sandbox.world.people[READER].language = "uk"
    await desk.say(READER, start)
    await desk.deliver()
    assert "роль — редактор" in desk.last(OWNER)
    # From the first card on it is the desk's: of whoever wrote it.
    await desk.say(EDITOR, "/breaking Missile strikes reported on a depot near Luhansk")
    await desk.say(REVIEWER, await link(desk, "editor"))
    await desk.deliver()
    assert "opened your link and is an editor now" in desk.last(OWNER)


async def test_a_used_link_is_refused_with_a_reason(desk: Newsroom) -> None:
    start = await link(desk)
    await desk.say(READER, start)
    desk.sandbox.add_user(77, "Somebody")
    (answer,) = await desk.say(77, start)
    assert answer["text"].startswith("This link was used already")
    assert "refused join" in await desk.audited()
    assert "appointed" in (await desk.say(77, "/desk"))[0]["text"]


async def test_a_revoked_and_an_expired_link_are_refused(desk: Newsroom) -> None:
    first, second = await link(desk), await link(desk)
    await desk.tap(OWNER, "Revoke it")
    assert (await desk.say(READER, second))[0]["text"].startswith("This link was revoked")
    desk.clock.set_by(timedelta(hours=24))
    assert (await desk.say(READER, first))[0]["text"].startswith("This link has expired")


async def test_an_owner_who_tries_the_link_does_not_spoil_it(desk: Newsroom) -> None:
    start = await link(desk)
    assert "every door is open to you" in (await desk.say(OWNER, start))[-1]["text"]
    assert "Welcome to the desk" in (await desk.say(READER, start))[0]["text"]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (EDITOR, "Only the owners may do that."),
        (REVIEWER, "Only the owners may do that."),
        (READER, "Only people whom the owners appointed may do that."),
    ],
)
async def test_only_owners_make_links(desk: Newsroom, who: int, why: str) -> None:
    await desk.say(who, "/start")
    message = desk.screen(who)[-1]
    toast = await desk.tap_data(who, message, "invite:editor")
    assert toast == why


async def test_a_link_that_is_not_whole_says_so(desk: Newsroom) -> None:
    (answer,) = await desk.say(READER, "/start desk_4f")
    assert answer["text"].startswith("I know no such link.")


async def test_nobody_is_invited_as_owner(desk: Newsroom) -> None:
    await desk.say(OWNER, "/editors")
    toast = await desk.tap_data(OWNER, desk.screen(OWNER)[-1], "invite:owner")
    assert toast == "That is not there, or not there any more."


async def test_the_link_never_stands_in_a_group_or_in_the_log(desk: Newsroom) -> None:
    group = -100500
    desk.sandbox.add_group(group, "Newsroom", members={OWNER: "creator"})
    desk.sandbox.add_bot_to(group, by=OWNER)
    await desk.heed()
    await desk.say(OWNER, "/editors", chat_id=group)
    await desk.tap_data(OWNER, desk.screen(group)[-1], "invite:editor")
    assert not [m for m in desk.screen(group) if "start=desk_" in m["text"]]
    code = desk.last(OWNER).partition("start=desk_")[2]
    assert len(code) == 32
    (log,) = await desk.say(EDITOR, "/audit")
    assert "invited by a link: invitation 1 · editor" in log["text"]
    assert code not in log["text"]
