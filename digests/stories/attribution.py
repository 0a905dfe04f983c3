"""Whom a text names for what it tells (rule): "the governor", "обласна адміністрація", "за даними ОВА".

Who says so is told without the verb, for a label stands before it: "Unconfirmed: the governor". Only where
the name stands in no nominative the verb stays, as in "повідомили в адміністрації".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_ATTRIBUTION = 90
"""Characters; longer is no attribution but half a sentence."""
MOST_WORDS = 9

_SAYING = {
    "en": (
        r"says?|said|(?<!the )(?<!a )claims?|claimed|tells|told|announces|warns|confirms|insist(?:s|ed)"
        r"|admit(?:s|ted)|acknowledges|add(?:s|ed)|writes|wrote|reports (?=that\b)|reported (?=that\b)"
        # Not "two deaths confirmed in Kyiv": that is no verb.
        r"|(?:announced|warned|confirmed)(?= (?!in\b|at\b|near\b|by\b|dead\b)\w)"
    ),
    "uk": (
        r"повідом(?:ля[єюв]\w*|и[влт]\w*|лять)|заяв(?:ля[єюв]\w*|и[влт]\w*)|ка(?:же|жуть|зав|зал[аио])"
        r"|сказа[вл]\w*|пише|пишуть|(?:на)?писа[вл]\w*|розпов(?:і[вл]\w*|ідає|ідають)"
        r"|уточн(?:ює|юють|и[вл]\w*)|зазнач(?:ає|ають|и[вл]\w*)|наголо(?:шує|шують|си[вл]\w*)"
        r"|інформу(?:є|ють|ва[вл]\w*)|стверджу(?:є|ють|ва[вл]\w*)|підтвердж(?:ує|ують)|підтверди[вл]\w*"
        r"|поясн(?:ює|юють|и[вл]\w*)|поперед(?:жає|жають|и[вл]\w*)|запевн(?:яє|яють|и[вл]\w*)"
        r"|припуска(?:є|ють)|припусти[вл]\w*"
    ),
}
_DENYING = {"en": r"den(?:y|ies)|denied(?= \w)", "uk": r"запереч\w+|спростову\w+|спростува[вл]\w*"}

_DEMANDING = {
    "en": (
        r"accuse[sd]?|rejects?|rejected|demands?|demanded|vow(?:s|ed)|urge[sd]?|blame[sd]?|condemn(?:s|ed)?"
        r"|threaten(?:s|ed)?|asks?|asked|calls (?:on|for)"
    ),
    "uk": (
        r"звинува\w+|відкида\w+|відкину\w+|вимага\w+|заклик\w+|погрожу\w+|засуд\w+|просить|попроси\w+"
    ),
}

_REST = r"[^,.;:!?…—–()]"
_ACCORDING = {
    "en": re.compile(rf"\baccording to (?P<who>{_REST}+)", re.IGNORECASE),
    "uk": re.compile(
        r"\b(?P<who>(?:за (?:даними|словами|інформацією|повідомленням|оцінк(?:ою|ами)|версією"
        rf"|свідченнями)|і?з посиланням на) {_REST}+)",
        re.IGNORECASE,
    ),
}
_SIGNED = {
    # At the end of a sentence "confirmed" is a verb only after somebody: ", the IAEA confirmed."
    "en": re.compile(
        rf", (?P<who>(?:the |[A-Z]){_REST}{{1,60}}?) (?:has |have )?"
        r"(?:confirmed|announced|warned)(?=[.;!?]|$)"
    ),
    # As headlines do: "Обстріляли Херсон, є загиблі — ОВА".
    "uk": re.compile(
        r" [—–] (?P<who>[А-ЯІЇЄҐA-Z]{2,6}|Генштаб\w*|Міноборони|Повітряні сили|поліція|прокуратура"
        r"|рятувальники|мер|мерія|очільник \w+)\.?$"
    ),
}


def _inverted(verbs: dict[str, str]) -> dict[str, re.Pattern[str]]:
    """The verb before the name: ", says the governor"."""
    return {
        "en": re.compile(rf"[,—–] (?:{verbs['en']}) (?P<who>{_REST}{{2,70}})(?=[,.;!?]|$)"),
        "uk": re.compile(
            rf"(?:[,.:;!?—–] |^)(?:про це |як )?(?P<verb>{verbs['uk']})"
            rf"(?: (?:про )?(?:це|нам|журналістам))? (?P<who>{_REST}{{2,70}})",
            re.IGNORECASE,
        ),
    }


def _direct(verbs: dict[str, str]) -> dict[str, re.Pattern[str]]:
    """The name before the verb: "the governor says"."""
    return {
        "en": re.compile(
            r"(?:^|(?<=[,.;:!?…—–] )|(?<=[,.!?][”\"] ))(?P<who>[^,.;:!?…—–]{2,70}?),? "
            rf"(?:{verbs['en']})\b"
        ),
        "uk": re.compile(
            rf"(?:^|(?<=[.:;!?…] ))(?P<who>[^\W\d_]{_REST}{{1,60}}?) (?:це )?(?P<verb>{verbs['uk']})\b"
        ),
    }


_TOLD_BY = {
    "en": rf"{_SAYING['en']}|reports?|reported",
    "uk": rf"{_SAYING['uk']}|переда(?:є|ють)",
}
_TELLING = {
    "en": rf"{_SAYING['en']}|reports?(?=[.;!?]|$)|reported(?=[.;!?]|$)",
    "uk": _SAYING["uk"],
}
_SAYING_SO = (_ACCORDING, _inverted(_TOLD_BY), _direct(_TELLING), _SIGNED)
_DENYING_IT = (_inverted(_DENYING), _direct(_DENYING))

_BEFORE = {
    "en": re.compile(r"^(?:but|and|while|later|meanwhile|hours after) ", re.IGNORECASE),
    "uk": re.compile(r"^(?:але|водночас|однак|також|проте|тим часом|а|і|й) ", re.IGNORECASE),
}
_SOFT = {
    "en": re.compile(r"^The\b"),
    "uk": re.compile(
        r"^(?:За|Із|З|У|В|На|Мер|Міністр|Президент|Губернатор|Очільни\w+|Голова|Речни\w+|Військові"
        r"|Рятувальники|Поліція|Прокуратура|Влада|Обласна|Місцев\w+|Жител\w+|Мешкан\w+|Очевидц\w+"
        r"|Джерела|Посадов\w+)\b"
    ),
}
"""Begins a sentence with a capital that no name has."""
_AFTER = {
    "en": re.compile(
        r"(?: (?:has|have|had|also|later|earlier|then|now|again|already|separately"
        r"|(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:in|at) an? \w+|on Telegram))+$"
    ),
    "uk": re.compile(
        r"(?: (?:також|раніше|пізніше|згодом|вже|уже|сьогодні|вчора|учора|увечері|вранці|вночі|про це"
        r"|[ву] (?:понеділок|вівторок|середу|четвер|п['’ʼ]ятницю|суботу|неділю)"
        r"|[ву] (?:телеграм|Telegram|Фейсбу|Facebook|соцмереж|коментарі|інтерв|ефірі).*"
        r"|(?:на|під час) (?:брифінг|зустріч|засіданн|пресконференц).*))+$",
        re.IGNORECASE,
    ),
}
_AT_AN_OFFICE = re.compile(r"^(?:у|в|на) ", re.IGNORECASE)
_QUOTING = re.compile(r"^(?:за|і?з) \w{5,} ", re.IGNORECASE)
_NOBODY = {
    "en": re.compile(
        r"^(?:nobody|no one|none|nothing|every(?:one|body)|some|many|it|he|she|they|we|you|i|who|which"
        r"|what|this|that|these|those|there|also|now|later|where|when|if|as|in|on|at|after|before)\b"
        r"|\b(?:is|are|was|were|be|been|has|have|had|will|would|not|never|who|whose|which|that|where"
        r"|when|as|faces?|says?|said|denied|claimed)\b",
        re.IGNORECASE,
    ),
    "uk": re.compile(
        r"^(?:ніхто|ніде|нічого|він|вона|воно|вони|ми|ви|я|це|те|тут|там|усі|всі|багато|дехто|хтось|про"
        r"|за|до|від|для|після|через|під|над|серед|без|із|з|при|чому|як|якщо|хоча|поки|і|й|та|а|але|так"
        r"|тоді|потім|також|раніше|пізніше|згодом|сьогодні|вчора|учора)\b"
        r"|\b(?:не|ні|який|яка|яке|які|що|де|коли|щоб|ще|досі|є|немає)\b"
        r"|^(?:у|в|на) (?:понеділок|вівторок|середу|четвер|п['’ʼ]ятницю|суботу|неділю|ніч|т[ойе]\w*|ц\w+)\b",
        re.IGNORECASE,
    ),
}
"""What no name of a person, an office or a paper begins with or holds."""


_WHERE = {
    "en": frozenset(
        {"in", "on", "at", "near", "from", "over", "of", "to", "into", "around", "outside"}
    ),
    "uk": frozenset({"у", "в", "на", "по", "під", "над", "біля", "поблизу", "до", "з", "із", "за"}),
}
_NAME = r"[^\W\d_a-zа-яіїєґ]\w+"
_NAMES = rf"{_NAME}(?: (?:and |та |і |й )?{_NAME})?"


def _stating(language: str, adverbs: str) -> re.Pattern[str]:
    verbs = "|".join(kind[language] for kind in (_SAYING, _DENYING, _DEMANDING))
    return re.compile(rf"(?P<before>\b\w+ )?\b{_NAMES}(?= (?:(?:{adverbs}) )*(?:{verbs})\b)")


_SPEAKING = {
    "en": (_stating("en", "has|have|had|also|later|earlier|again|already|officially"),),
    "uk": (
        _stating("uk", "це|також|вже|уже|знову|офіційно|не|раніше"),
        # "Заявив Київ".
        re.compile(rf"(?P<before>\b(?:{_SAYING['uk']}) ){_NAME}(?=[.,;:!?»]|$)", re.MULTILINE),
    ),
}


def speaker_in(told: str, language: str) -> str | None:
    """Who says so; none where the text speaks for itself."""
    return _first(_SAYING_SO, told, language)


def denier_in(told: str, language: str) -> str | None:
    """Who says that it is not so."""
    return _first(_DENYING_IT, told, language)


def without_speakers(text: str, language: str) -> str:
    """The text without whoever speaks or demands in it: in "Kyiv says" and "заявив Київ" stands no place."""
    for form in _SPEAKING.get(language, ()):
        text = form.sub(lambda found: _kept(found, language), text)
    return text


def _kept(found: re.Match[str], language: str) -> str:
    before = found["before"] or ""
    return found[0] if before.strip().lower() in _WHERE[language] else before


def _first(forms: Iterable[dict[str, re.Pattern[str]]], told: str, language: str) -> str | None:
    known = (form[language] for form in forms if language in form)
    found = (_name(one, language) for form in known for one in form.finditer(told))
    return next(filter(None, found), None)


def _name(found: re.Match[str], language: str) -> str | None:
    who = _BEFORE[language].sub("", found["who"].strip())
    who = _SOFT[language].sub(lambda begins: begins[0].lower(), who)
    who = _AFTER[language].sub("", who).strip()
    if not _is_somebody(who, language):
        return None
    verb = found.groupdict().get("verb")
    return f"{verb.lower()} {who}" if verb and _AT_AN_OFFICE.match(who) else who


def _is_somebody(who: str, language: str) -> bool:
    name = _QUOTING.sub("", who)
    return (
        1 < len(who) <= LONGEST_ATTRIBUTION
        and len(who.split()) <= MOST_WORDS
        and not _NOBODY[language].search(name)
    )
