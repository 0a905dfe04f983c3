"""How far a story can be relied upon, and who says so (rule).

Each report is read for three kinds of cue: hedged (one source, claims, not verified), denied, plain.
Reports that deny what others tell make a story disputed; plain reports of two independent sources
confirm it; everything else is developing, and says who says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digests.stories.attribution import denier_in, speaker_in
from digests.vocabulary import Standing

CONFIRMING_SOURCES = 2
_HEDGED = {
    "en": re.compile(
        r"\b(?:unconfirmed|unverified|reportedly|allegedly|anonymous\w*|anonymity|unnamed"
        r"|claim(?:s|ed|ing)?|(?:could|can|has|have) ?not (?:yet )?(?:be|been) (?:\w+ )?"
        r"(?:verified|confirmed|checked)|(?:has|have) not confirmed|would not confirm"
        r"|(?:declined|refused) to (?:comment|confirm)|not (?:yet )?(?:confirmed|verified)"
        r"|a source|sources? (?:say|said|told)|(?:strikes?|attacks?|explosions?) reported"
        r"|were reported|reports? sa(?:y|ys|id))\b",
        re.IGNORECASE,
    ),
    "uk": re.compile(
        r"\b(?:непідтверджен\w*|не підтверд\w+|підтвердження (?:\w+ )?немає|не перевірен\w*"
        r"|анонімн\w*|неназван\w*|нібито|ймовірно|імовірно|начебто|заявля\w+ про|заявило про"
        r"|за словами джерел\w*|джерел[оа]\b(?! енергії)|не коменту\w+|не стали коментувати"
        r"|попередн\w+ (?:даними|висновок))\b",
        re.IGNORECASE,
    ),
}
_DENIED = {
    "en": re.compile(
        r"\b(?:den(?:y|ies|ied)|refut(?:es?|ed)|dismiss\w* (?:the )?(?:claim|report))\b"
        r"(?! entry| access)",
        re.IGNORECASE,
    ),
    "uk": re.compile(r"\b(?:запереч\w+|спростов\w+|спростува\w+)\b(?! вину)", re.IGNORECASE),
}


HEDGED, DENIED = "hedged", "denied"
_CUES = {HEDGED: _HEDGED, DENIED: _DENIED}
READ_AGAIN = 4_096
"""Answers that are kept."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one independent source tells of the event."""

    source: str
    title: str
    lead: str
    language: str

    @property
    def told(self) -> str:
        """Title and lead: what cues are looked for in."""
        return f"{self.title}. {self.lead}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The standing, and who says so where it is not confirmed; none where one source simply reports."""

    standing: Standing
    attribution: str | None


def judge(reports: Sequence[Report]) -> Judgement:
    """The standing of an event from its independent reports, the newest last; at least one.

    A claim is attributed to whoever made it first, a dispute to whoever denied it last.
    """
    denied = [report for report in reports if _met(DENIED, report)]
    plain = {r.source for r in reports if not _met(HEDGED, r) and not _met(DENIED, r)}
    if denied and len({report.source for report in reports}) > 1:
        who = _named(denier_in, denied[-1]) or attribution(denied[-1])
        return Judgement(Standing.DISPUTED, who or denied[-1].source)
    if len(plain) >= CONFIRMING_SOURCES:
        return Judgement(Standing.CONFIRMED, None)
    hedged = [report for report in reports if _met(HEDGED, report)]
    if hedged:
        return Judgement(Standing.DEVELOPING, attribution(hedged[0]) or hedged[0].source)
    return Judgement(Standing.DEVELOPING, attribution(reports[0]))


def attribution(report: Report) -> str | None:
    """Whom a report names for what it tells; none where it speaks for itself."""
    return _named(speaker_in, report) or _named(denier_in, report)


def _named(by: Callable[[str, str], str | None], report: Report) -> str | None:
    return by(report.lead, report.language) or by(report.title, report.language)


@lru_cache(maxsize=READ_AGAIN)
def _met(cue: str, report: Report) -> bool:
    """Whether a report gives a cue; its story asks again with every new report."""
    pattern = _CUES[cue].get(report.language)
    return bool(pattern and pattern.search(report.told))
