"""``make bench``: every benchmark in turn, each in a process of its own, and a table at the end.

Each is a module of this folder that prints, as one line of JSON for each figure:
``{"name": ..., "demanded": ..., "measured": ..., "unit": ..., "ok": true}``; other lines are for people.
Names on the command line choose some of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def names() -> list[str]:
    """Every benchmark there is."""
    return sorted(
        path.stem
        for path in HERE.glob("*.py")
        if path.stem[0] != "_" and "def main(" in path.read_text(encoding="utf-8")
    )


def figures(name: str) -> Iterator[dict[str, Any]]:
    """Runs one, showing what it says, and gives its figures."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parents[1])
    assert process.stdout is not None
    for line in process.stdout:
        print(f"  {line}", end="", flush=True)
        yield from _figures_in(name, line)
    if process.wait():
        yield {"name": name, "demanded": "to run", "measured": "it failed", "unit": "", "ok": False}


def _figures_in(name: str, line: str) -> Iterator[dict[str, Any]]:
    if not line.startswith(("{", "[")):
        return
    try:
        said = json.loads(line)
    except json.JSONDecodeError:
        return
    for row in said if isinstance(said, list) else [said]:
        if "measured" in row:
            yield {"name": name, "demanded": "-", "unit": "", "ok": None, **row}


def table(rows: list[dict[str, Any]]) -> str:
    """Demanded beside measured, as README shows it."""
    lines = ["| what | demanded | measured |", "|---|---|---|"]
    for row in rows:
        mark = "" if row["ok"] is not False else " (missed)"
        measured = f"{row['measured']} {row['unit']}".strip()
        lines.append(f"| {row['name']} | {row['demanded']} | {measured}{mark} |")
    return "\n".join(lines)


def main() -> None:
    """Runs them all, or those that are named."""
    rows: list[dict[str, Any]] = []
    for name in sys.argv[1:] or names():
        print(f"{name}:", flush=True)
        rows += figures(name)
    print(table(rows))
    sys.exit(any(row["ok"] is False for row in rows))


if __name__ == "__main__":
    main()
