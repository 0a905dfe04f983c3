"""A long text becomes parts that Telegram takes, cut only where it may be."""

from __future__ import annotations

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.paginate import CUT, ENTITIES, PAYLOAD, TEXT, paginate, shortened, weight
from bot.rendering.render import Message
from tests.rendering.tdlib import accepted, parsed

TAG = re.compile(r"<[^>]+>")


def plain(text: str) -> str:
    return html.unescape(TAG.sub("", text))


def test_what_fits_stays_in_one_part() -> None:
    assert paginate(f"<b>one</b>\n\n{CUT}two") == ("<b>one</b>\n\ntwo",)


def test_stories_are_not_cut_but_go_on_in_the_next_part() -> None:
    stories = [f"<b>{n}</b> " + "word " * 300 for n in range(6)]
    parts = paginate("\n\n".join(CUT + story.strip() for story in stories))
    assert len(parts) == 3
    for number, part in enumerate(parts):
        assert part.startswith(f"<b>{number * 2}</b>")
        assert weight(part).text <= TEXT
    assert sum(part.count("word") for part in parts) == 1800


def test_a_quote_that_goes_on_is_closed_and_opened_again() -> None:
    lines = "".join(f"{CUT}• line {n} {'x' * 90}\n" for n in range(60)).lstrip(CUT).strip()
    parts = paginate(f"More:\n<blockquote expandable>{lines}</blockquote>")
    assert len(parts) == 2
    for part in parts:
        assert part.endswith("</blockquote>")
        assert parsed(part).words("ExpandableBlockQuote")
    assert parts[1].startswith("<blockquote expandable>• line")


def test_many_entities_make_parts_where_the_text_alone_would_fit() -> None:
    parts = paginate(CUT.join("<b>x</b> " for _ in range(200)))
    assert [weight(part).entities for part in parts] == [ENTITIES, ENTITIES, 20]


def test_long_addresses_make_parts_too() -> None:
    link = '<a href="https://example.org/' + "x" * 1900 + '">x</a>\n'
    parts = paginate(CUT.join([link] * 10))
    assert all(weight(part).payload <= PAYLOAD for part in parts)
    assert len(parts) == 3


def test_a_monstrous_story_is_shortened_with_an_ellipsis_inside_its_tags() -> None:
    (part,) = paginate("<b><i>" + "x" * 10_000 + "</i></b>")
    assert part == "<b><i>" + "x" * (TEXT - 1) + "…</i></b>"


def test_shortening_drops_tags_only_in_pairs() -> None:
    cut = shortened("<b>x</b>" * 200)
    assert cut == "<b>x</b>" * (ENTITIES - 1) + "<b>x…</b>"


names = st.sampled_from(["b", "i", "u", "s", "blockquote", "tg-spoiler"])
words = st.text(
    st.characters(exclude_characters=CUT, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=700
).map(html.escape)
nodes = st.recursive(
    words | st.just(CUT),
    lambda inner: st.tuples(names, st.lists(inner, min_size=1, max_size=5)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    ),
    max_leaves=30,
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(nodes, min_size=1, max_size=25)
    .map("".join)
    .filter(lambda t: plain(t).strip(f" \n{CUT}"))
)
def test_whatever_the_text_every_part_is_within_the_limits_and_nothing_is_lost(text: str) -> None:
    parts = paginate(text)
    for part in parts:
        cost = weight(part)
        assert cost.fits
        # Quotes in quotes are no Telegram HTML; the rest must parse.
        if "<blockquote><blockquote>" not in part and cost.text and plain(part).strip():
            parsed(re.sub(r"</?blockquote>", "", part))
    if all(weight(piece).fits for piece in text.split(CUT)) and len(parts) > 1:
        kept = "".join(plain(part) for part in parts).split()
        assert "".join(kept) == "".join(plain(text.replace(CUT, "")).split())


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_long_text_is_shortened_into_a_message_telegram_takes(text: str) -> None:
    (part,) = paginate(f"<b>{html.escape(('a' + text) * 4200)}</b>")
    assert accepted(Message(part)).text.endswith("…")
