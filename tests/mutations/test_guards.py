"""Every mutation still finds its guard, and names a test that there is: ``make mutations`` does the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations.guards import MUTATIONS, Mutation

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_mutation_finds_its_guard_and_its_test(mutation: Mutation) -> None:
    mutation.mutated(ROOT)
    file, _, name = mutation.test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
