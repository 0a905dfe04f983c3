"""Of what sources change without a word, editors are shown what changes what was said."""

from __future__ import annotations

import pytest

from digests.corrections.silent import Version, Weight, weight

TITLES = [
    # The same, said again.
    ("en", "Drones hit a depot near Luhansk", "Drones hit a depot near Luhansk", None),
    ("en", "Drones hit a depot near Luhansk", "Drones  hit a depot, near Luhansk.", None),
    ("en", "Drones hit a depot near Luhansk", "Drones hit a depot near Luhansk (updated)", None),
    ("en", "Drones hit a depot near Luhansk", "LIVE: Drones hit a depot near Luhansk", None),
    ("en", "Drones hit a depot near Luhansk", "Updated 14:05: Drones hit a depot near Luhansk", None),
    ("en", "Dornes hit a depott near Luhansk", "Drones hit a depot near Luhansk", None),
    ("en", "Drones hit depot near Luhansk", "Drones hit a depot near the city of Luhansk", None),
    ("en", "Zelensky visits Kharkiv", "Zelenskyy visits Kharkiv", None),
    ("en", "Five killed in Sumy", "5 killed in Sumy", None),
    ("en", "40,000 without power in Kharkiv", "40 thousand without power in Kharkiv", None),
    ("uk", "Дрони влучили у склад під Луганськом", "Дрони влучили в склад біля Луганська", None),
    ("uk", "Дрони влучили у склад", "Оновлено: дрони влучили у склад", None),
    ("uk", "П’ятеро загинули у Сумах", "5 загинули в Сумах", None),
    ("uk", "Без світла 40 000 осель у Харкові", "Без світла 40 тис осель у Харкові", None),
    # A story that grows.
    ("en", "Drones hit a depot", "Drones hit a depot near Luhansk, two hurt", None),
    ("uk", "Дрони влучили у склад", "Дрони влучили у склад, двоє поранених", None),
    # Other numbers.
    ("en", "Five killed in Sumy", "Three killed in Sumy", Weight.NUMBER),
    ("en", "12 killed in Sumy", "2 killed in Sumy", Weight.NUMBER),
    ("en", "40,000 without power", "4,000 without power", Weight.NUMBER),
    ("uk", "П’ятеро загинули у Сумах", "Троє загинули у Сумах", Weight.NUMBER),
    ("uk", "Збито 12 дронів", "Збито 21 дрон", Weight.NUMBER),
    # A "not" more or less.
    ("en", "Talks will resume on Monday", "Talks will not resume on Monday", Weight.NEGATION),
    ("en", "No casualties in Odesa", "Casualties in Odesa", Weight.NEGATION),
    ("en", "Ministry confirms the strike", "Ministry denies the strike", Weight.NEGATION),
    ("en", "He said he'll go", "He said he won't go", Weight.NEGATION),
    ("uk", "Переговори відновлять у понеділок", "Переговори не відновлять у понеділок", Weight.NEGATION),
    ("uk", "Постраждалих немає", "Є постраждалі", Weight.NEGATION),
    # Other names.
    ("en", "Strike on a depot in Luhansk", "Strike on a depot in Donetsk", Weight.NAME),
    ("en", "Missiles fired from Iran at night", "Missiles fired from Iraq at night", Weight.NAME),
    ("uk", "Удар по складу в Луганську", "Удар по складу в Донецьку", Weight.NAME),
    ("uk", "Ракети з боку Ірану вночі", "Ракети з боку Іраку вночі", Weight.NAME),
    # Another headline.
    ("en", "Kharkiv hit by drones overnight", "Sumy hit by drones overnight", Weight.NAME),
    ("en", "Depot burns after missile strike", "Depot burns after short circuit", Weight.HEADLINE),
    ("en", "Russia strikes Ukraine", "Ukraine strikes Russia", Weight.HEADLINE),
    ("en", "Russia Strikes Depot In Ukraine", "Depot Fire In Ukraine Was Accident", Weight.HEADLINE),
    ("uk", "Склад горить після удару", "Склад горить через коротке замикання", Weight.HEADLINE),
    # Taken back.
    ("en", "Depot burns", "WITHDRAWN: Depot burns", Weight.WITHDRAWN),
    ("en", "Depot burns", "Retraction: depot story", Weight.WITHDRAWN),
    ("uk", "Склад горить", "Відкликано: склад горить", Weight.WITHDRAWN),
]  # fmt: skip


@pytest.mark.parametrize(("language", "was", "now", "expected"), TITLES)
def test_what_a_changed_headline_touches(
    language: str, was: str, now: str, expected: Weight | None
) -> None:
    assert weight(Version(was), Version(now), language) is expected


EN = (
    "A fuel depot burns near Luhansk. Twelve people were taken to hospital, officials say. "
    "The mayor has not confirmed who fired."
)
UK = (
    "Під Луганськом горить нафтобаза. До лікарні забрали дванадцятьох людей, кажуть посадовці. "
    "Мер не підтвердив, хто стріляв."
)

TEXTS = [
    ("en", EN, EN + " Firefighters are at work, the governor of the region said at noon.", None),
    ("en", EN, EN.replace("hospital", "hospitl"), None),
    ("en", EN, EN.replace("Twelve", "12"), None),
    ("en", EN, EN[:80], None),
    ("en", EN, "", None),
    ("en", EN, EN.replace("Twelve", "Two"), Weight.NUMBER),
    ("en", EN, EN.replace("has not confirmed", "has confirmed"), Weight.NEGATION),
    ("en", EN, EN.replace("Luhansk", "Donetsk"), Weight.NAME),
    ("en", EN, EN.replace(" Twelve people were taken to hospital, officials say.", ""), Weight.NUMBER),
    ("uk", UK, UK + " Рятувальники працюють, сказав голова області.", None),
    ("uk", UK, UK.replace("дванадцятьох", "12"), None),
    ("uk", UK, UK.replace("дванадцятьох", "двох"), Weight.NUMBER),
    ("uk", UK, UK.replace("не підтвердив", "підтвердив"), Weight.NEGATION),
    ("uk", UK, UK.replace("Луганськом", "Донецьком"), Weight.NAME),
]  # fmt: skip


@pytest.mark.parametrize(("language", "was", "now", "expected"), TEXTS)
def test_what_a_changed_text_touches(
    language: str, was: str, now: str, expected: Weight | None
) -> None:
    same = "A title that stays"
    assert weight(Version(same, was), Version(same, now), language) is expected
