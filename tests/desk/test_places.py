"""Places of an alert: proposed, chosen by buttons, named in words, and shown to readers in their language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from digests.alerts.alert import Alert, AlertRevision
from digests.vocabulary import Language
from tests.alerts.builders import EDITOR, READER
from tests.chat.stories import tell
from tests.desk.conftest import READERS
from tests.desk.newsroom import Newsroom, buttons, labels
from tests.desk.test_languages import speaking

TEXT = "/breaking Missiles hit a depot in Kharkiv region\nMoscow denies it. Chuhuiv has no light."


async def places(desk: Newsroom) -> list[str]:
    async with desk.database.read() as session:
        newest = select(AlertRevision.places).order_by(AlertRevision.revision.desc())
        return (await session.scalars(newest)).first() or []


def card(desk: Newsroom) -> dict[str, Any]:
    """The editor's newest message with buttons: questions and refusals have none."""
    return next(message for message in reversed(desk.screen(EDITOR)) if buttons(message))


async def test_places_are_proposed_and_shown_to_the_editor_and_to_each_reader_in_their_language(
    desk: Newsroom,
) -> None:
    await speaking(desk, READERS[0], Language.UKRAINIAN)
    await desk.say(EDITOR, TEXT)
    preview, controls = desk.screen(EDITOR)[-2:]
    assert "Places: Kharkiv region, Chuhuiv" in controls["text"]
    assert "Kharkiv region, Chuhuiv · " in preview["text"]
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    assert "Харківська область, Чугуїв · " in desk.screen(READERS[0])[0]["text"]
    assert "Kharkiv region, Chuhuiv · " in desk.screen(READERS[1])[0]["text"]


