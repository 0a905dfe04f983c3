"""A bot at rest holds what it needs for the next tap, and nothing of what it may never need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATER = {
    "alembic": "a schema to bring up",
    "bot.sandbox": "a bot without a token",
    "bot.web.archive": "an archive's address in the settings",
    "feedparser": "a feed",
    "nh3": "an article",
    "numpy": "an article to place",
    "PIL": "a picture",
    "prometheus_client": "a scrape",
    "pymorphy3": "a Ukrainian text",
    "rapidfuzz": "a mistyped topic",
    "scipy": "an article to place",
    "trafilatura": "an article's page",
}
"""What is read when the first of these comes."""


def test_what_may_never_be_needed_is_read_when_it_is() -> None:
    code = f"import sys, bot.__main__; print(*sorted({set(LATER)} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == []


def test_names_of_time_zones_are_read_with_the_first_that_is_told() -> None:
    """The two megabytes in which CLDR keeps what holds for every language."""
    code = "import bot.__main__, babel.core; print(babel.core._global_data)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "None"
