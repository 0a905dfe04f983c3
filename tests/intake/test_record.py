"""One article as a file or a push gives it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import ArticleError
from digests.intake.record import Record, read_record

WHOLE = {
    "url": "https://a.example/1", "title": " Title ", "text": "Text", "summary": "Summary",
    "published_at": "2026-11-23T08:00:00+02:00", "source": "Wire", "language": "uk",
    "topics": ["energy", "cyber", "energy"], "guid": "g", "more": 1,
}  # fmt: skip


def test_a_whole_record_is_read() -> None:
    assert read_record(WHOLE) == Record(
        "Title", "https://a.example/1", "Text", "Summary", datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
        "Wire", "uk", ("energy", "cyber"), "g",
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"title": "T", "url": "https://a.example/1"},
        {"title": "T", "text": "x"},
        {"title": "T", "text": "x", "url": None, "topics": None, "published_at": ""},
        {"title": "T", "text": "x", "published_at": 1_795_413_600},
        {"title": "T", "text": "x", "published_at": "2026-11-23"},
    ],
)
def test_a_title_and_an_address_or_a_text_are_enough(said: dict[str, Any]) -> None:
    assert read_record(said).title == "T"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "not an object"),
        ("x", "not an object"),
        ({}, "title is missing"),
        ({"title": "  ", "text": "x"}, "title is missing"),
        ({"title": 5, "text": "x"}, "title is not text"),
        ({"title": "T"}, "url or text is missing"),
        ({"title": "T", "url": "javascript:alert(1)"}, "url is not an http"),
        ({"title": "T", "url": "ftp://a.example/1", "text": "x"}, "url is not an http"),
        ({"title": "T", "text": ["x"]}, "text is not text"),
        ({"title": "T", "text": "x", "published_at": "yesterday"}, "published_at"),
        ({"title": "T", "text": "x", "published_at": True}, "published_at"),
        ({"title": "T", "text": "x", "published_at": 1e300}, "published_at"),
        ({"title": "T", "text": "x", "topics": "energy"}, "topics is not a list"),
        ({"title": "T", "text": "x", "topics": ["Not A Topic"]}, "topics holds"),
        ({"title": "T", "text": "x", "topics": [1]}, "topics holds"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(said: object, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read_record(said)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from([*WHOLE]), _JSON))
def test_no_json_raises_anything_but_the_named_error(said: dict[str, Any]) -> None:
    try:
        assert read_record(said).title
    except ArticleError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, each has its own promise
