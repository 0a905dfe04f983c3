"""Whatever goes wrong among several couriers: nothing lost, nothing unexplained twice, no limit broken.

``FRONTWIRE_SIM_SEED=17 pytest tests/outbox/test_simulation.py`` plays one seed again, exactly;
``FRONTWIRE_SIM_SEEDS=1000`` plays that many.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from digests.storage.database import Database
from tests.outbox.simulation.inline import careless, inline
from tests.outbox.simulation.judge import Judge
from tests.outbox.simulation.loop import VirtualLoop
from tests.outbox.simulation.play import Play

ONE = os.environ.get("FRONTWIRE_SIM_SEED")
SEEDS = [int(ONE)] if ONE else range(int(os.environ.get("FRONTWIRE_SIM_SEEDS", "12")))
ON_POSTGRESQL = [seed for seed in SEEDS if ONE or seed % 6 == 2]
"""Some of them: there each takes five times as long."""


def played(seed: int, url: str) -> tuple[list[str], Play]:
    """What is wrong with how this seed ended; and the play itself."""

    async def run() -> tuple[list[str], Play]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        database = Database(url)
        if database.is_sqlite:
            inline(database.engine)
            inline(database._readers)
        else:
            careless(database.engine)
        play = Play(seed, database, loop)
        try:
            await play.run()
            async with play.act() as session:
                return await Judge(play).verdict(session), play
        finally:
            loop.is_over = True
            await database.close()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(run())


def hold(seed: int, url: str) -> None:
    wrong, play = played(seed, url)
    again = f"FRONTWIRE_SIM_SEED={seed} python -m pytest {__file__}"
    assert not wrong, "\n".join([*wrong, str(play.story()), f"again: {again}"])


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """Makes databases with every table; their URLs."""

    def make() -> str:
        copy = tmp_path / f"{uuid4().hex}.db"
        shutil.copyfile(sqlite_template, copy)
        return f"sqlite:///{copy}"

    return make


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_the_promise_holds_for_every_seed(file: Callable[[], str], seed: int) -> None:
    hold(seed, file())


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", ON_POSTGRESQL)
@pytest.mark.postgresql
@pytest.mark.timeout(300)
def test_the_promise_holds_on_postgresql(database: Database, seed: int) -> None:
    hold(seed, database.url.render_as_string(hide_password=False))


def test_a_seed_plays_the_same_twice(file: Callable[[], str]) -> None:
    """Else the seed that a failure prints would be of no use. Seed 13 has several workers and all kinds
    of trouble."""
    first, second = (played(13, file())[1].telegram.log for _ in range(2))
    assert first == second
    assert first
