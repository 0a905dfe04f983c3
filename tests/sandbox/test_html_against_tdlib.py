"""TDLib itself judges the sandbox's HTML: same verdict, same words of refusal, same text and entities."""

from __future__ import annotations

import json
import random
from html import escape
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.sandbox import content
from bot.sandbox.entities import Entity
from bot.sandbox.html import parse_html
from bot.sandbox.refusal import BadRequest

tdjson = pytest.importorskip("tdjson")
tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')

TYPES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
}
TAGS = (
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote",
    "tg-spoiler", "B", "Blockquote",
)  # fmt: skip
OPENERS = (
    '<a href="https://example.com/x?y=1&amp;z=2">', "<a href='tg://user?id=42'>", "<a>",
    '<a href="javascript:alert(1)">', '<a href="ftp://e.com">', '<a href="http://localhost/x">',
    '<a href="mailto:a@b.co">', '<a href="e.com">', '<a href="tg://resolve?domain=x">',
    '<code class="language-py">', '<pre language="c">', '<span class="tg-spoiler">', "<span>",
    "<blockquote expandable>", '<tg-emoji emoji-id="5368324170671202286">', "<tg-emoji>",
    '<tg-time unix="1700000000">', '<tg-time unix="1700000000" format="wDT">',
    '<tg-time unix="x" format="r">', '<tg-time unix="1" format="q">', "<br>", "<p>", "<!-- x -->",
    "<b class=x>", "<b class='x", "<b =>", "<b x=%>", "<i\n>", "<", "</", "</>", "<b", "<ж>",
)  # fmt: skip
PIECES = (
    "a", "word ", " ", "\n", "ї", "🇺🇦", "👩‍👩‍👧", "&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&nbsp;", "&",
    "&#65;", "&#x1F600;", "&#xD83D;", "&#1114111;", "&#0;", "&#;", "&#x;", "&#x000041;", "&#0000065;",
    "&ltx", "\u202e", "\u200f", "e.com", "http://e.com", "@name", "/cmd", ">", '"', "'", "=", "\0", "\r",
    "\u0301", "\u00a0",
)  # fmt: skip


AUTOMATIC = {"bot_command", "url", "mention", "hashtag", "email"}


def judged(text: str) -> tuple[str, list[Entity]] | str:
    """TDLib's verdict: text and entities, or its reason to refuse."""
    request = {
        "@type": "parseTextEntities",
        "text": text,
        "parse_mode": {"@type": "textParseModeHTML"},
    }
    row = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    if row["@type"] == "error":
        return str(row["message"])
    return row["text"], [entity_of(entity) for entity in row["entities"]]


def entity_of(row: dict[str, Any]) -> Entity:
    """TDLib's entity in the Bot API's form."""
    kind = row["type"]
    entity: Entity = {
        "offset": row["offset"],
        "length": row["length"],
        "type": TYPES[kind["@type"].removeprefix("textEntityType")],
    }
    for name in ("url", "language", "custom_emoji_id", "unix_time"):
        if name in kind:
            entity[name] = kind[name]
    if "user_id" in kind:
        entity["user"] = {"id": kind["user_id"]}
    if "formatting_type" in kind:
        entity["date_time_format"] = time_format(kind["formatting_type"])
    return entity


def time_format(shape: dict[str, Any]) -> str:
    """The Bot API's letters for TDLib's description of a time's format."""
    if shape["@type"] == "dateTimeFormattingTypeRelative":
        return "r"
    letters = {"None": "", "Short": "{}", "Long": "{}"}
    date = shape["date_precision"]["@type"].removeprefix("dateTimePartPrecision")
    time = shape["time_precision"]["@type"].removeprefix("dateTimePartPrecision")
    week = "w" if shape["show_day_of_week"] else ""
    return (
        week
        + letters[date].format("D" if date == "Long" else "d")
        + letters[time].format("T" if time == "Long" else "t")
    )


def ours(text: str) -> tuple[str, list[Entity]] | str:
    """The sandbox's verdict in the same form."""
    try:
        return parse_html(text)
    except BadRequest as refusal:
        reason = refusal.description.removeprefix("Bad Request: ")
        return reason[0].upper() + reason[1:]


def hostile(chance: random.Random) -> str:
    """A text of tags, references and letters, more often balanced than not."""
    parts: list[str] = []
    open_tags: list[str] = []
    for _ in range(chance.randint(1, 14)):
        draw = chance.random()
        if draw < 0.3:
            tag = chance.choice(TAGS)
            parts.append(f"<{tag}>")
            open_tags.append(tag)
        elif draw < 0.42:
            opener = chance.choice(OPENERS)
            parts.append(opener)
            open_tags.append(opener[1:].split(" ")[0].rstrip(">"))
        elif draw < 0.65 and open_tags:
            parts.append(f"</{open_tags.pop()}>")
        else:
            parts.append(chance.choice(PIECES))
    while open_tags and chance.random() < 0.95:
        parts.append(f"</{open_tags.pop()}>")
    return "".join(parts)


