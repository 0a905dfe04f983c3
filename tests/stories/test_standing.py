"""Standing: who says so, and how far it can be relied upon."""

from __future__ import annotations

import pytest

from digests.stories.standing import Report, judge
from digests.vocabulary import Standing


def report(lead: str, source: str = "Harbour Wire", language: str = "en") -> Report:
    return Report(source, "A title", lead, language)


PLAIN = report("Trains run again, the railway said.")
OTHER = report("The railway runs trains again.", "Dnipro Courier")
CLAIM = report("Moscow claimed that the village fell.", "Meridian")
DENIAL = report("Kyiv denied that the village fell.", "Ledger")


@pytest.mark.parametrize(
    ("reports", "standing"),
    [
        ([PLAIN], Standing.DEVELOPING),
        ([PLAIN, OTHER], Standing.CONFIRMED),
        ([PLAIN, CLAIM], Standing.DEVELOPING),
        ([CLAIM], Standing.DEVELOPING),
        ([CLAIM, DENIAL], Standing.DISPUTED),
        ([PLAIN, OTHER, DENIAL], Standing.DISPUTED),
        ([DENIAL], Standing.DEVELOPING),
    ],
)
def test_standing_follows_from_independent_reports(
    reports: list[Report], standing: Standing
) -> None:
    assert judge(reports).standing is standing


@pytest.mark.parametrize(
    ("lead", "language", "who"),
    [
        ("It fell, according to regional officials.", "en", "regional officials"),
        ("One person familiar with the plans told us so on condition of anonymity.", "en",
         "One person familiar with the plans"),
        ("Explosions were heard, occupation officials said.", "en", "occupation officials"),
        ("Missile strikes reported on a depot.", "en", "Harbour Wire"),
        ("Стався вибух, за даними обласної влади.", "uk", "за даними обласної влади"),
        ("За даними обласної влади, горить склад.", "uk", "за даними обласної влади"),
        ("Світло повернули, повідомили в обласній адміністрації.", "uk",
         "повідомили в обласній адміністрації"),
        ("Генштаб це заперечує: бої тривають", "uk", "Генштаб"),
        ("Сталося, за непідтвердженими даними", "uk", "Harbour Wire"),
        ("Two singers face a claim over a cancelled show.", "en", "Harbour Wire"),
        ("It fell, according to a study whose findings few have read.", "en", None),
        ("The railway runs trains again.", "en", None),
        ("Ніхто нічого не знає", "uk", None),
    ],
)  # fmt: skip
def test_whoever_says_so_is_named(lead: str, language: str, who: str | None) -> None:
    assert judge([report(lead, language=language)]).attribution == who


def test_a_confirmed_story_needs_no_attribution() -> None:
    assert judge([PLAIN, OTHER]).attribution is None


def test_a_claim_belongs_to_whoever_made_it_first() -> None:
    later = report("A village fell, it was claimed by bloggers.", "Other")
    assert judge([CLAIM, later]).attribution == "Moscow"
