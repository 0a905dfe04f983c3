"""What each role may do."""

from __future__ import annotations

import pytest

from digests.alerts.editor import Role
from digests.alerts.permission import Act, may

TABLE = {
    #              owner  editor reviewer nobody
    Act.WATCH: (True, True, True, False),
    Act.PROPOSE: (True, True, False, False),
    Act.APPROVE: (True, True, True, False),
    Act.CORRECT: (True, True, False, False),
    Act.SOURCES: (True, True, False, False),
    Act.APPOINT: (True, False, False, False),
}


@pytest.mark.parametrize("act", Act)
def test_each_role_may_do_what_the_table_says(act: Act) -> None:
    roles = (Role.OWNER, Role.EDITOR, Role.REVIEWER, None)
    assert tuple(may(role, act) for role in roles) == TABLE[act]
