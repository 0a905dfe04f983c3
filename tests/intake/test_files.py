"""An import file is read line by line."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import orjson

from digests.intake.files import LONGEST_LINE, BadLine, batches

GOOD = b'{"title": "T", "text": "x"}'


def test_good_lines_are_kept_and_bad_ones_named_by_number() -> None:
    lines = [b"\xef\xbb\xbf" + GOOD, b"", b"{", b"[]", GOOD + b"\r", b'{"title": "\xff"}', GOOD]
    (batch,) = batches(io.BytesIO(b"\n".join(lines)))
    assert len(batch.records) == 3
    assert batch.bad == (
        BadLine(3, "not JSON"),
        BadLine(4, "not an object"),
        BadLine(6, "not JSON"),
    )


def test_batches_are_of_the_size_asked_for_and_count_every_byte() -> None:
    body = (GOOD + b"\n") * 7
    found = list(batches(io.BytesIO(body), size=3))
    assert [len(batch.records) for batch in found] == [3, 3, 1]
    assert sum(batch.size for batch in found) == len(body)


def test_a_line_without_end_is_passed_over_and_the_next_one_read() -> None:
    body = GOOD + b"\n" + b"x" * (3 * LONGEST_LINE) + b"\n" + GOOD + b"\n"
    found = list(batches(io.BytesIO(body), size=1))
    assert [len(batch.records) for batch in found] == [1, 0, 1]
    assert found[1].bad[0].number == 2
    assert sum(batch.size for batch in found) == len(body)


class Endless(io.RawIOBase):
    """A file of many lines that never was anywhere whole."""

    def __init__(self, lines: int) -> None:
        self._lines: Iterator[bytes] = (
            orjson.dumps({"title": f"T {n}", "text": "x" * 500}) + b"\n" for n in range(lines)
        )

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self._lines, b"")


def test_memory_does_not_grow_with_the_file() -> None:
    tracemalloc.start()
    try:
        read = sum(len(batch.records) for batch in batches(Endless(20_000)))  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == 20_000
    assert peak < 3_000_000
