"""An operator's topics file: every fault is named by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from digests.errors import TopicsFileError
from digests.stories.tagging import load_topics

GOOD = """
[energy]
title = {en = "Energy", uk = "Енергетика"}
about = {en = "The grid", uk = "Мережа"}
aliases = {en = ["power"], uk = ["світло"]}
[energy.en]
strong = ["power grid"]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "topics.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_own_file_replaces_ours(tmp_path: Path) -> None:
    topics = load_topics(written(tmp_path, GOOD))
    assert topics.names == ("energy",)
    assert topics.tag("", "The power grid failed", "en")[0].topic == "energy"


@pytest.mark.parametrize(
    ("wrong", "right", "named"),
    [
        ("[energy.en]", "[energy.de]", r"\[energy\].*'de'.*languages are en, uk, ru"),
        ("strong =", "strang =", r"\[energy\.en\] strang"),
        ('["power grid"]', '"power grid"', r"\[energy\.en\] strong: must be a list"),
        ('["power grid"]', '["power &"]', r"\[energy\.en\] strong: phrase 'power &'"),
        ('["power grid"]', '["a b", "a b"]', r"'a b' stands there twice"),
        ('["power grid"]', "[]", r"\[energy\]: holds no phrase"),
        ('uk = "Енергетика"', 'de = "Energie"', r"\[energy\] title: unknown key 'de'"),
        (', uk = "Мережа"', "", r"\[energy\] about: uk is missing"),
        ("[energy]", "threshold = 3\n[energy]", r"threshold: must be a table"),
        ("[energy.en]", "threshold = 0\n[energy.en]", r"\[energy\] threshold"),
        ("energy", "En ergy", r"line 2"),
        ("[energy]", "[ENERGY]", r"\[ENERGY\]: a name is"),
        (GOOD, GOOD + GOOD, r"energy.*line \d+"),
        (GOOD, GOOD + GOOD.replace("energy", "grid"), r"\[grid\]: '\w+' already means \[energy\]"),
        (GOOD, "", "holds no topic"),
    ],
)
def test_a_fault_is_named_by_its_place(tmp_path: Path, wrong: str, right: str, named: str) -> None:
    assert wrong in GOOD
    path = written(tmp_path, GOOD.replace(wrong, right))
    with pytest.raises(TopicsFileError, match=named) as error:
        load_topics(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TopicsFileError, match="cannot be read"):
        load_topics(tmp_path / "none.toml")
