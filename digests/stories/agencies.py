"""Which news agency a report was taken from (rule): its copies in many papers are one source.

Credit stands in the dateline ("KYIV (Reuters) -"), in a last line of its own, or in the words by which a
paper passes on what an agency tells ("повідомляє Укрінформ"). A mere mention is no credit.
"""

from __future__ import annotations

import re
from functools import lru_cache

HEAD, TAIL = 700, 160
"""Characters at the beginning and the end of a text where credit is given."""

_NAMES = {
    "Reuters": r"Reuters|Рейтер(?:з|с|у|а|ом)?",
    "AP": r"AP|Associated Press|Ассошіейтед Пресс",
    "AFP": r"AFP|Agence France-Presse|Франс Пресс",
    "DPA": r"dpa|DPA|Deutsche Presse-Agentur",
    "Bloomberg": r"Bloomberg|Блумберг(?:у|а)?",
    "Ukrinform": r"Ukrinform|Укрінформ(?:у|ом|і)?",
    "Interfax-Ukraine": r"Interfax-Ukraine|Інтерфакс-Україн(?:а|и|і|ою)",
    "UNIAN": r"UNIAN|УНІАН",
    "RBC-Ukraine": r"RBC-Ukraine|РБК-Україна",
    "TASS": r"TASS|ТАСС",
    "Interfax": r"Interfax(?!-)|Інтерфакс(?:у|ом)?(?!-)",
    "RIA Novosti": r"RIA Novosti|РІА Новини|РІА Новості",
    "Xinhua": r"Xinhua|Сіньхуа",
    "Yonhap": r"Yonhap|Йонхап",
}
_BEGUN = tuple(
    begun
    for names in _NAMES.values()
    for begun in re.findall(r"(?:^|\|)([^(|]+)", re.sub(r"\([^)]*\)\??", "", names))
)
"""How each name begins. Most texts hold none, and are asked nothing else."""

_CREDIT = (
    r"\((?:{name})\)\s*[-–—:]?",
    r"^(?:{name})\s*[-–—:]\s",
    r"\b(?:told|[Rr]eported by|[Aa]ccording to|[Cc]iting|[Ss]ource:|[Vv]ia|[Bb]y) (?:the )?(?:{name})\b",
    r"\b(?:{name}) (?:news agency )?(?:reports|reported|повідомляє|повідомило|повідомив|передає|пише)\b",
    r"\b(?:[Пп]овідомля(?:є|ють)|[Пп]ередає|[Пп]ише|[Пп]ишуть|[Пп]овідоми(?:ло|в|ли)|[Дд]жерело:"
    r"|посиланням на|[Зз]а (?:даними|інформацією|повідомленням|матеріалами))"
    r" (?:(?:агентств|агенці)\w+ )?[«\"“]?(?:{name})\b",
)
_LAST_LINE = r"(?:^|[\n.!?»”\"])\s*[(\[—–-]*\s*(?:{name})\s*[)\]]*\.?\s*$"
_PATTERNS = {
    agency: (
        re.compile("|".join(credit.replace("{name}", name) for credit in _CREDIT), re.MULTILINE),
        re.compile(_LAST_LINE.replace("{name}", name)),
        re.compile(rf"\b(?:{name})\b"),
    )
    for agency, name in _NAMES.items()
}


def agency_of(source: str, text: str) -> str | None:
    """The agency whose report this is; the source's own name counts; none where nobody is credited.

    Where several are credited, the one that is named first.
    """
    return agency_named(source) or _credited(text)


@lru_cache(maxsize=1_000)
def agency_named(source: str) -> str | None:
    """The agency that a source is, by its name."""
    return next((a for a, (_, _, name) in _PATTERNS.items() if name.search(source)), None)


def _credited(text: str) -> str | None:
    head, tail = text[:HEAD], text[-TAIL:].rstrip()
    if not any(begun in head or begun in tail for begun in _BEGUN):
        return None
    found: list[tuple[int, str]] = []
    for agency, (credit, last_line, _) in _PATTERNS.items():
        if credited := credit.search(head):
            found.append((credited.start(), agency))
        elif last_line.search(tail):
            found.append((len(text), agency))
    return min(found)[1] if found else None
