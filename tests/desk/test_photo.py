"""A photo goes with its words: in the preview, to every reader, and through corrections."""

from __future__ import annotations

from typing import Any

from tests.alerts.builders import EDITOR
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons

SAID = "Missile strikes near Luhansk"


def pictured(message: dict[str, Any]) -> tuple[str, str]:
    """A message's photo and the first words of its caption."""
    return message["photo"][-1]["file_id"], message["caption"].split("\n")[0]


def card_of(desk: Newsroom) -> dict[str, Any]:
    """The newest message with buttons of a draft."""
    return desk.with_button(EDITOR, "Topics")


async def test_a_photo_with_a_caption_reaches_the_readers_as_it_was_shown(desk: Newsroom) -> None:
    await desk.sandbox.send_photo(EDITOR, f"/breaking {SAID}")
    await desk.heed()
    preview = desk.screen(EDITOR)[0]
    assert pictured(preview)[1] == f"▪︎ Priority · {SAID}"
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    for reader in READERS:
        (copy,) = desk.screen(reader)
        assert (copy["caption"], buttons(copy)) == (preview["caption"], buttons(preview))
        assert pictured(copy) == pictured(preview)
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, "Fire at a warehouse near Luhansk")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    copy, told = desk.screen(READERS[0])
    assert pictured(copy) == (pictured(preview)[0], "▪︎ Priority · Fire at a warehouse near Luhansk")
    assert "text" in told
    await desk.tap(EDITOR, "Withdraw")
    await desk.say(EDITOR, "It was not so.")
    await desk.tap(EDITOR, "Withdraw 3 copies")
    await desk.deliver()
    assert desk.screen(READERS[0])[0]["caption"].startswith("Withdrawn at")


async def test_the_photo_of_a_replied_or_forwarded_message_is_kept(desk: Newsroom) -> None:
    photo = await desk.sandbox.send_photo(EDITOR, "They sent this")
    await desk.heed()
    await desk.say(EDITOR, f"/breaking {SAID}", reply_to=photo)
    assert pictured(desk.screen(EDITOR)[-2])[1].endswith(SAID)
    await desk.say(EDITOR, "/breaking")
    source = desk.sandbox
    source.add_user(55, "Witness")
    sent = await source.send_photo(55, "Strikes near Luhansk, seen from the road")
    await source.forward(EDITOR, 55, sent)
    await desk.heed()
    assert pictured(desk.screen(EDITOR)[-2])[1].startswith("▪︎ Priority · Strikes near Luhansk")


async def test_a_photo_without_words_waits_for_them(desk: Newsroom) -> None:
    await desk.sandbox.send_photo(EDITOR, "/breaking")
    await desk.heed()
    assert "I have the photo." in desk.last(EDITOR)
    await desk.say(EDITOR, SAID)
    assert pictured(desk.screen(EDITOR)[-2])[1].endswith(SAID)


async def test_a_photo_that_answers_breaking_waits_for_its_words_too(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking")
    await desk.sandbox.send_photo(EDITOR, "")
    await desk.heed()
    assert "I have the photo." in desk.last(EDITOR)
    await desk.say(EDITOR, SAID)
    assert pictured(desk.screen(EDITOR)[-2])[1].endswith(SAID)


async def test_the_photo_can_be_left_out_and_brought_again(desk: Newsroom) -> None:
    await desk.sandbox.send_photo(EDITOR, f"/breaking {SAID}")
    await desk.heed()
    await desk.tap(EDITOR, "Without the photo")
    assert "text" in desk.screen(EDITOR)[-2]
    await desk.tap(EDITOR, "Edit text")
    await desk.sandbox.send_photo(EDITOR, "Explosions near Luhansk")
    await desk.heed()
    cards = [m for m in desk.screen(EDITOR) if "photo" in m]
    assert [pictured(m)[1] for m in cards] == ["▪︎ Priority · Explosions near Luhansk"]
    await desk.tap(EDITOR, "Send to 3", message=card_of(desk))
    await desk.deliver()
    assert pictured(desk.screen(READERS[0])[0])[1].endswith("Explosions near Luhansk")


async def test_a_caption_too_long_leaves_the_photo_out_and_says_so(desk: Newsroom) -> None:
    await desk.sandbox.send_photo(EDITOR, f"/breaking {SAID}\n" + "It burns. " * 90)
    await desk.heed()
    assert "at most 700 characters fit" in desk.screen(EDITOR)[0]["text"]
    assert "text" in desk.screen(EDITOR)[1]
    await desk.say(EDITOR, "/breaking")
    await desk.sandbox.send_photo(EDITOR, SAID)
    await desk.heed()
    await desk.tap(EDITOR, "Edit text")
    (refusal,) = await desk.say(EDITOR, "It burns. " * 90)
    assert refusal["text"].startswith("Under a photo at most 700 characters fit.")


async def test_of_an_album_the_first_photo_is_kept_and_the_rest_is_silent(desk: Newsroom) -> None:
    for number, caption in enumerate((f"/breaking {SAID}", "", "")):
        photo = desk.sandbox.world.keep_file("photo.png", "image/png", b"x")
        await desk.sandbox.push_update(
            {
                "message": {
                    "message_id": 9000 + number,
                    "date": 1,
                    "chat": {"id": EDITOR, "type": "private", "first_name": "Eve"},
                    "from": {"id": EDITOR, "is_bot": False, "first_name": "Eve"},
                    "media_group_id": "77",
                    "photo": [
                        {"file_id": photo.id, "file_unique_id": photo.id, "width": 1, "height": 1}
                    ],
                    **({"caption": caption} if caption else {}),
                }
            }
        )
    await desk.heed()
    said, preview, _ = desk.screen(EDITOR)
    assert "An album: I keep its first photo." in said["text"]
    assert pictured(preview)[1].endswith(SAID)
