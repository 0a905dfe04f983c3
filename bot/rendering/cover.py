"""The card that stands where a photo stood that was withdrawn (rule): in every language we speak, and with
a ground of its own, so that it can be read in a light chat and in a dark one."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from bot.rendering.render import Photo, Words
from digests.vocabulary import Language

FONTS = Path(__file__).with_name("fonts")
WIDTH, HEIGHT = 1080, 608
GROUND, FRAME, INK = "#3d3a34", "#8a8374", "#faf8f2"
SIZE, LEADING, LEAST = 84, 1.5, 30
ROOM = WIDTH - 160


def cover(words: Words, *, whole: bool) -> Photo:
    """For a message that is withdrawn as a ``whole``, or for its photo alone."""
    lines = tuple(
        words.text("messages/cover.html", language, whole=whole).strip() for language in Language
    )
    return Photo(png=draw(lines), covers=True)


@cache
def draw(lines: tuple[str, ...]) -> bytes:
    """The card as PNG; the same lines are the same bytes, so that Telegram gets them once."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, WIDTH - 25, HEIGHT - 25), outline=FRAME, width=4)
    size = SIZE
    font = ImageFont.truetype(FONTS / "NotoSans-SemiBold.ttf", size)
    while size > LEAST and max(pen.textlength(line, font) for line in lines) > ROOM:
        size -= 2
        font = ImageFont.truetype(FONTS / "NotoSans-SemiBold.ttf", size)
    first = HEIGHT / 2 - size * LEADING * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        pen.text((WIDTH / 2, first + number * size * LEADING), line, INK, font, anchor="mm")
    out = io.BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()
