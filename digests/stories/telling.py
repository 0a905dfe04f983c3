"""What is said of a story, given its articles (rule)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from digests.stories.lead import sentences
from digests.stories.matching import READ_AGAIN, stems_of
from digests.stories.pivots import pivots_of
from digests.stories.severity import severity
from digests.stories.standing import judge
from digests.stories.tagging import Tag, Topics
from digests.stories.told import Told, body
from digests.stories.witnesses import SourceLine, first_reports, reports, sources_of
from digests.vocabulary import Language, Severity, Standing, Topic

TAGGED = 12
"""Articles that decide a story's topics: the newest; more change nothing but the time it takes."""

AGREEING = 1 / 2
"""Least share of those articles for a topic: one report's aside is not what the event is about."""

REASONS = 5

KNOWN = 20
"""Earlier articles that a sentence is held against, the newest: a story may have hundreds."""

NEWS_SHARE = 0.45
NEWS_WORDS = 4
"""A sentence is news when so large a share of its words, and so many, stood in no earlier article;
or when it gives a number that none gave."""

NEWER_SHARE = 0.4
"""Share of a title's words that stood in no earlier article, from which it replaces the one before."""

TOLD_SHARE = 0.85
"""Share of a sentence's pivots that one article in another language held, from which it is no news."""

LANGUAGES = frozenset(str(language) for language in Language)
"""In which a story is told: articles in others count as sources only, where there is one of these."""

_COUNTS = frozenset(
    re.findall(
        r"[\w']+",
        """two three four five six seven eight nine ten eleven twelv
        два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять
        двоє троє четверо п'ятеро шестеро семеро восьмеро дев'ятеро десятеро""",
    )
)
"""Stems of numbers written as words: the dead are counted so."""


@lru_cache(maxsize=READ_AGAIN)
def _tags(topics: Topics, title: str, told: str, language: str) -> tuple[Tag, ...]:
    return tuple(topics.tag(title, told, language))


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a story in one language."""

    title: str
    lead: str
    attribution: str | None
    news: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything a reader would see of a story."""

    title: str
    lead: str
    language: str
    severity: Severity
    standing: Standing
    attribution: str | None
    sources: tuple[SourceLine, ...]
    article_count: int
    news: str | None = None
    others: Mapping[str, Said] = field(default_factory=dict)
    """The story in the other languages it has articles in."""

    @property
    def has_news(self) -> bool:
        """Whether it says something new, in whatever language."""
        return bool(self.news) or any(said.news for said in self.others.values())


def tell(
    articles: Sequence[Told],
    tags: Sequence[Tag],
    before: Telling | None,
    fresh: Collection[int],
) -> Telling:
    """The story now, from all its articles (the oldest first) and what was said of it before.

    ``fresh``: the articles that came since ``before``. Title and lead change only with news.
    """
    sources = sources_of(articles)
    if before and before.standing is Standing.RETRACTED:
        return before
    if before and before.standing is Standing.CORRECTED:
        # An editor's word: what later articles say does not change it.
        return replace(before, sources=sources, article_count=len(articles), news=None)
    judgement = judge(reports(articles))
    language = before.language if before else _newest(articles).language
    main = _said(
        articles,
        language,
        fresh,
        _words(before) if before else None,
        by=judgement.attribution,
    )
    others = before.others if before else {}
    return Telling(
        title=main.title,
        lead=main.lead,
        language=language,
        severity=severity(
            f"{main.title}. {main.lead}",
            [tag.topic for tag in tags],
            judgement.standing,
            first_reports(articles),
        ),
        standing=judgement.standing,
        attribution=main.attribution,
        sources=sources,
        article_count=len(articles),
        news=main.news,
        others={
            other: _said(articles, other, fresh, others.get(other), by=judgement.attribution)
            for other in sorted({article.language for article in articles} - {language})
            if other in LANGUAGES
        },
    )


def _words(telling: Telling) -> Said:
    return Said(telling.title, telling.lead, telling.attribution)