async def test_an_alert_that_names_no_place_looks_as_it_did(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking Missile strikes reported, officials say")
    preview, controls = desk.screen(EDITOR)[-2:]
    assert "Places: —" in controls["text"]
    assert preview["text"].rsplit("\n", 1)[1].count(" · ") == 1


async def test_places_are_taken_away_chosen_from_those_named_and_added_in_words(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Places")
    offered = [label for label in labels(desk.screen(EDITOR))[-1] if "place" not in label]
    assert offered == ["✓ Kharkiv region", "✓ Chuhuiv", "Moscow", "Done"]
    await desk.tap(EDITOR, "✓ Kharkiv region")
    await desk.tap(EDITOR, "Moscow")
    assert await places(desk) == ["Chuhuiv", "Moscow"]
    await desk.tap(EDITOR, "Add a place")
    await desk.restart()
    refused = (await desk.say(EDITOR, "Vovchanks"))[-1]["text"]
    assert "I know no place called “Vovchanks”." in refused
    assert "Similar names: Vovchansk." in refused
    await desk.say(EDITOR, "вовчанськ, полтава")
    assert await places(desk) == ["Chuhuiv", "Moscow", "Vovchansk", "Poltava"]
    await desk.tap(EDITOR, "Add a place")
    assert "At most 5 places fit" in (await desk.say(EDITOR, "Sumy, Odesa"))[-1]["text"]
    assert await places(desk) == ["Chuhuiv", "Moscow", "Vovchansk", "Poltava"]
    await desk.say(EDITOR, "Odesa")
    await desk.tap(EDITOR, "✓ Moscow")
    await desk.tap(EDITOR, "Done")
    assert "Places: Chuhuiv, Vovchansk, Poltava, Odesa" in card(desk)["text"]
    assert (await desk.audited()).count("places") == 5


async def test_the_log_says_which_places_were_set(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Places")
    await desk.tap(EDITOR, "✓ Kharkiv region")
    await desk.say(EDITOR, "/audit")
    assert "places set: alert 1 · Chuhuiv" in desk.last(EDITOR)


async def test_readers_and_forged_or_stale_buttons_change_no_place(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    shown = desk.screen(EDITOR)[-1]
    await desk.tap_data(READER, shown, "alert_at:1:1:Moscow")
    for place in ("Lviv", "", "x" * 40, "<b>"):
        await desk.tap_data(EDITOR, shown, f"alert_at:1:1:{place}")
    assert await places(desk) == ["Kharkiv region", "Chuhuiv"]
    await desk.tap(EDITOR, "Places")
    await desk.tap(EDITOR, "Moscow")
    assert "changed" in await desk.tap_data(EDITOR, shown, "alert_at:1:1:Chuhuiv")
    assert await places(desk) == ["Kharkiv region", "Chuhuiv", "Moscow"]


async def test_a_new_text_an_update_and_a_correction_bring_their_own_places(desk: Newsroom) -> None:
    await desk.say(EDITOR, TEXT)
    await desk.tap(EDITOR, "Edit text")
    await desk.say(EDITOR, "Missiles hit a depot in Sumy\nIt burns.")
    assert "Places: Sumy" in card(desk)["text"]
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Update the alert")
    shown = await desk.say(EDITOR, "Missiles hit depots in Sumy and Poltava\nBoth burn.")
    assert "Places: Sumy, Poltava" in shown[-1]["text"]
    await desk.tap(EDITOR, "✓ Sumy")
    assert "Places: Poltava" in desk.last(EDITOR)
    await desk.tap_data(EDITOR, desk.screen(EDITOR)[-1], "update_at:2:Lviv")
    await desk.tap(EDITOR, "Sumy")
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    assert "Poltava, Sumy · " in desk.screen(READERS[0])[0]["text"]
    await desk.tap(EDITOR, "Correct")
    await desk.say(EDITOR, "Missiles hit a depot in Poltava\nIt burns.")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    assert "\nPoltava · " in desk.screen(READERS[0])[0]["text"]


async def test_a_place_alone_is_put_right_and_readers_are_told_which(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking Missiles hit a depot in Sumy, Kharkiv hears it")
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Correct")
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    assert "Nothing is changed yet" in desk.last(EDITOR)
    assert not [label for label in labels(desk.screen(EDITOR))[-1] if label.startswith("Correct")]
    shown = desk.screen(EDITOR)[-1]
    assert "Nothing is changed yet" in await desk.tap_data(EDITOR, shown, "amend_send:1")
    await desk.tap(EDITOR, "✓ Kharkiv")
    copy, note = desk.screen(EDITOR)[-3:-1]
    assert "Earlier we named the place: Kharkiv" in copy["text"]
    assert "We named the place: Kharkiv\nRight is: Sumy" in note["text"]
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    assert [m["text"] for m in desk.screen(READERS[0])] == [copy["text"], note["text"]]


async def test_a_correction_and_an_update_take_a_place_that_nothing_named(desk: Newsroom) -> None:
    await desk.say(EDITOR, "/breaking Missiles hit a depot in Sumy")
    await desk.tap(EDITOR, "Send to 3")
    await desk.deliver()
    await desk.tap(EDITOR, "Correct")
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    await desk.tap(EDITOR, "Add a place")
    assert "Where did it happen?" in desk.last(EDITOR)
    (refused,) = await desk.say(EDITOR, "Okhtyrkka")
    assert "Similar names: Okhtyrka" in refused["text"]
    shown = await desk.say(EDITOR, "охтирка")
    assert "Earlier we did not name the place: Okhtyrka" in shown[-3]["text"]
    assert "Missiles hit a depot in Sumy\nWe did not name the place: Okhtyrka" in shown[-2]["text"]
    await desk.tap(EDITOR, "✓ Sumy")
    await desk.tap(EDITOR, "Correct 3 copies")
    await desk.deliver()
    assert "\nOkhtyrka · " in desk.screen(READERS[0])[0]["text"]
    await desk.tap(EDITOR, "Update the alert")
    await desk.say(EDITOR, "Missiles hit two depots\nBoth burn.")
    await desk.tap(EDITOR, "Add a place")
    shown = await desk.say(EDITOR, "Trostianets")
    assert "Places: Okhtyrka, Trostianets" in shown[-1]["text"]
    await desk.tap(EDITOR, "Edit quietly")
    await desk.deliver()
    assert "Okhtyrka, Trostianets · " in desk.screen(READERS[0])[0]["text"]


async def test_a_place_typed_for_what_was_sent_or_discarded_meanwhile_changes_nothing(
    desk: Newsroom,
) -> None:
    await desk.say(EDITOR, "/breaking Missiles hit a depot in Sumy")
    await desk.tap(EDITOR, "Send to 3")
    await desk.tap(EDITOR, "Correct")
    await desk.tap(EDITOR, "Only the label or a place was wrong")
    shown = desk.screen(EDITOR)[-1]
    await desk.tap(EDITOR, "Add a place")
    await desk.tap(EDITOR, "Discard")
    await desk.say(EDITOR, "Lviv")
    assert await places(desk) == ["Sumy"]
    await desk.tap_data(EDITOR, shown, "amend_where:1")
    await desk.tap_data(READER, shown, "amend_where:1")
    assert (await desk.audited())[-3:] == ["refused place", *["refused ask_place"] * 2]


async def test_the_story_is_the_one_where_the_editor_says_that_it_happened(desk: Newsroom) -> None:
    async with desk.database.write() as session:
        at = desk.clock.now - timedelta(hours=2)
        title = "Fuel depot near Luhansk burns after a missile strike"
        story = await tell(session, title, "strikes", at=at, lead="Firefighters fight the flames.")
        story.places = ["Luhansk"]
    await desk.say(EDITOR, "/breaking Missiles hit a fuel depot\nThe depot near Luhansk burns.")
    assert "Belongs to: Fuel depot near Luhansk" in desk.last(EDITOR)
    await desk.tap(EDITOR, "Places")
    await desk.tap(EDITOR, "Add a place")
    await desk.say(EDITOR, "Херсон")
    await desk.tap(EDITOR, "✓ Luhansk")
    assert "Belongs to" not in card(desk)["text"]
    async with desk.database.read() as session:
        assert (await session.scalars(select(Alert))).one().story_id is None
    assert "✓ Kherson" in [button["text"] for button in buttons(card(desk))]
