"""How often words stand in any text of their language (rule): from ``usual.tsv.gz``, compiled from wordfreq
(see ``tests/compile_usual.py``).

What a bot has read itself says little on its first day: without this, "morning" would be as rare as a name.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from sys import intern

TABLE = Path(__file__).with_name("usual.tsv.gz")


@cache
def usual_share(language: str) -> Mapping[str, float]:
    """The share of texts that hold a stem, or a word that begins so; what is not in it is rare."""
    with gzip.open(TABLE, "rt", encoding="utf-8") as file:
        rows = (line.rstrip("\n").split("\t") for line in file)
        return {intern(term): float(share) for code, term, share in rows if code == language}
