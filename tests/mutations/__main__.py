"""``make mutations``: takes each guard away in a copy of this tree, and demands that its test turns red.

Prints mutation, test and what came of it; exit code 1 where a test does not notice.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutations.guards import MUTATIONS, Mutation

ROOT = Path(__file__).parents[2]
PARTS = ("bot", "digests", "templates", "tests", "pyproject.toml")
RED, GREEN = 1, 0
"""pytest's exit codes: some tests failed; all passed. Any other means that none ran as meant."""


def copied(into: Path) -> None:
    """What the tests need, without the environment and its leftovers."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part, into / part, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copyfile(ROOT / part, into / part)


def outcome(root: Path, test: str) -> int:
    """pytest's exit code for this test, run in that tree."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    return subprocess.run(command, cwd=root, capture_output=True).returncode


def judged(root: Path, mutation: Mutation) -> str:
    """``red`` as it should be; else what is wrong."""
    if outcome(root, mutation.test) != GREEN:
        return "RED ALREADY"
    file = root / mutation.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutation.mutated(root), encoding="utf-8")
    try:
        found = outcome(root, mutation.test)
    finally:
        file.write_text(whole, encoding="utf-8")
    return {RED: "red", GREEN: "SURVIVES"}.get(found, f"BROKEN ({found})")


def main() -> int:
    """All of them, or those whose names hold the words given."""
    wanted = [one for one in MUTATIONS if all(word in one.name for word in sys.argv[1:])]
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="fw-mutations-") as folder:
        copied(Path(folder))
        for mutation in wanted:
            found = judged(Path(folder), mutation)
            survivors += found != "red"
            sys.stdout.write(f"{found:12} {mutation.name:52} {mutation.test}\n")
            sys.stdout.flush()
    return 1 if survivors or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
