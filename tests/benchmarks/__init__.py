"""What Frontwire measures of itself: ``make bench`` runs them all and prints one table."""

from __future__ import annotations

import json


def figure(
    name: str, measured: float | str, demanded: str = "-", unit: str = "", *, ok: bool | None = None
) -> dict[str, object]:
    """One row of the table; ``ok`` is none where nothing is demanded."""
    row = {"name": name, "demanded": demanded, "measured": measured, "unit": unit, "ok": ok}
    print(json.dumps(row), flush=True)
    return row
