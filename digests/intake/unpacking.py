"""Rule: a packed body grows only to a limit, however much is packed into it."""

from __future__ import annotations

import zlib

from digests.errors import NotAFeed, TooLarge, Unreachable

_GZIP_MAGIC = b"\x1f\x8b"
_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})


class Unpacker:
    """Takes a body chunk by chunk and gives it back unpacked, or raises TooLarge on the way.

    Raises NotAFeed for a coding that was not asked for, Unreachable for a body that is damaged or
    cut short. Bytes that are gzip without saying so (``feed.xml.gz``) are unpacked, too.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding.strip().lower()
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._stream: zlib._Decompress | None = None
        self._started = False
        if self._coding not in _PLAIN | _GZIP | {"deflate"}:
            raise NotAFeed("the body has a coding that was not asked for")

    def expect(self, length: int | None) -> None:
        """Refuses at once what announces itself as too large."""
        if length is not None and length > self._limit:
            raise TooLarge(f"more than {self._limit} bytes announced")

    def feed(self, chunk: bytes) -> None:
        """Takes the next chunk as it came from the wire."""
        if not chunk:
            return
        if not self._started:
            self._started = True
            self._stream = self._decompressor(chunk)
        if self._stream is None:
            self._keep(chunk)
            return
        try:
            self._unpack(chunk)
        except zlib.error as error:
            raise Unreachable("the packed body is damaged") from error

    def finish(self) -> bytes:
        """The whole body."""
        if self._stream is not None and not self._stream.eof:
            raise Unreachable("the packed body is cut short")
        return b"".join(self._pieces)

    def _decompressor(self, first: bytes) -> zlib._Decompress | None:
        if self._coding == "deflate":
            # The name means zlib's wrapping, but some servers send the bare stream.
            wrapped = first[0] & 0x0F == 8 and int.from_bytes(first[:2].ljust(2), "big") % 31 == 0
            return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if first.startswith(_GZIP_MAGIC):
            return _gunzip()
        if self._coding in _GZIP and len(first) < len(_GZIP_MAGIC):
            return _gunzip()
        # Said to be gzip and is not: some proxies unpack and leave the label on.
        return None

    def _unpack(self, chunk: bytes) -> None:
        while chunk and self._stream is not None:
            self._keep(self._stream.decompress(chunk, self._limit - self._size + 1))
            if not self._stream.eof:
                return
            # A gzip file may have several members, and padding behind the last.
            chunk = self._stream.unused_data
            if not chunk.startswith(_GZIP_MAGIC):
                return
            self._stream = _gunzip()

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            self._pieces.clear()
            raise TooLarge(f"more than {self._limit} bytes")
        self._pieces.append(piece)


def _gunzip() -> zlib._Decompress:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)
