"""The one error tree. A reader never sees these texts: the templates hold a sentence for each name.

FrontwireError
├── ConfigurationError          the operator must change a setting
│   ├── TopicsFileError         a topics file that cannot be understood
│   ├── DatabaseLocked          another process holds this SQLite file
│   └── SchemaOutdated          the database was not migrated to this version
├── RequestError                a person asked for something we cannot do as asked
│   ├── UnknownTopic            no such topic; carries the nearest ones
│   ├── UnknownPlace            no such place or zone; carries the nearest ones
│   ├── UnreadableTime          not a time of day; carries what was said
│   ├── TooManyTimes            more times a day than we plan
│   ├── TooManyPlaces           more places than an alert names
│   ├── NotPermitted            the role does not allow it
│   ├── TooLong                 more text than one message may hold; carries the limit
│   ├── Incomplete              something is missing before it can be done; carries what
│   └── Stale                   the thing was changed meanwhile: carries how
├── SourceError                 reading one source failed; it has a state and is tried again
│   ├── AddressRefused          the address is private, local or not http(s)
│   ├── TooLarge                the body is larger than we read
│   ├── Unreachable             no connection, or no answer in time
│   ├── BadStatus               an HTTP status other than success; carries it
│   ├── Gone                    410: the source says that it ended
│   ├── NotAFeed                the body is no feed we know
│   └── DuplicateSource         the source is already there
├── ArticleError                one article cannot be kept; carries the line or entry
└── DeliveryError               sending stopped as a whole
    ├── TokenRefused            401 or 404: the token is wrong
    └── SecondPoller            409: someone else polls with this token
"""

from __future__ import annotations

from collections.abc import Sequence


class FrontwireError(Exception):
    """Anything Frontwire raises on purpose."""


class ConfigurationError(FrontwireError):
    """A setting is missing or wrong."""


class TopicsFileError(ConfigurationError):
    """The topics file cannot be understood; the text names the place."""


class DatabaseLocked(ConfigurationError):
    """Another process runs on this SQLite file."""


class SchemaOutdated(ConfigurationError):
    """The database is at another revision than the code; ``frontwire migrate`` brings it up."""


class RequestError(FrontwireError):
    """A person asked for something that cannot be done as asked."""


class Unknown(RequestError):
    """What was said names nothing we know; ``nearest`` holds likely meanings, best first."""

    def __init__(self, said: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(f"{type(self).__name__}: {said!r}")
        self.said = said
        self.nearest = tuple(nearest)


class UnknownTopic(Unknown):
    """No such topic."""


class UnknownPlace(Unknown):
    """No such city or time zone; of an alert, no such place in the gazetteer."""


class UnreadableTime(RequestError):
    """Not a time of day; ``said`` holds what was written."""

    def __init__(self, said: str) -> None:
        super().__init__(f"not a time of day: {said!r}")
        self.said = said


class TooManyTimes(RequestError):
    """More digest times a day than we plan; ``most`` is the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} times a day")
        self.most = most


class TooManyPlaces(RequestError):
    """More places than an alert names; ``most`` is the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} places")
        self.most = most


class NotPermitted(RequestError):
    """The person's role does not allow this; the text may name a further reason: anonymous, second, own,
    writer, owner."""


class TooLong(RequestError):
    """More text than one message may hold; ``most`` is the limit in characters."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} characters")
        self.most = most


class Incomplete(RequestError):
    """Something must be said first; ``missing`` names it: text, topics, note, story."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"missing: {missing}")
        self.missing = missing


class Stale(RequestError):
    """What the person saw is so no more; ``how`` says why: changed, decided, gone, over, going; used,
    revoked, expired (an invitation); time (it has passed), far (too late to be news)."""

    def __init__(self, how: str = "changed") -> None:
        super().__init__(how)
        self.how = how


class SourceError(FrontwireError):
    """Reading one source failed."""


class AddressRefused(SourceError):
    """The address is private, local or not http(s)."""


class TooLarge(SourceError):
    """The body is larger than we read."""


class Unreachable(SourceError):
    """No connection, or no answer in time."""


class BadStatus(SourceError):
    """The server answered with ``status``; ``retry_after`` is in seconds where it said so."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after = retry_after


class Gone(SourceError):
    """410: the source says that it ended."""


class NotAFeed(SourceError):
    """The body is no feed we know."""


class DuplicateSource(SourceError):
    """This source is already there."""


class ArticleError(FrontwireError):
    """One article cannot be kept; the text says why."""


class DeliveryError(FrontwireError):
    """Sending stopped as a whole."""


class TokenRefused(DeliveryError):
    """Telegram does not know this token."""


class SecondPoller(DeliveryError):
    """Another process polls with this token."""
