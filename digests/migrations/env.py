"""Alembic's entry: runs on the connection it is handed, in one transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum

from digests.audience.subscriber import LENGTH, ManyManners
from digests.migrations import is_ours
from digests.migrations.tables import METADATA
from digests.storage.schema import Instant


def _spelling(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Times as our own type; words as plain text, so that an old migration never knows new words."""
    if kind == "type" and isinstance(item, Instant):
        autogen.imports.add("from digests.storage.schema import Instant")
        return "Instant()"
    if kind == "type" and isinstance(item, ManyManners):
        return f"sa.String(length={LENGTH})"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    render_item=_spelling,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
