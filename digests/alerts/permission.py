"""What each role may do at the desk (rule)."""

from __future__ import annotations

from enum import StrEnum

from digests.alerts.editor import Role


class Act(StrEnum):
    """What somebody wants to do."""

    WATCH = "watch"
    PROPOSE = "propose"
    APPROVE = "approve"
    CORRECT = "correct"
    SOURCES = "sources"
    APPOINT = "appoint"


_ALLOWED = {
    Role.OWNER: frozenset(Act),
    Role.EDITOR: frozenset(Act) - {Act.APPOINT},
    Role.REVIEWER: frozenset({Act.WATCH, Act.APPROVE}),
}


def may(role: Role | None, act: Act) -> bool:
    """Whether this role allows the act; without a role nothing is allowed."""
    return role is not None and act in _ALLOWED[role]
