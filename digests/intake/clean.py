"""Rule: what a publisher sent becomes plain text that is safe to show anywhere."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3

LONGEST_TITLE = 500
LONGEST_SUMMARY = 4_000
LONGEST_TEXT = 100_000
"""Characters. Beyond that nobody reads, and a store would only carry it."""

_BLOCKS = {
    "p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
    "blockquote", "pre", "hr", "section", "article", "figure", "figcaption", "dt", "dd",
}  # fmt: skip
_SILENT = {
    "script", "style", "iframe", "noscript", "template", "object", "svg", "math", "form",
    "button", "select", "textarea", "head", "title", "audio", "video", "canvas",
}  # fmt: skip

_CUT_TAG = re.compile(r"<[^<>]*$")
_TAG = re.compile(r"<[^>]*>")
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_BREAKS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})  # noqa: E501 # fmt: skip
# Bidirectional embeddings, overrides and isolates turn the text around them; soft hyphens and
# zero-width spaces break words apart for matching. Joiners and plain direction marks stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060-\u2064\u202a-\u202e\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

_ARROW = r"[\s.…:\u00a0\u2192\u00bb>\])]*"
_FURNITURE = re.compile(
    r"""^(?:
      (?:\[?\(?(?:continue\ reading|read\ (?:more|full\ (?:story|article)|the\ full\ (?:story|article)
          |on|the\ rest(?:\ of\ this\ (?:story|article))?)|more|full\ story|view\ original)
        |(?:читати|читайте|дізнатися|детальніше|подробнее|читать)(?:\ (?:далі|більше|повністю|далее
          |дальше|полностью))?)
    )""" + _ARROW + r"""$
    |^(?:read\ more|related|more\ on\ this)\ ?:.{0,200}$
    |^continue\ reading\b.{0,200}$
    |^(?:read\ also|also\ read|see\ also|читайте\ також|читайте\ ще|читайте\ также|дивіться\ також
        |смотрите\ также)\b[:.…\s].{0,200}$
    |^the\ post\ .{1,400}\ (?:first\ )?appeared\ (?:first\ )?on\ .{1,200}$
    |^запис\ .{1,400}\ (?:вперше\ )?з.явився\ (?:спочатку\ )?на\ .{1,200}$
    |^(?:share|tweet|email|print|pin|like|comments?|reply|e-?mail\ this
        |share\ this(?:\ (?:article|story|post))?
        |share\ on\ \w+|add\ to\ \w+(?:\.\w+)*|digg\ this|subscribe(?:\ now)?|advertisement
        |реклама|поділитися|поделиться|permalink|blogthis!|save\ to\ \w+(?:\.\w+)*|stumble\ it!?)[:!.]*$
    |^(?:follow|like|join|find)\ us\ on\ .{1,120}$
    |^(?:підписуйтесь|підпишіться|підписуйтеся|подписывайтесь)\ на\ .{1,160}$
    |^(?:submitted\ by\ .{1,80}\ \[link\]\ .{0,40}|\[link\]|\[comments\])$
    """,
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
_LONGEST_TAIL = 60
# The tail of a teaser that was cut: the words before it stay.
_TEASER_TAIL = re.compile(
    r"\s*(?:\[(?:…|\.\.\.|&hellip;)\]|(?:…|\.\.\.)?\s*(?:continue reading|read more|читати далі|"
    r"читать далее)" + _ARROW + r")\s*$",
    re.IGNORECASE,
)
# Not after a few letters: "Gen. Smith" and "No. 5" are no sentences.
_SENTENCE = re.compile(r".{20,}?[.!?…][\"'”»)]*(?=\s+[\"'“«(]?(?:[^\W_a-zа-яёіїєґ])|$)")


def text_of(markup: str | None, longest: int = LONGEST_TEXT) -> str:
    """The readable text of HTML or plain text: paragraphs on lines of their own, no markup.

    Never raises and never returns control characters, bidirectional overrides or tags. What is
    longer than ``longest`` characters ends in an ellipsis at a word.
    """
    if not markup:
        return ""
    # Cut before cleaning, too: the parser's cost grows with what it is given.
    plain = markup if len(markup) <= longest * 8 else _CUT_TAG.sub("", markup[: longest * 8])
    # Twice escaped markup is common in feeds: go on until none is left.
    for _ in range(4):
        if not _MARKUP.search(plain) and not _ENTITY.search(plain):
            break
        plain = _without_markup(plain)
    plain = _MARKUP.sub(lambda match: match[0][1:], plain)
    # Removing one "<" can bring another next to a letter.
    while _MARKUP.search(plain):
        plain = plain.replace("<", "")
    return _shortened(_tidy(plain), longest)


def title_of(markup: str | None) -> str:
    """A title in one line."""
    return _shortened(" ".join(text_of(markup, LONGEST_TITLE * 4).split()), LONGEST_TITLE)


def body_of(markup: str | None, longest: int = LONGEST_TEXT) -> str:
    """A text without the furniture around it: teasers' tails, share lines, "appeared first on"."""
    lines = [_without_teaser_tail(line) for line in text_of(markup, longest).split("\n")]
    return "\n".join(line for line in lines if line.strip("…. ") and not _FURNITURE.match(line))


def first_sentence(text: str, longest: int = 160) -> str:
    """The first sentence of a text, to stand for a title that is missing."""
    line = text.strip().split("\n", 1)[0]
    found = _SENTENCE.match(line)
    return _shortened(found[0] if found else line, longest)


def _without_teaser_tail(line: str) -> str:
    # Only the end is searched: over whole texts the pattern would cost more than the parser.
    start = max(0, len(line) - _LONGEST_TAIL)
    return line[:start] + _TEASER_TAIL.sub("…", line[start:])


def _without_markup(plain: str) -> str:
    return html.unescape(_TAG.sub("\n", _cleaner().clean(_encodable(plain))))


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3  # a bot at rest holds 1.5 MB less

    return nh3.Cleaner(tags=_BLOCKS, clean_content_tags=_SILENT, attributes={}, link_rel=None)


def _encodable(plain: str) -> str:
    # Lone surrogates come out of JSON escapes; the cleaner is Rust and takes only real characters.
    return plain.encode("utf-8", "replace").decode("utf-8")


def _tidy(plain: str) -> str:
    plain = _INVISIBLE.sub("", plain.translate(_BREAKS))
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def _shortened(plain: str, longest: int) -> str:
    if len(plain) <= longest:
        return plain
    cut = plain[: longest - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > longest // 2 else cut).rstrip() + "…"
