"""Templates become Telegram HTML and buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.rendering.catalogs import TEMPLATES
from bot.rendering.render import Button, Message, Words
from digests.vocabulary import Language

EN, UK = Language.ENGLISH, Language.UKRAINIAN
MORNING = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)

Render = Callable[..., Message]


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """Renders a template given as text."""

    def rendered(template: str, language: Language = EN, **values: Any) -> Message:
        (tmp_path / "page.html").write_text(template, encoding="utf-8")
        return Words(folder=tmp_path).message("page.html", language, **values)

    return rendered


def test_a_value_cannot_become_markup(render: Render) -> None:
    page = render('<b>{{ x }}</b> {{ _("by %(x)s", x=x) }}', x='<i>"&')
    assert page.text == "<b>&lt;i&gt;&#34;&amp;</b> by &lt;i&gt;&#34;&amp;"


def test_layout_of_the_template_does_not_reach_the_reader(render: Render) -> None:
    page = render(
        "\n\n  <b>One</b>\n  {% if true %}\n  two\n  {% endif %}\n\n\n\n"
        "  <blockquote expandable>\n   folded\n  </blockquote>\n\n"
    )
    assert page.text == "<b>One</b>\ntwo\n\n<blockquote expandable>folded</blockquote>"


def test_buttons_print_nothing_and_stand_in_rows(render: Render) -> None:
    page = render(
        'Text\n  {{ button(_("A & %(b)s", b="<b>"), "a:1") }}\n  {{ button("B", "b") }}\n'
        '  {{ row() }}{{ button_url("C", "https://example.org/?a=1&b=2") }}\nmore'
    )
    assert page == Message(
        "Text\nmore",
        (
            (Button("A & <b>", data="a:1"), Button("B", data="b")),
            (Button("C", url="https://example.org/?a=1&b=2"),),
        ),
    )


@pytest.mark.parametrize("data", ["", "x" * 65, "тема" * 9])
def test_button_data_that_telegram_would_refuse_is_our_fault(render: Render, data: str) -> None:
    with pytest.raises(ValueError, match="button data"):
        render('{{ button("A", data) }}', data=data)


@pytest.mark.parametrize(
    ("language", "said"),
    [(EN, "Monday 23 November 08:05"), (UK, "понеділок, 23 листопада 08:05")],
)
def test_dates_are_in_the_readers_zone_and_language(
    render: Render, language: Language, said: str
) -> None:
    page = render("{{ date(at) }} {{ clock(at) }}", language, timezone="Europe/Kyiv", at=MORNING)
    assert page.text == said


def test_a_date_of_another_year_names_the_year(render: Render) -> None:
    page = render("{{ date(at) }}", UK, at=MORNING, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert page.text == "понеділок, 23 листопада 2026 року"


@pytest.mark.parametrize(
    ("now", "inside"),
    [
        (MORNING, "08:05"),
        (datetime(2026, 11, 24, tzinfo=UTC), "23 Nov 08:05"),
        (datetime(2028, 11, 24, tzinfo=UTC), "23 Nov 2026 08:05"),
    ],
)
def test_a_telegram_time_holds_the_local_time_for_clients_that_cannot(
    render: Render, now: datetime, inside: str
) -> None:
    page = render("{{ at | tg_time('r') }}", timezone="Europe/Kyiv", at=MORNING, now=now)
    assert page.text == f'<tg-time unix="1795413900" format="r">{inside}</tg-time>'


@pytest.mark.parametrize(("day", "shape"), [(23, "t"), (24, "dt")])
def test_a_time_of_another_day_names_the_day(render: Render, day: int, shape: str) -> None:
    now = datetime(2026, 11, day, 12, tzinfo=UTC)
    page = render("{{ at | tg_time('t') }}", timezone="Europe/Kyiv", at=MORNING, now=now)
    assert f'format="{shape}"' in page.text


def test_a_value_nobody_gave_is_an_error_and_not_an_empty_place(render: Render) -> None:
    with pytest.raises(Exception, match="undefined"):
        render("{{ nothing }}")


def test_plain_text_has_no_entities(tmp_path: Path) -> None:
    (tmp_path / "toast.html").write_text('{{ _("Added %(x)s", x=x) }}', encoding="utf-8")
    assert Words(folder=tmp_path).text("toast.html", EN, x="R&D's") == "Added R&D's"


def test_a_value_inside_a_sentence_is_cleaned_like_any_other(render: Render) -> None:
    hostile = "\x01\x00<b>\u202eשלום"
    for template in ('{{ _("by %(x)s", x=x) }}', "{% trans %}by {{ x }}{% endtrans %}"):
        assert render(template, x=hostile).text == "by \u2068 &lt;b&gt;שלום\u2069"


def test_percent_signs_and_braces_in_values_are_only_text(render: Render) -> None:
    page = render('{{ _("by %(x)s", x=x) }} {{ x }}', x="%(y)s {{ 7 * 7 }} %")
    assert page.text == "by %(y)s {{ 7 * 7 }} % %(y)s {{ 7 * 7 }} %"


def test_a_button_with_an_address_telegram_would_refuse_is_left_out(render: Render) -> None:
    page = render('Text {{ button_url("A", "javascript:x") }}{{ button("B", "b") }}')
    assert page == Message("Text", ((Button("B", data="b"),),))


def test_a_row_holds_eight_buttons_and_goes_on_in_the_next(render: Render) -> None:
    page = render("Text{% for n in range(10) %}{{ button(n | string, 'x') }}{% endfor %}")
    assert [len(row) for row in page.buttons] == [8, 2]


@pytest.mark.parametrize(("language", "shown"), [(EN, "12,304"), (UK, "12\xa0304")])
def test_numbers_are_grouped_as_the_language_does(
    render: Render, language: Language, shown: str
) -> None:
    assert render("{{ 12304 | number }}", language).text == shown


def test_a_cut_leaves_no_trace_where_nothing_is_cut(render: Render, tmp_path: Path) -> None:
    template = (
        "one\n\n{{ cut() }}\n\ntwo\n<blockquote>{{ cut() }}\n three\n{{ cut() }}</blockquote>"
    )
    shown = "one\n\ntwo\n<blockquote>three</blockquote>"
    assert render(template).text == shown
    assert Words(folder=tmp_path).parts("page.html", EN) == (Message(shown),)


def test_a_long_page_goes_on_in_parts_with_the_buttons_below_the_last(
    render: Render, tmp_path: Path
) -> None:
    render(
        "{% for n in range(3) %}\n\n{{ cut() }}\n{{ 'word ' * 400 }}{% endfor %}{{ button('A', 'a') }}"
    )
    first, last = Words(folder=tmp_path).parts("page.html", EN)
    assert (first.buttons, last.buttons) == ((), ((Button("A", data="a"),),))
    assert (first.text.count("word"), last.text.count("word")) == (800, 400)


def test_no_template_puts_an_address_into_a_link_unchecked() -> None:
    """``| linked(url)`` drops what Telegram would; on web pages the browser is the judge."""
    pages = [p for p in TEMPLATES.rglob("*.html") if p.relative_to(TEMPLATES).parts[0] != "web"]
    assert [p.name for p in pages if 'href="{{' in p.read_text(encoding="utf-8")] == []
    assert len(pages) > 10
