"""Readers' journeys, in both languages: each thing asked for gets a clear answer and has its effect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from digests.audience.manner import Manner
from digests.audience.said_times import Time
from digests.audience.schedule import times_of
from digests.audience.subscribe import find, topics_of
from digests.audience.subscriber import EmptyDay, Subscriber, SubscriberState
from digests.outbox.dispatch import Dispatch, DispatchState
from digests.outbox.tally import tally
from digests.vocabulary import Language
from tests.chat.conftest import OLENA, PETER, Conversation, data_of, labels
from tests.chat.stories import tell

BOTH = pytest.mark.parametrize("who", [OLENA, PETER])


async def row_of(talk: Conversation, chat_id: int) -> Subscriber | None:
    async with talk.database.read() as session:
        return await find(session, chat_id)


async def kept_by(talk: Conversation, chat_id: int) -> tuple[set[str], tuple[Time, ...]]:
    async with talk.database.read() as session:
        row = await find(session, chat_id)
        assert row is not None
        return set(await topics_of(session, row)), await times_of(session, row)


def text(messages: list[dict[str, object]]) -> str:
    return "\n".join(str(message.get("text", "")) for message in messages)


@BOTH
async def test_start_says_what_this_is_and_keeps_nothing(talk: Conversation, who: int) -> None:
    (welcome,) = await talk.say(who, "/start")
    assert "/privacy" in welcome["text"]
    assert await row_of(talk, who) is None


async def test_a_newcomer_chooses_by_buttons_in_ukrainian(talk: Conversation) -> None:
    (welcome,) = await talk.say(OLENA, "/start")
    await talk.press(OLENA, welcome, "Вибрати теми")
    page = talk.last(OLENA)
    toast = await talk.press(OLENA, page, "Енергетика")
    assert toast is not None
    assert toast["text"] == "Додано: Енергетика"
    page = talk.last(OLENA)
    assert "✓ Енергетика" in labels(page)
    assert "Вибрано 1 тему." in page["text"]
    assert "Київ — моє припущення." in page["text"]
    assert await kept_by(talk, OLENA) == ({"energy"}, (Time(480),))
    await talk.press(OLENA, page, "Ще теми →")
    assert "← Назад" in labels(talk.last(OLENA))
    await talk.press(OLENA, talk.last(OLENA), "← Назад")
    await talk.press(OLENA, talk.last(OLENA), "✓ Енергетика")
    assert (await kept_by(talk, OLENA))[0] == set()
    assert len(talk.from_bot(OLENA)) == 1, "a page is turned in its place"


async def test_two_taps_at_once_lose_neither(talk: Conversation) -> None:
    (page,) = await talk.say(PETER, "/topics")
    for data in ("topic:energy:0", "topic:strikes:0"):
        await talk.tap(PETER, page, data)
    assert (await kept_by(talk, PETER))[0] == {"energy", "strikes"}


async def test_words_subscribe_and_a_wrong_one_brings_the_nearest(talk: Conversation) -> None:
    (answer,) = await talk.say(PETER, "/subscribe energy, war crimes diplomasy watermelon")
    assert "Added: Energy, War crimes" in answer["text"]
    assert "diplomasy" in answer["text"]
    assert "Diplomacy" in labels(answer)
    await talk.press(PETER, answer, "Diplomacy")
    assert (await kept_by(talk, PETER))[0] == {"energy", "war-crimes", "diplomacy"}
    (answer,) = await talk.say(PETER, "/unsubscribe energy nuclear")
    assert "Dropped: Energy" in answer["text"]
    await talk.press(PETER, answer, "Undo: Energy")
    assert "energy" in (await kept_by(talk, PETER))[0]
    (answer,) = await talk.say(PETER, "/subscribe all")
    assert len((await kept_by(talk, PETER))[0]) == len(talk.topics.names)


@pytest.mark.parametrize(
    ("who", "said", "part"),
    [
        (PETER, "/time 08:30 20:00", "08:30 and 20:00"),
        (PETER, "/time mon-fri 7:45", "07:45 on weekdays"),
        (PETER, "/time 8am", "08:00"),
        (OLENA, "/time 8.30", "08:30"),
        (OLENA, "/time 8 у будні 10 у вихідні", "08:00 у будні та 10:00 у вихідні"),
        (OLENA, "/time пн ср 9", "09:00 (пн, ср)"),
    ],
)
async def test_times_are_said_back_as_they_were_understood(
    talk: Conversation, who: int, said: str, part: str
) -> None:
    (answer,) = await talk.say(who, said)
    assert part in answer["text"]


async def test_times_by_buttons_and_none_at_all(talk: Conversation) -> None:
    await talk.say(PETER, "/subscribe energy")
    (page,) = await talk.say(PETER, "/time")
    assert "✓ 08:00" in labels(page)
    await talk.press(PETER, page, "21:00")
    await talk.press(PETER, talk.last(PETER), "✓ 08:00")
    assert await kept_by(talk, PETER) == ({"energy"}, (Time(21 * 60),))
    await talk.press(PETER, talk.last(PETER), "No digest")
    assert (await kept_by(talk, PETER))[1] == ()
    (answer,) = await talk.say(PETER, "/time off")
    assert "/digest" in answer["text"]


@pytest.mark.parametrize("said", ["/time soon", "/time 25:00", "/time 1 2 3 4 5 6 7", "/time 🕗"])
async def test_a_time_that_is_none_changes_nothing_and_is_answered(
    talk: Conversation, said: str
) -> None:
    await talk.say(PETER, "/subscribe energy")
    assert await talk.say(PETER, said)
    assert (await kept_by(talk, PETER))[1] == (Time(480),)


@pytest.mark.parametrize(
    ("who", "said", "zone", "shown"),
    [
        (OLENA, "/timezone у Львові", "Europe/Kyiv", "Львів"),
        (OLENA, "/timezone Варшава", "Europe/Warsaw", "Варшава"),
        (PETER, "/timezone NYC", "America/New_York", "New York City"),
        (PETER, "/timezone Europe/Berlin", "Europe/Berlin", "Berlin"),
        (PETER, "/timezone utc+3", "Etc/GMT-3", "UTC+3"),
    ],
)
async def test_a_place_moves_the_times(
    talk: Conversation, who: int, said: str, zone: str, shown: str
) -> None:
    await talk.say(who, "/subscribe energy")
    (answer,) = await talk.say(who, said)
    assert shown in answer["text"]
    row = await row_of(talk, who)
    assert row is not None
    assert (row.timezone, row.timezone_said) == (zone, True)


async def test_a_location_tells_the_zone_and_nothing_else_is_kept(talk: Conversation) -> None:
    await talk.sandbox.share_location(PETER, 51.5, -0.12)
    (answer,) = await talk.answers(PETER, 0)
    assert "London" in answer["text"]
    row = await row_of(talk, PETER)
    assert row is not None
    assert row.timezone == "Europe/London"


async def test_an_unknown_place_offers_the_nearest_on_buttons(talk: Conversation) -> None:
    (answer,) = await talk.say(OLENA, "/timezone Vinnitzaja")
    await talk.press(OLENA, answer, "Вінниця, Україна")
    row = await row_of(talk, OLENA)
    assert row is not None
    assert row.timezone_said


async def test_a_digest_comes_at_once_and_the_second_time_there_is_nothing_new(
    talk: Conversation,
) -> None:
    async with talk.database.write() as session:
        await tell(session, "Grid hit in Kharkiv", "energy", at=talk.now - timedelta(hours=1))
    await talk.say(PETER, "/subscribe energy")
    assert await talk.say(PETER, "/digest") == []
    await talk.deliver()
    digest = talk.last(PETER)
    assert "Grid hit in Kharkiv" in digest["text"]
    talk.later(minutes=2)
    (answer,) = await talk.say(PETER, "/digest")
    assert "Nothing new" in answer["text"]


async def test_a_digest_of_many_topics_offers_why_and_unsubscribe_for_each(
    talk: Conversation,
) -> None:
    at = talk.now - timedelta(hours=1)
    async with talk.database.write() as session:
        for number, topic in enumerate(("energy", "strikes", "cyber", "nuclear")):
            await tell(session, f"Event {number}", topic, at=at)
    await talk.say(OLENA, "/subscribe energy strikes cyber nuclear")
    await talk.say(OLENA, "/digest")
    await talk.deliver()
    digest = talk.last(OLENA)
    (data,) = [data_of(digest, label) for label in labels(digest) if "?" in label]
    await talk.tap(OLENA, digest, data)
    page = talk.last(OLENA)
    assert labels(page).count("Відписатися") == 4
    await talk.tap(OLENA, page, "unsub:cyber")
    assert (await kept_by(talk, OLENA))[0] == {"energy", "strikes", "nuclear"}


async def test_a_digest_without_topics_asks_for_one(talk: Conversation) -> None:
    (answer,) = await talk.say(PETER, "/digest")
    assert "Choose topics" in labels(answer)


async def test_latest_and_search_find_stories_by_topic_and_by_inflected_words(
    talk: Conversation,
) -> None:
    at = talk.now - timedelta(hours=1)
    async with talk.database.write() as session:
        await tell(session, "Grid hit <b>& burning</b>", "energy", at=at, lead="Power is out.")
        await tell(session, "У Харкові горить лікарня", "strikes", at=at, language="uk")
    assert "Grid hit <b>& burning</b>" in text(await talk.say(PETER, "/latest energy"))
    assert "лікарня" not in text(await talk.say(PETER, "/latest energy"))
    assert "лікарня" in text(await talk.say(PETER, "/latest"))
    assert "горить лікарня" in text(await talk.say(OLENA, "/search харків лікарні"))
    assert "Grid hit" in text(await talk.say(PETER, "/search hits grids"))
    assert "Nothing found" in text(await talk.say(PETER, "/search grid elephant"))
    assert "Diplomacy" in labels((await talk.say(PETER, "/latest diplomasy"))[0])


@BOTH
async def test_pause_resume_and_stop_do_so_at_once_and_say_the_way_back(
    talk: Conversation, who: int
) -> None:
    await talk.say(who, "/subscribe energy")
    (answer,) = await talk.say(who, "/pause 3")
    row = await row_of(talk, who)
    assert row is not None
    assert row.state is SubscriberState.PAUSED
    assert row.paused_until == talk.now + timedelta(days=3)
    await talk.tap(who, answer, data_of(answer, labels(answer)[0]))
    row = await row_of(talk, who)
    assert row is not None
    assert row.state is SubscriberState.ACTIVE
    (answer,) = await talk.say(who, "/stop")
    assert "/resume" in answer["text"]
    row = await row_of(talk, who)
    assert row is not None
    assert (row.state, row.paused_until) == (SubscriberState.PAUSED, None)


async def test_everything_can_be_set_with_buttons(talk: Conversation) -> None:
    await talk.say(PETER, "/subscribe energy")
    (page,) = await talk.say(PETER, "/settings")
    for path in (
        ["Breaking news", "▪︎ Priority: with a sound", "▪︎ Priority: silently", "← All settings"],
        ["A day without news", "Stay silent"],
        ["Quiet hours", "22:00–07:00", "⚡ Flash: with a sound", "← All settings"],
        ["Language", "Українська"],
    ):
        for label in path:
            await talk.press(PETER, talk.last(PETER), label)
    row = await row_of(talk, PETER)
    assert row is not None
    assert row.empty_day is EmptyDay.SILENT
    assert row.alerts == (Manner.SILENT, Manner.NONE, Manner.SOUND)
    assert row.at_night == (Manner.HOLD, Manner.SILENT, Manner.SILENT)
    assert (row.quiet_from, row.quiet_until) == (22 * 60, 7 * 60)
    assert row.language is Language.UKRAINIAN
    shown = talk.last(PETER)
    assert shown["message_id"] == page["message_id"]
    assert "22:00–07:00" in shown["text"]
    assert "Налаштування" in shown["text"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/language uk", "Відтепер я спілкуюся тут українською."),
        ("/language українська", "Відтепер я спілкуюся тут українською."),
        ("/language en-GB", "From now on I speak English here."),
        ("/language klingon", "I speak none called “klingon”."),
        ("/language Ukranian", "Perhaps: /language uk"),
    ],
)
async def test_a_language_is_said_by_word_and_an_unknown_one_shows_the_buttons(
    talk: Conversation, said: str, answer: str
) -> None:
    (heard,) = await talk.say(PETER, said)
    assert answer in heard["text"]
    if "speak none" in heard["text"]:
        assert {"Українська", "English"} <= set(labels(heard))
    else:
        row = await row_of(talk, PETER)
        assert row is not None
        assert row.language is (Language.ENGLISH if "English" in answer else Language.UKRAINIAN)


async def test_a_page_asked_for_under_a_digest_leaves_the_digest_in_place(
    talk: Conversation,
) -> None:
    (answer,) = await talk.say(PETER, "/subscribe energy")
    await talk.tap(PETER, answer, "topics")
    await talk.tap(PETER, answer, "settings")
    assert talk.from_bot(PETER)[0]["text"] == answer["text"]
    assert len(talk.from_bot(PETER)) == 3


async def test_the_export_holds_what_was_set_and_forgetting_leaves_nothing(
    talk: Conversation,
) -> None:
    await talk.say(OLENA, "/subscribe energy")
    (file,) = await talk.say(OLENA, "/export")
    held = json.loads(talk.sandbox.world.files[file["document"]["file_id"]].data)
    assert held["topics"] == ["energy"]
    (question,) = await talk.say(OLENA, "/forget")
    await talk.press(OLENA, question, "Ні, залишити")
    assert await row_of(talk, OLENA) is not None
    (question,) = await talk.say(OLENA, "/forget")
    await talk.press(OLENA, question, "Так, стерти")
    assert await row_of(talk, OLENA) is None
    assert "Стерто" in talk.last(OLENA)["text"]
    (answer,) = await talk.say(OLENA, "/export")
    assert "document" not in answer


async def test_what_waits_for_a_forgotten_chat_is_cancelled_and_the_ledger_still_adds_up(
    talk: Conversation,
) -> None:
    async with talk.database.write() as session:
        await tell(session, "Grid hit in Kharkiv", "energy", at=talk.now - timedelta(hours=1))
    await talk.say(PETER, "/subscribe energy")
    await talk.say(PETER, "/digest")
    (question,) = await talk.say(PETER, "/forget")
    await talk.press(PETER, question, "Yes, erase")
    await talk.deliver()
    assert not any("Grid hit" in message["text"] for message in talk.from_bot(PETER))
    async with talk.database.read() as session:
        (dispatch,) = (await session.scalars(select(Dispatch))).all()
        assert (dispatch.state, dispatch.chat_id) == (DispatchState.CANCELLED, None)
        counted = await tally(session, dispatch.id)
        assert counted.audience == counted.cancelled + counted.passed_over == 1


@pytest.mark.parametrize(
    ("payload", "part", "topics"),
    [
        ("nuclear", "Added: Nuclear", {"energy", "nuclear"}),
        ("why_energy", "because of the words", {"energy"}),
        ("unsub_energy", "Dropped: Energy", set()),
        ("unsub_nuclear", "did not read", {"energy"}),
        ("why_nothing", "/topics", {"energy"}),
        ("nonsense", "Settings", {"energy"}),
        ("unsub_", "", {"energy"}),
    ],
)
async def test_links_from_elsewhere(
    talk: Conversation, payload: str, part: str, topics: set[str]
) -> None:
    await talk.say(PETER, "/subscribe energy")
    (answer,) = await talk.say(PETER, f"/start {payload}")
    assert part in answer["text"]
    assert (await kept_by(talk, PETER))[0] == topics


@pytest.mark.parametrize(
    ("who", "said", "label"),
    [
        (OLENA, "енергетика", "Енергетика"),
        (OLENA, "у Києві", "Київ, Україна"),
        (OLENA, "о 8 вечора", "Так"),
        (PETER, "london", "London, United Kingdom"),
        (PETER, "8:30 and 20:00", "Yes"),
        (PETER, "diplomasy", "Diplomacy"),
        (PETER, "hello there, how are you doing today my dear friend?", "What can you do?"),
        (OLENA, "так", "Що ти вмієш?"),
        (PETER, "/setings", None),
        (PETER, "/", None),
    ],
)
async def test_free_words_are_understood_or_kindly_not(
    talk: Conversation, who: int, said: str, label: str | None
) -> None:
    (answer,) = await talk.say(who, said)
    assert label is None or label in labels(answer)


@pytest.mark.parametrize(("who", "said"), [(PETER, "Stop!"), (OLENA, "стоп")])
async def test_the_plain_word_stops_too(talk: Conversation, who: int, said: str) -> None:
    await talk.say(who, "/subscribe energy")
    (answer,) = await talk.say(who, said)
    assert "/resume" in answer["text"]
    row = await row_of(talk, who)
    assert row is not None
    assert row.state is SubscriberState.PAUSED


async def test_times_in_a_sentence_are_set_by_one_tap(talk: Conversation) -> None:
    (answer,) = await talk.say(PETER, "8:30 and 20:00 on weekdays")
    await talk.press(PETER, answer, "Yes")
    assert (await kept_by(talk, PETER))[1] == (Time(510, 31), Time(1200, 31))


async def test_pictures_and_forwarded_things_get_a_short_kind_answer(talk: Conversation) -> None:
    await talk.sandbox.send_photo(PETER, "look")
    (answer,) = await talk.answers(PETER, 0)
    assert "only words" in answer["text"]
    (answer,) = await talk.say(PETER, "Buy cheap watches", forward_from=OLENA)
    assert "only words" in answer["text"]


def hostile() -> Iterator[str]:
    yield from ("A" * 4000, "🎉" * 1000, "\u202e\u2066evil\u2069", "'; DROP TABLE subscriber; --")
    yield from (
        "<b><i>&amp;</b>",
        "{{ 7*7 }} {% for %}",
        "\x00\x07\x1b[31m",
        "%s %d %(x)s",
        "\n\n\t",
        "-1",
    )


async def test_any_text_after_a_command_gets_one_clear_answer(talk: Conversation) -> None:
    for command in ("subscribe", "time", "timezone", "latest", "search", "pause"):
        for said in hostile():
            answers = await talk.say(PETER, f"/{command} {said}")
            assert len(answers) == 1, (command, said[:20])
            assert "code" not in answers[0]["text"], (command, said[:20])


FORGED = (
    "topic", "topic:nothing:0", "topics:-1", "topics:x:y", "hour:481", "hour:²", "hour:-1",
    "zone:../etc/passwd", "zone:Europe/Nowhere", "knock:flash:hold", "knock:x:silent",
    "knock_topic:nothing", "night:flash:none", "hours:1-2", "set:x:y", "set:language:ru",
    "accept:99999-1", "accept:480-0", "accept:", "pause:x", "speak:xx", "chat:1:topics:0",
    "chat:-1001:forget:yes", "chat:-100123456789:forget:yes", "latest:", "sub:'; DROP",
    "unsub:😀", "forget:yes:yes", "ask:everything", "why:<b>",
    "sections:x", "sections:0", "sections:99999999999999999999",
)  # fmt: skip


async def test_forged_buttons_change_nothing_and_are_answered(talk: Conversation) -> None:
    (answer,) = await talk.say(PETER, "/subscribe strikes")
    before = await kept_by(talk, PETER)
    for data in FORGED:
        assert await talk.tap(PETER, answer, data) is not None, data
        assert "code" not in talk.last(PETER)["text"], data
        assert await kept_by(talk, PETER) == before, data


async def test_a_schedule_is_said_in_the_readers_zone_whatever_clock_their_device_shows(
    talk: Conversation,
) -> None:
    await talk.say(PETER, "/subscribe energy")
    for said, expected in (
        ("/time 20", "Next digest: today at 20:00, Kyiv time."),
        ("/time 7", "Next digest: tomorrow at 07:00, Kyiv time."),
        ("/time sat 10", "Next digest: Saturday 28 November at 10:00, Kyiv time."),
        ("/timezone New York", "Next digest: Saturday 28 November at 10:00, New York time."),
        ("/timezone UTC+3", "Next digest: Saturday 28 November at 10:00, UTC+3."),
    ):
        (answer,) = await talk.say(PETER, said)
        assert expected in answer["text"]
        assert "date_time" not in {entity["type"] for entity in answer.get("entities", [])}


async def test_a_bare_pause_asks_for_how_long_before_anything_falls_silent(
    talk: Conversation,
) -> None:
    await talk.say(PETER, "/subscribe energy")
    (question,) = await talk.say(PETER, "/pause")
    row = await row_of(talk, PETER)
    assert row is not None
    assert row.state is SubscriberState.ACTIVE
    await talk.press(PETER, question, "Until I resume")
    row = await row_of(talk, PETER)
    assert row is not None
    assert (row.state, row.paused_until) == (SubscriberState.PAUSED, None)


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("Привіт!", "Новини про війну"),
        ("Що нового?", "Спершу виберіть тему"),
        ("допоможіть", "Що я розумію"),
        ("Дякую!", "Нема за що"),
        ("горіла лікарня", "У Харкові горить лікарня"),
    ],
)
async def test_small_talk_and_words_of_a_story_lead_on(
    talk: Conversation, said: str, part: str
) -> None:
    async with talk.database.write() as session:
        at = talk.now - timedelta(hours=1)
        await tell(session, "У Харкові горить лікарня", "strikes", at=at, language="uk")
    (answer,) = await talk.say(OLENA, said)
    assert part in answer["text"]
    assert labels(answer) or "лікарня" in part
