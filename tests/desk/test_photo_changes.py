"""A photo that comes later, changes, or was wrong: every copy shows what stands, and nothing of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rendering.cover import cover
from bot.sandbox.faults import Fault
from tests.alerts.builders import EDITOR
from tests.desk.conftest import READERS
from tests.desk.newsroom import WORDS, Newsroom
from tests.desk.test_photo import SAID

# What Telegram does with a photo does not depend on the database.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

RIGHT = "Fire at a warehouse near Luhansk"
WITHDRAWN, GONE = (cover(WORDS, whole=whole).png for whole in (True, False))


def picture(desk: Newsroom, message: dict[str, Any]) -> bytes:
    """What a message shows above its words."""
    return desk.sandbox.world.files[message["photo"][-1]["file_id"]].data


async def photo(desk: Newsroom, caption: str, data: bytes, reply_to: int | None = None) -> None:
    """The editor sends one."""
    await desk.sandbox.send_photo(EDITOR, caption, picture=data, reply_to=reply_to)
    await desk.heed()


async def sent(desk: Newsroom, data: bytes | None = b"first") -> None:
    """An alert, with this photo, that reached everybody."""
    if data is None:
        await desk.say(EDITOR, f"/breaking {SAID}")
    else:
        await photo(desk, f"/breaking {SAID}", data)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()


def copies(desk: Newsroom) -> list[dict[str, Any]]:
    return [desk.screen(reader)[0] for reader in READERS]


async def test_a_withdrawn_photo_is_seen_no_more_in_any_copy(desk: Newsroom) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It shows another town.")
    shown = desk.screen(EDITOR)[-3]
    assert picture(desk, shown) == WITHDRAWN
    assert "The photo goes too" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Withdraw 3 copies")
    await desk.deliver()
    for copy in copies(desk):
        assert copy["caption"].startswith("Withdrawn at")
        assert picture(desk, copy) == WITHDRAWN
    uploads = [f for f in desk.sandbox.world.files.values() if f.data == WITHDRAWN]
    assert len(uploads) <= len(READERS) + 2


async def test_a_lost_answer_repeats_the_edit_and_the_copy_ends_the_same(desk: Newsroom) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It shows another town.")
    await desk.tap(EDITOR, "Withdraw 3 copies")
    desk.sandbox.fault(Fault("drop_answer", method="editMessageMedia", times=2))
    await desk.deliver()
    await desk.deliver()
    for copy in copies(desk):
        assert (copy["caption"][:12], picture(desk, copy)) == ("Withdrawn at", WITHDRAWN)


async def test_where_only_the_photo_was_wrong_a_card_stands_in_its_place(desk: Newsroom) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Correct")
    await desk.tap(EDITOR, "Only the photo was wrong")
    assert "The photo goes: a card that says so" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    for reader in READERS:
        copy, told = desk.screen(reader)
        assert copy["caption"].startswith(f"▪︎ Priority · {SAID}")
        assert "The photo was wrong, and is taken away." in copy["caption"]
        assert picture(desk, copy) == GONE
        assert "The photo was wrong, and is taken away." in told["text"]
        assert "Right is" not in told["text"]
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, "The fire is out near Luhansk")
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    assert {picture(desk, copy) for copy in copies(desk)} == {GONE}


async def test_words_and_photo_wrong_or_the_photo_kept_after_all(desk: Newsroom) -> None:
    await sent(desk)
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, RIGHT)
    await desk.tap(EDITOR, "The photo was wrong too")
    await desk.tap(EDITOR, "Keep the old photo")
    await desk.tap(EDITOR, "The photo was wrong too")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    for copy in copies(desk):
        assert RIGHT in copy["caption"]
        assert picture(desk, copy) == GONE


@pytest.mark.parametrize("command", ["update", "correct"])
async def test_another_photo_takes_the_old_ones_place(desk: Newsroom, command: str) -> None:
    await sent(desk)
    card = desk.with_button(EDITOR, "Correct")["message_id"]
    await photo(desk, f"/{command} {RIGHT}", b"second", card)
    assert "The new photo takes the place of the old one" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Edit quietly" if command == "update" else "Correct 3 copies")
    await desk.deliver()
    for copy in copies(desk):
        assert (RIGHT in copy["caption"], picture(desk, copy)) == (True, b"second")


async def test_an_update_with_a_photo_alone_adds_it_and_keeps_the_words(desk: Newsroom) -> None:
    group = -5
    desk.sandbox.add_group(group, "Words only")
    desk.sandbox.restrict(group, writable=True, photos=False)
    await sent(desk, None)
    await desk.tap(EDITOR, "Update the alert")
    await photo(desk, "", b"later")
    assert "The photo is added to every copy" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    for copy in copies(desk):
        assert (SAID in copy["caption"], picture(desk, copy)) == (True, b"later")


async def test_a_photo_needs_shorter_words_and_the_editor_is_told(desk: Newsroom) -> None:
    await desk.say(EDITOR, f"/breaking {SAID}\n" + "It burns. " * 90)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Update the alert")
    await photo(desk, "", b"later")
    assert desk.last(EDITOR).startswith("Under a photo at most 700 characters fit.")


async def test_a_copy_that_waited_goes_out_without_the_photo_that_was_wrong(
    desk: Newsroom,
) -> None:
    await photo(desk, f"/breaking {SAID}", b"first")
    await desk.tap(EDITOR, "Send to 3")
    await desk.tap(EDITOR, "Correct")
    await desk.tap(EDITOR, "Only the photo was wrong")
    await desk.tap(EDITOR, "Correct it")
    await desk.deliver()
    for copy in copies(desk):
        assert copy["text"].startswith(f"▪︎ Priority · {SAID}")
