"""A text for each language: who reads it gets it, the others get the main one, labelled."""

from __future__ import annotations

from sqlalchemy import update

from digests.audience.subscriber import Subscriber
from digests.vocabulary import Language
from tests.alerts.builders import EDITOR
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom

TEXT = "/breaking Missile strikes reported on a depot near Luhansk"
UKRAINIAN = "Під Луганськом горить склад\nПро це кажуть посадовці."


async def speaking(desk: Newsroom, chat_id: int, language: Language) -> None:
    async with desk.database.write() as session:
        spoken = update(Subscriber).where(Subscriber.chat_id == chat_id)
        await session.execute(spoken.values(language=language))


async def test_each_reader_gets_the_text_in_their_language_and_both_are_shown_before(
    desk: Newsroom,
) -> None:
    await speaking(desk, READERS[0], Language.UKRAINIAN)
    await speaking(desk, READERS[1], Language.ENGLISH)
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, UKRAINIAN)
    english, ukrainian, card = desk.screen(EDITOR)[-3:]
    assert "Missile strikes" in english["text"]
    assert "Під Луганськом горить склад" in ukrainian["text"]
    assert "Language of the text: English, Ukrainian" in card["text"]
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    assert desk.screen(READERS[0])[0]["text"] == ukrainian["text"]
    assert desk.screen(READERS[1])[0]["text"] == english["text"]


async def test_with_one_text_the_others_get_it_labelled(desk: Newsroom) -> None:
    await speaking(desk, READERS[0], Language.UKRAINIAN)
    await desk.say(EDITOR, TEXT)
    assert "English; other readers see which language it is in" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    assert "текст англійською" in desk.screen(READERS[0])[0]["text"]


async def test_the_card_says_where_who_says_so_is_given_in_one_language_only(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, f"{TEXT}, officials say")
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, "Під Луганськом горить склад")
    lacks = "Who says so is given in English only"
    assert lacks in desk.last(EDITOR)
    await desk.tap(EDITOR, "Ukrainian text anew")
    await desk.say(EDITOR, "Під Луганськом горить склад, повідомляє ДСНС")
    card = desk.with_button(EDITOR, "Only in English")
    assert lacks not in card["text"]
    assert "Label: Unconfirmed: officials; ДСНС" in card["text"]


async def test_the_other_text_is_written_anew_or_taken_away(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, UKRAINIAN)
    await desk.tap(EDITOR, "Ukrainian text anew")
    await desk.say(EDITOR, "Вибухи під Луганськом")
    assert [m for m in desk.screen(EDITOR) if "Вибухи під Луганськом" in m["text"]]
    await desk.tap(EDITOR, "Only in English")
    assert not [m for m in desk.screen(EDITOR) if "Вибухи" in m["text"]]


async def test_newer_words_in_one_language_say_that_the_other_falls_away(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Add Ukrainian text")
    await desk.say(EDITOR, UKRAINIAN)
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    for command in ("update", "correct"):
        card = desk.with_button(EDITOR, "Correct")
        said = await desk.say(EDITOR, f"/{command} The fire is out", reply_to=card["message_id"])
        assert "The Ukrainian text falls away unless you add it" in said[-1]["text"]
        await desk.tap(EDITOR, "Discard")
