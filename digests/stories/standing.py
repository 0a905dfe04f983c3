"""How far a story can be relied upon, and who says so (rule).

Each report is read for three kinds of cue: hedged (one source, claims, not verified), denied, plain.
Reports that deny what others tell make a story disputed; plain reports of two independent sources
confirm it; everything else is developing, and says who says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from digests.vocabulary import Standing

CONFIRMING_SOURCES = 2
LONGEST_ATTRIBUTION = 90
"""Characters; longer is no attribution but half a sentence."""
MOST_WORDS = 9
_HALF_A_SENTENCE = re.compile(
    r"[:…]|\b(?:who|whose|which|that|where|when|as|face|faces|який|яка|яке|які|що|де|коли)\b",
    re.IGNORECASE,
)
"""What no name of a person, an office or a paper holds."""

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
_ACCORDING = {
    "en": re.compile(r"\baccording to (?P<who>[^,.;!?—]+)", re.IGNORECASE),
    "uk": re.compile(
        r"\b(?P<who>(?:за (?:даними|словами|інформацією|повідомленням)|із посиланням на)"
        r" [^,.;!?—]+)",
        re.IGNORECASE,
    ),
}
_SAYING = {
    "en": re.compile(
        r"(?:^|[,;] |\. )(?:but |and |hours after )?(?P<who>[^,.;!?]{3,70}?),? "
        r"(?:said|says|say|claims|claimed|told|announced|warned|confirmed|denied)\b"
    ),
    "uk": re.compile(
        r"[,.] (?P<who>(?:повідоми\w+|заяви\w+|каж\w+|сказа\w+|пише|пишуть|розпові\w+|уточни\w+)"
        r" (?:у |в |на )?[^,.;!?—]{3,60})",
        re.IGNORECASE,
    ),
}
_OPENING = re.compile(r"^(?:За|Із) ")
_NAMED_FIRST = {
    "uk": re.compile(
        r"(?:^|\. )(?P<who>[^\W\d_][^,.;!?—]{2,50}?) (?:це )?"
        r"(?:заявля\w+|заяви\w+|запереч\w+|спростову\w+|повідомля\w+|повідоми\w+|каж\w+|сказа\w+)\b"
    ),
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
        return Judgement(Standing.DISPUTED, attribution(denied[-1]) or denied[-1].source)
    if len(plain) >= CONFIRMING_SOURCES:
        return Judgement(Standing.CONFIRMED, None)
    hedged = [report for report in reports if _met(HEDGED, report)]
    if hedged:
        return Judgement(Standing.DEVELOPING, attribution(hedged[0]) or hedged[0].source)
    return Judgement(Standing.DEVELOPING, attribution(reports[0]))


def attribution(report: Report) -> str | None:
    """Whom a report names for what it tells; none where it speaks for itself."""
    for told in (report.lead, report.title):
        for cues in (_ACCORDING, _SAYING, _NAMED_FIRST):
            cue = cues.get(report.language)
            found = cue.search(told) if cue else None
            if found and _names_somebody(found["who"]):
                return _OPENING.sub(lambda begins: begins[0].lower(), found["who"].strip())
    return None


def _names_somebody(who: str) -> bool:
    return (
        len(who) <= LONGEST_ATTRIBUTION
        and len(who.split()) <= MOST_WORDS
        and not _HALF_A_SENTENCE.search(who)
    )


@lru_cache(maxsize=READ_AGAIN)
def _met(cue: str, report: Report) -> bool:
    """Whether a report gives a cue; its story asks again with every new report."""
    pattern = _CUES[cue].get(report.language)
    return bool(pattern and pattern.search(report.told))
