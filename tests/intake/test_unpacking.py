"""A packed body grows only to a limit."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import NotAFeed, SourceError, TooLarge, Unreachable
from digests.intake.unpacking import Unpacker

BODY = b"<rss>" + b"news " * 500 + b"</rss>"
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
DEFLATED = RAW.compress(BODY) + RAW.flush()


def unpacked(coding: str, body: bytes, limit: int = 10_000, step: int = 7) -> bytes:
    unpacker = Unpacker(coding, limit)
    for start in range(0, len(body), step):
        unpacker.feed(body[start : start + step])
    return unpacker.finish()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("X-GZIP", gzip.compress(BODY, mtime=0)),
        ("gzip", gzip.compress(BODY[:99], mtime=0) + gzip.compress(BODY[99:], mtime=0) + b"\0\0"),
        ("", gzip.compress(BODY, mtime=0)),
        ("gzip", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", DEFLATED),
    ],
)
@pytest.mark.parametrize("step", [64, 100_000])
def test_every_coding_that_servers_send_comes_out_whole(
    coding: str, body: bytes, step: int
) -> None:
    assert unpacked(coding, body, step=step) == BODY


@pytest.mark.parametrize(
    ("coding", "body", "error"),
    [
        ("br", b"x", NotAFeed),
        ("gzip, gzip", b"x", NotAFeed),
        ("gzip", gzip.compress(BODY, mtime=0)[:-20], Unreachable),
        ("gzip", gzip.compress(BODY, mtime=0)[:15] + b"broken" * 9, Unreachable),
        ("deflate", b"\x78\x9cbroken", Unreachable),
    ],
)
def test_damaged_and_unasked_codings_are_named(
    coding: str, body: bytes, error: type[SourceError]
) -> None:
    with pytest.raises(error):
        unpacked(coding, body)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = gzip.compress(b"0" * 200_000_000, compresslevel=1, mtime=0)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            unpacked("gzip", bomb, limit=1_000_000, step=65_536)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_the_limit_is_exact(coding: str) -> None:
    pack = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[coding]
    assert len(unpacked(coding, pack(b"x" * 1_000), limit=1_000, step=10_000)) == 1_000
    with pytest.raises(TooLarge):
        unpacked(coding, pack(b"x" * 1_001), limit=1_000, step=10_000)


def test_what_announces_itself_as_too_large_is_refused_at_once() -> None:
    with pytest.raises(TooLarge):
        Unpacker("", 1_000).expect(1_001)


@given(st.sampled_from(["", "gzip", "deflate"]), st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_named_error(coding: str, body: bytes) -> None:
    with suppress(SourceError):
        unpacked(coding, body, limit=100)
