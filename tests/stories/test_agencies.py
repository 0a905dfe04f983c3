"""Agencies: whose report it is that a paper carries."""

from __future__ import annotations

import pytest

from digests.stories.agencies import agency_of


@pytest.mark.parametrize(
    ("source", "text", "agency"),
    [
        ("Harbour Wire", "KYIV, Nov 23 (Reuters) - Drones hit a grain terminal overnight.", "Reuters"),
        ("Harbour Wire", "KYIV (AP) — Drones hit a grain terminal overnight.", "AP"),
        ("Harbour Wire", "Two silos burned, an official told Reuters on Monday.", "Reuters"),
        ("Harbour Wire", "Two silos burned, AFP reported.", "AFP"),
        ("Harbour Wire", "Two silos burned overnight. Nobody was hurt.\nAFP", "AFP"),
        ("Північний вісник", "У порту горять два силоси, повідомляє Укрінформ.", "Ukrinform"),
        ("Північний вісник", "Про це пише агенція «Інтерфакс-Україна».", "Interfax-Ukraine"),
        ("Північний вісник", "Джерело: Reuters. У порту горять два силоси.", "Reuters"),
        ("Ukrinform (English)", "Two silos burned in Izmail overnight.", "Ukrinform"),
        ("Harbour Wire", "Two silos burned, the governor said.", None),
        ("Harbour Wire", "The AP-12 mortar was seen near Reuters Plaza.", None),
        ("Північний вісник", "У порту горять два силоси, повідомляє губернатор.", None),
        ("Harbour Wire", "", None),
    ],
)  # fmt: skip
def test_credit_names_the_agency(source: str, text: str, agency: str | None) -> None:
    assert agency_of(source, text) == agency


def test_of_two_credits_the_first_counts() -> None:
    assert agency_of("", "KYIV (Reuters) - Two silos burned, AFP reported.") == "Reuters"