def _said(
    articles: Sequence[Told],
    language: str,
    fresh: Collection[int],
    before: Said | None,
    *,
    by: str | None,
) -> Said:
    """The story in one language, from its articles in it; ``by``: who says so, in any language."""
    told = [article for article in articles if article.language == language]
    chosen, news = _chosen(told, fresh) if before else (_newest(told), None)
    attribution = _who(told, by) if by else None
    if before and news is None:
        # Where another language may have moved on meanwhile, old words would contradict it.
        newer = _newer(told, fresh) if len(told) < len(articles) else None
        words = newer or before
        return Said(words.title, words.lead, attribution)
    if news and _was_told(news, language, [a for a in articles if a.article not in fresh]):
        # Its readers get the newer words; whoever read them in another language has no news.
        news = None
    return Said(chosen.title, chosen.lead, attribution, news)


def _who(articles: Sequence[Told], otherwise: str) -> str:
    """Who says so, as the articles of one language name them."""
    return judge(reports(articles)).attribution or otherwise


def topics_of(articles: Sequence[Told], topics: Topics) -> list[Tag]:
    """What the story is about: topics on which enough of its articles agree, or that were given."""
    asked = articles[-TAGGED:]
    scores: defaultdict[Topic, float] = defaultdict(float)
    votes: Counter[Topic] = Counter()
    reasons: dict[Topic, dict[str, None]] = {}
    for article in asked:
        told = body(article.summary, article.text)
        for tag in _tags(topics, article.title, told, article.language):
            scores[tag.topic] += tag.score
            votes[tag.topic] += 1
            reasons.setdefault(tag.topic, {}).update(dict.fromkeys(tag.reasons))
        for given in (topic for topic in topics.names if topic in article.given):
            scores[given] += 1.0
            votes[given] += len(asked)
    return [
        Tag(topic, round(scores[topic] / len(asked), 2), tuple(reasons.get(topic, ()))[:REASONS])
        for topic in topics.names
        if votes[topic] and votes[topic] >= AGREEING * len(asked)
    ]


def _newest(articles: Sequence[Told]) -> Told:
    """The newest article of a source that no state controls, where there is one."""
    return max(articles, key=lambda article: (not article.state_controlled, article.at))


def _chosen(articles: Sequence[Told], fresh: Collection[int]) -> tuple[Told, str | None]:
    """The newest fresh article that says something new, with the sentence that says it."""
    known: set[str] = set()
    for article in [article for article in articles if article.article not in fresh][-KNOWN:]:
        known |= article.stems
    for article in sorted(articles, key=lambda a: (a.state_controlled, a.at), reverse=True):
        if article.article not in fresh or article.state_controlled:
            continue
        for sentence in sentences(article.lead):
            if _is_news(sentence, article.language, known):
                return article, sentence
    return _newest(articles), None


def _newer(articles: Sequence[Told], fresh: Collection[int]) -> Told | None:
    """The newest fresh article whose title says what none before it did, though it is no news."""
    earlier = [article for article in articles if article.article not in fresh][-KNOWN:]
    known = {stem for article in earlier for stem in article.stems}
    for article in reversed(articles):
        stems = stems_of(article.title, article.language)
        if article.article not in fresh or article.state_controlled or not stems:
            continue
        if len(stems - known) >= NEWER_SHARE * len(stems):
            return article
    return None


def _is_news(sentence: str, language: str, known: Collection[str]) -> bool:
    stems = stems_of(sentence, language)
    new = [stem for stem in stems if stem not in known]
    if any(stem[0].isdigit() or stem in _COUNTS for stem in new):
        return True
    return len(new) >= NEWS_WORDS and len(new) >= NEWS_SHARE * len(stems)


def _was_told(sentence: str, language: str, earlier: Sequence[Told]) -> bool:
    """Whether an earlier article in another language spoke of all that this sentence speaks of."""
    pivots = pivots_of("", sentence, language).weights
    if not pivots:
        return False
    least = TOLD_SHARE * sum(pivots.values())
    others = [article for article in earlier if article.language != language][-KNOWN:]
    return any(
        sum(weight for pivot, weight in pivots.items() if pivot in article.pivots) >= least
        for article in others
    )
