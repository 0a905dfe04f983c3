"""An article's page becomes its text."""

from __future__ import annotations

import pytest

from digests.intake.page import Page, extract

URL = "https://news.example/1"
TEXT = "".join(
    f"<p>Корабель номер {n} залишив порт зранку із зерном для південних країн.</p>"
    for n in range(6)
)
ARTICLE = (
    "<html><head><title>Порт відкрито | Новини</title><meta property='og:image' content='/p.jpg'>"
    "<meta name='description' content='Порт працює.'><script>alert(1)</script></head><body>"
    f"<nav><a href='/'>Home</a></nav><article><h1>Порт відкрито</h1>{TEXT}</article>"
    "<footer>All rights reserved</footer></body></html>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-u"])
def test_the_text_is_told_from_what_surrounds_it(encoding: str) -> None:
    page = extract(ARTICLE.encode(encoding), url=URL, charset=encoding)
    assert page.title == "Порт відкрито"
    assert page.summary == "Порт працює."
    assert "Корабель номер 5" in page.text
    assert "alert" not in page.text
    assert "rights" not in page.text
    assert page.image_url == "https://news.example/p.jpg"


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<" * 1_000, b"not a page", b"<html>"])
def test_a_page_that_cannot_be_read_says_nothing(body: bytes) -> None:
    assert extract(body, url=URL) == Page()
