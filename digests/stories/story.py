"""A story: one event, its articles, and what we say of it in immutable revisions.

developing ──second independent source──> confirmed        editors may override; it sticks
    └──sources contradict──> disputed     any ──editor──> corrected | retracted
"""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from digests.storage.schema import Base, word
from digests.vocabulary import Severity, Standing


class Story(Base):
    """One event. Its words are in its newest ``StoryRevision``."""

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=1)
    severity: Mapped[Severity] = mapped_column(word(Severity))
    standing: Mapped[Standing] = mapped_column(word(Standing))
    set_standing: Mapped[Standing | None] = mapped_column(word(Standing))
    set_severity: Mapped[Severity | None] = mapped_column(word(Severity))
    """What an editor says against the rule; it stands, whatever articles come."""
    judged_standing: Mapped[Standing | None] = mapped_column(word(Standing))
    judged_severity: Mapped[Severity | None] = mapped_column(word(Severity))
    """What the rule says."""
    article_count: Mapped[int] = mapped_column(default=0)
    source_count: Mapped[int] = mapped_column(default=0)
    first_article_at: Mapped[datetime]
    """The window of 72 h counts from here: counted from the last, one war becomes one story."""
    last_article_at: Mapped[datetime]
    created_at: Mapped[datetime]
    """When we first could tell it; what a digest window compares with."""
    news_at: Mapped[datetime]
    """When it last had news for a reader: created, or a revision that says something new."""
    places: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Where it happened, as the gazetteer names places, the first named first."""
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"))
    """An earlier story of the same matter, over when this one began; where this one has no article any
    more, the one that it was united with."""

    __table_args__ = (
        Index("ix_story_news_at", "news_at"),
        Index("ix_story_first_article_at", "first_article_at"),
    )


class StorySource(TypedDict):
    """One source of a story as readers see it: a name, a link to its newest article, how many."""

    name: str
    url: str | None
    articles: int
    state_controlled: bool
    language: NotRequired[str]
    """Of that article."""
    agency: NotRequired[str | None]
    """Whose report it carries."""


class StoryWords(TypedDict):
    """A story in one language."""

    title: str
    lead: str
    news: str | None
    attribution: str | None


class StoryRevision(Base):
    """What is said of a story at one time. Never changed: a digest keeps pointing at what it said."""

    __tablename__ = "story_revision"

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    lead: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    tellings: Mapped[dict[str, StoryWords]] = mapped_column(JSON, default=dict)
    """The story in each other language that it has articles in, by two-letter code."""
    severity: Mapped[Severity] = mapped_column(word(Severity))
    standing: Mapped[Standing] = mapped_column(word(Standing))
    attribution: Mapped[str | None] = mapped_column(Text)
    """Who says so, in the language of the story, where it is not confirmed."""
    sources: Mapped[list[StorySource]] = mapped_column(JSON)
    """Strongest first."""
    article_count: Mapped[int]
    source_count: Mapped[int]
    news: Mapped[str | None] = mapped_column(Text)
    """What is new since the revision before, in one sentence; none where only sources were added."""
    last_article_at: Mapped[datetime]
    made_at: Mapped[datetime]

    @property
    def news_in(self) -> dict[str, str]:
        """What is new, in each language that has something new."""
        said = {self.language: self.news} | {code: t["news"] for code, t in self.tellings.items()}
        return {code: news for code, news in said.items() if news}

    def told_in(self, language: str) -> tuple[str, StoryWords]:
        """The story in this language where it is told in it, else in its main one; and in which."""
        if language != self.language and language in self.tellings:
            return language, self.tellings[language]
        return self.language, StoryWords(
            title=self.title, lead=self.lead, news=self.news, attribution=self.attribution
        )


class StoryArticle(Base):
    """An article's place in a story, and the words it can be found by."""

    __tablename__ = "story_article"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    terms: Mapped[str] = mapped_column(Text)
    """Stems of title and text, separated by blanks: full-text search works on these in both engines,
    so that inflected Ukrainian is found."""


class StoryTopic(Base):
    """A story is about a topic, because of these phrases."""

    __tablename__ = "story_topic"

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32), primary_key=True)
    score: Mapped[float]
    reasons: Mapped[list[str]] = mapped_column(JSON)

    __table_args__ = (Index("ix_story_topic_topic", "topic", "story_id"),)