@pytest.mark.parametrize("seed", range(8))
def test_thousands_of_hostile_texts_get_tdlibs_verdict_text_and_entities(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(1_000):
        text = hostile(chance)
        assert ours(text) == judged(text), text


ENDS = ("</a>", "</span>", "</tg-time>", *(f"</{tag}>" for tag in TAGS))
STARTS = (*OPENERS, *(f"<{tag}>" for tag in TAGS))
PART = st.sampled_from([*STARTS, *PIECES, *ENDS]) | st.text(max_size=5)
MARKUP = st.lists(PART, max_size=12).map("".join)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(MARKUP)
@example("<b>&#xd800;</b>")
@example("<pre><code class='language-c'>x</code></pre>")
@example("<code class='language-c'><pre>x</pre></code>")
def test_any_text_gets_tdlibs_verdict(text: str) -> None:
    assert ours(text) == judged(text)


@pytest.mark.parametrize(
    "shape", ["", "r", "R", "w", "d", "D", "t", "T", "wDT", "TDw", "dD", "rw", "x", "wwd"]
)
@pytest.mark.parametrize("unix", ["1700000000", "0", "-1", "99999999999", "", "12x", "x"])
def test_times_are_read_as_tdlib_reads_them(unix: str, shape: str) -> None:
    text = f'<tg-time unix="{unix}" format="{shape}">then</tg-time>'
    assert ours(text) == judged(text)


def kept_by_tdlib(text: str) -> tuple[str, list[Entity]] | None:
    """What TDLib makes of a text before it is sent, all but the trimming; None where it refuses."""
    request: dict[str, Any] = {
        "@type": "parseTextEntities",
        "text": text,
        "parse_mode": {"@type": "textParseModeHTML"},
    }
    row = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    if row["@type"] == "error":
        return None
    # It looks for Markdown only where there are marks of it, and puts the entities in order always.
    request = {"@type": "parseMarkdown", "text": row}
    row = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    return row["text"], [entity_of(entity) for entity in row["entities"]]


@pytest.mark.parametrize("seed", range(8))
def test_entities_are_cleaned_and_cut_as_by_tdlib(seed: int) -> None:
    """Trimming is ours alone to answer for: TDLib offers no call for it that works offline."""
    chance = random.Random(100 + seed)
    for _ in range(1_000):
        text = f"x{hostile(chance)}x"
        expected = kept_by_tdlib(text)
        if expected is not None:
            plain, entities = content._finish_html(text)
            found = [e for e in entities if e["type"] not in AUTOMATIC]
            assert (plain, found) == expected, text


SAID = (
    "/start", "/start@frontwire_bot x", "a /b", "a/b", "//b", "/b/c", "(/cmd)", "/cmd.", "/cmd-x",
    "/начало", "/cmdї", "ї/cmd", "x\n/cmd", f"/{'a' * 64}", f"/{'a' * 65}", "/1", "/_", "</x>", "/x>",
    "@/x", "&/x", "#/x", "/x@ab", "/x@abc", "@ab", "@abc", "@abcd", ".@abcd", "@abcd_", "@1abcd", "#a",
    "#1", "#1a", "a#b", "##b", "#їжа", "#a_b", "#a-b", "https://e.com", "http://e.com/x.",
    "see https://e.com/a, ok", "https://e.com…", "(https://e.com)", "https://приклад.укр/їжа",
    "http://localhost", "t.me/x", "😀/cmd", "/cmd😀", "/cmd@Frontwire_bot/", "@@abcd", "@abcd@efgh",
    "/x#y", "a@b.com", "x@abcd.com",
)  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_commands_names_and_links_are_found_as_by_tdlib(text: str) -> None:
    request = json.dumps({"@type": "getTextEntities", "text": text}).encode()
    rows = json.loads(tdjson.td_execute(request))["entities"]
    names = {"EmailAddress": "email", "BotCommand": "bot_command"}
    expected = []
    for row in rows:
        kind = row["type"]["@type"].removeprefix("textEntityType")
        span = {"offset": row["offset"], "length": row["length"]}
        expected.append({**span, "type": names.get(kind, kind.lower())})
    assert content.plain_content(text)[1] == expected


HOSTS = (
    "e.com", "E.com", "e", "localhost", "127.0.0.1", "[::1]", "[x]", ".", "..", "e.", ".e",
    "приклад.укр", "a@b.co", "u:p@e.com", "u@v@e.com", "e%41.com", "e%zz.com", "e com.x",
    "user", "resolve", "A_b-c", "e.com:80", "e.com:0", "e.com:080", "e.com:65536", "e.com:",
    "",
)  # fmt: skip
SCHEMES = (
    "", "http://", "HTTPS://", "http:", "//", "ftp://", "javascript:", "mailto:", "MAILTO:",
    "tg://", "TG:", "tg:///", "ton://", "tonsite://", "data:", "file:///", " http://",
)  # fmt: skip
PATHS = (
    "", "/", "/a b", "?id=5", "?ID=42&x", "?x=1&id=7", "/?id=9", "?id=05",
    "?id=99999999999999999999", "#f", "/x?y=1&z=2#f", "/ї", "/\n", " ", "/%zz", '/"', "/<x>",
    "?", "#",
)  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
def test_links_survive_or_vanish_as_in_tdlib(scheme: str) -> None:
    for host in HOSTS:
        for path in PATHS:
            url = escape(f"{scheme}{host}{path}", quote=True).replace("&#x27;", "'")
            text = f'<a href="{url}">here</a>'
            assert ours(text) == judged(text), text


@given(st.text(max_size=12))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_any_link_target_is_kept_spelled_or_lost_as_in_tdlib(target: str) -> None:
    text = f'<a href="http://e.com{escape(target, quote=True)}">here</a>'
    assert ours(text) == judged(text)
