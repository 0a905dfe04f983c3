"""The command line.

Every import of weight is in the command that needs it: ``--help`` is instant.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 partly done (some lines were bad).
"""

from bot.cli import articles, desk, running, sources, topics
from bot.cli.root import FAILED, MISUSED, PARTLY, main

__all__ = [
    "FAILED",
    "MISUSED",
    "PARTLY",
    "articles",
    "desk",
    "main",
    "running",
    "sources",
    "topics",
]
