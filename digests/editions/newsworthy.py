"""What of a story is worth a message to its followers (rule)."""

from __future__ import annotations

from dataclasses import dataclass

from digests.vocabulary import Severity, Standing

PUT_RIGHT = (Standing.CORRECTED, Standing.RETRACTED)
"""A correction is told by itself, to all who received the error."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a story can be relied upon, and how severe it is."""

    standing: Standing
    severity: Severity


@dataclass(frozen=True, slots=True)
class Change:
    """What its followers are told of."""

    new_standing: bool
    rises: bool
    says_new: bool

    @property
    def is_news(self) -> bool:
        """Whether any of it is worth a message."""
        return self.new_standing or self.rises or self.says_new


def change(was: Stand, now: Stand, *, says_new: bool) -> Change:
    """What changed between what followers know and now. ``says_new``: a revision in between says
    something that none before it did."""
    if now.standing in PUT_RIGHT:
        return Change(new_standing=False, rises=False, says_new=False)
    # What was put right and is news again stands as it was put right.
    return Change(
        new_standing=now.standing is not was.standing and was.standing not in PUT_RIGHT,
        rises=now.severity.rank > was.severity.rank,
        says_new=says_new,
    )
