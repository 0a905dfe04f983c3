"""Edge: an import file, one JSON object a line, read in pieces that fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import orjson

from digests.errors import ArticleError
from digests.intake.record import Record, read_record

LONGEST_LINE = 2_000_000
"""Bytes; a longer line is no article."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be kept: its number, from 1, and why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines of a file: the good ones, the bad ones, and how many bytes they were."""

    records: tuple[Record, ...]
    bad: tuple[BadLine, ...]
    size: int


def batches(stream: BinaryIO, size: int = 500) -> Iterator[Batch]:
    """The file in batches of ``size`` lines; empty lines are skipped but counted."""
    lines = _lines(stream)
    while taken := list(islice(lines, size)):
        read = [_read(number, line) for number, line, _ in taken if line.strip()]
        yield Batch(
            records=tuple(one for one in read if isinstance(one, Record)),
            bad=tuple(one for one in read if isinstance(one, BadLine)),
            size=sum(length for _, _, length in taken),
        )


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """(number, line, bytes passed): of a line that is too long only the beginning is kept."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        length = len(line)
        if length > LONGEST_LINE and not line.endswith(b"\n"):
            while rest := stream.readline(LONGEST_LINE):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
        yield number, line.removeprefix(b"\xef\xbb\xbf"), length


def _read(number: int, line: bytes) -> Record | BadLine:
    if len(line) > LONGEST_LINE:
        return BadLine(number, f"longer than {LONGEST_LINE} bytes")
    try:
        return read_record(orjson.loads(line))
    except orjson.JSONDecodeError:
        return BadLine(number, "not JSON")
    except ArticleError as error:
        return BadLine(number, str(error))
