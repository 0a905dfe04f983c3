"""One kept connection to the Bot API (edge): a request goes out, its answer comes back, then the next.

httptools parses; only what delivery asks of HTTP/1.1 is here. A general client takes more of the processor
for a call than claiming, rendering and settling its message take together.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, cast

import httptools

_MARKS_ITS_END = (b"content-length", b"transfer-encoding")

LONGEST = 75.0
"""Seconds that a request may take, whatever trickles: a message's lease would end under it, and another
courier would send it beside us."""

HEAD = 65_536
"""Bytes that an answer may have beside its body: the parser itself gathers a header without end."""


class Response(NamedTuple):
    """What came back, whole."""

    status: int
    body: bytes


class AnswerLost(ConnectionError):
    """No whole answer came, and none will; what was asked may have been done all the same."""


class Connection(asyncio.Protocol):
    """Made by the event loop; one request at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._asked: asyncio.Future[Response] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._patience = self._until = self._at_last = 0.0
        self._unsent = 0
        self.free_since = 0.0

    @property
    def is_open(self) -> bool:
        """Whether another request may go out on it."""
        return not self._transport.is_closing()

    @property
    def is_idle(self) -> bool:
        """Whether all that was asked has gone out: an answer that came before leaves the rest on the line,
        and the next request would be taken for it."""
        return not self._transport.get_write_buffer_size()

    def ask(self, request: bytes, *, patience: float, most: int) -> asyncio.Future[Response]:
        """Sends a request. What comes back is awaited: TimeoutError after ``patience`` seconds without
        progress, or ``LONGEST`` in all; ``AnswerLost`` where the connection ends, speaks no HTTP,
        or says more than ``most`` bytes.
        """
        self._body: list[bytes] = []
        self._length, self._heard, self._most = 0, 0, most
        self._has_head = self._marks_its_end = False
        self._asked = self._loop.create_future()
        began = self._loop.time()
        self._patience, self._until = patience, began + patience
        self._at_last = began + LONGEST
        self._transport.write(request)
        if self._watch is None or self._watch.when() > self._until:
            self._watch_until(self._until)
        return self._asked

    def close(self, error: Exception | None = None) -> None:
        """Ends it at once; who waits for an answer is told so."""
        asked, self._asked = self._asked, None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._transport.abort()
        if asked is not None and not asked.done():
            asked.set_exception(error or AnswerLost("given up"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """From the loop."""
        if self._asked is None:
            self.close()  # nobody asked
            return
        self._goes_on()
        self._heard += len(data)
        if self._heard > self._most + HEAD:
            self.close(AnswerLost("too large"))
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.close(AnswerLost(type(error).__name__))

    def connection_lost(self, error: Exception | None) -> None:
        """From the loop."""
        if error is None and self._asked is not None and self._has_head and not self._marks_its_end:
            self._answered()  # an answer that does not mark its end ends with the connection
        self.close(AnswerLost(type(error).__name__ if error else "closed"))

    def on_message_begin(self) -> None:
        """From the parser; what begins behind the answer would be taken for the next one's."""
        if self._asked is None:
            self.close()

    def on_header(self, name: bytes, _value: bytes) -> None:
        """From the parser."""
        self._marks_its_end = self._marks_its_end or name.lower() in _MARKS_ITS_END

    def on_headers_complete(self) -> None:
        """From the parser."""
        self._has_head = True

    def on_body(self, body: bytes) -> None:
        """From the parser."""
        self._length += len(body)
        if self._length > self._most:
            self.close(AnswerLost("too large"))
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """From the parser; what only announces an answer (status 1xx) is none."""
        if self._asked is None or self._parser.get_status_code() < 200:
            return
        self._answered()
        if not self._parser.should_keep_alive():
            self.close()

    def _answered(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_result(Response(self._parser.get_status_code(), b"".join(self._body)))

    def _goes_on(self) -> None:
        self._until = min(self._loop.time() + self._patience, self._at_last)

    def _watch_until(self, when: float) -> None:
        """One timer serves many requests: making one for each costs as much as sending it."""
        if self._watch is not None:
            self._watch.cancel()
        self._unsent = self._transport.get_write_buffer_size()
        self._watch = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._watch = None
        if self._asked is None:
            return
        if self._transport.get_write_buffer_size() < self._unsent:
            self._goes_on()  # a picture on a slow line is still going out
        if self._until > self._loop.time():
            self._watch_until(self._until)
        else:
            self.close(TimeoutError("no answer"))
