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
        ("Nobody has said who was hurt.", "en", None),
        ("Two deaths confirmed in Kyiv.", "en", None),
        ("Про постраждалих поки не кажуть.", "uk", None),
        ("У п’ятницю повідомили про обстріл.", "uk", None),
        ("На Куп’янщині оголосили евакуацію.", "uk", None),
        ("Німеччина передає Україні дві системи.", "uk", None),
    ],
)  # fmt: skip
def test_whoever_says_so_is_named(lead: str, language: str, who: str | None) -> None:
    assert judge([report(lead, language=language)]).attribution == who


def test_a_confirmed_story_needs_no_attribution() -> None:
    assert judge([PLAIN, OTHER]).attribution is None


def test_a_claim_belongs_to_whoever_made_it_first() -> None:
    later = report("A village fell, it was claimed by bloggers.", "Other")
    assert judge([CLAIM, later]).attribution == "Moscow"


@pytest.mark.parametrize(
    ("told", "language", "who"),
    [
        ("The bridge is closed, says the regional governor.", "en", "the regional governor"),
        ("Oleh Kiper, the governor, said the bridge is closed.", "en", "the governor"),
        ("The defence ministry has said on Friday that a ship sank.", "en", "the defence ministry"),
        ("Nobody has said who was hurt. The fire is out, rescuers say.", "en", "rescuers"),
        ("A ship sank, Reuters reports.", "en", "Reuters"),
        ("The plant is on the grid, the IAEA confirmed.", "en", "the IAEA"),
        ("Minister to lead delegation, report says", "en", "report"),
        ("Вибухи в порту, передає Reuters.", "uk", "Reuters"),
        ("Kyiv says three drones fell; Moscow denies it.", "en", "Kyiv"),
        ("Влучили в склад, каже очільник області.", "uk", "очільник області"),
        ("Влучили в склад, повідомляє обласна адміністрація.", "uk", "обласна адміністрація"),
        ("Пожежу загасили, повідомила ДСНС.", "uk", "ДСНС"),
        ("Як повідомляє ДСНС, пожежу загасили.", "uk", "ДСНС"),
        ("Влучили в склад, повідомив мер Ігор Терехов у Telegram.", "uk", "мер Ігор Терехов"),
        ("Пожежу загасили, кажуть рятувальники.", "uk", "рятувальники"),
        ("Про це повідомив президент.", "uk", "президент"),
        ("Міністр також заявив, що перемовини тривають.", "uk", "міністр"),
        ("Київ заявив про удар; Москва заперечує.", "uk", "Київ"),
        ("За словами мера, двоє поранених.", "uk", "за словами мера"),
        ("У прокуратурі зазначили, що загинуло двоє.", "uk", "зазначили у прокуратурі"),
        ("Є загиблі — ОВА", "uk", "ОВА"),
    ],
)
def test_who_says_so_is_named_without_the_verb(told: str, language: str, who: str) -> None:
    """A label stands before it; the verb stays only where the name is in no nominative."""
    assert judge([report(told, language=language)]).attribution == who


def test_a_dispute_is_attributed_to_who_denies() -> None:
    denial = report("The governor said that it fell; Kyiv denied that it did.", "Ledger")
    assert judge([CLAIM, denial]).attribution == "Kyiv"
