"""What an alert's card shows: the previews, which are the very messages, and beside them what can be done
(the controls)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Services
from bot.counting import Count, Question
from bot.desk.progress import dispatch_of, progress
from bot.desk.showing import Manner, manner_of
from bot.rendering import alert as rendering
from bot.rendering.render import Message
from digests.alerts.alert import Alert, AlertState
from digests.alerts.belonging import candidates, story_of
from digests.alerts.card import Card
from digests.alerts.estimate import Estimate
from digests.alerts.item import Item, item_of
from digests.alerts.places import offered
from digests.alerts.propose import newest
from digests.alerts.release import alone_from
from digests.alerts.staff import approvers
from digests.corrections.correction import CorrectedSubject
from digests.corrections.history import history
from digests.vocabulary import Language


class Page(StrEnum):
    """What a draft's card offers at the moment."""

    MAIN = "main"
    TOPICS = "topics"
    PLACES = "places"
    SEVERITY = "severity"
    LABEL = "label"
    STORY = "story"


@dataclass(frozen=True, slots=True)
class View:
    """What one chat looks at: a page, and on the stories' page those with the words ``looked_for``."""

    page: Page = Page.MAIN
    looked_for: str = ""


AS_ITSELF = View()


@dataclass(frozen=True, slots=True)
class Face:
    """A card's messages: a preview in each language that the alert has a text in, and the controls."""

    previews: tuple[Message, ...]
    controls: Callable[[Estimate | None], Message]
    """With how many it reaches, or without while that is being counted."""
    count: Count | None
    """None where nothing is to be counted."""

    @property
    def shape(self) -> str:
        """What no edit can change: how many previews, and of which photo."""
        photo = self.previews[0].photo
        pictured = f":{sha256(repr(photo).encode()).hexdigest()[:32]}" if photo else ""
        return f"{len(self.previews)}{pictured}"


async def draw(
    services: Services,
    session: AsyncSession,
    card: Card,
    view: View = AS_ITSELF,
) -> Face:
    """The card as things are now."""
    manner = await manner_of(session, card.chat_id, card.language)
    alert = await session.get_one(Alert, card.alert_id, populate_existing=True)
    told = await rendering.told(session, alert.id, alert.revision, manner.language)
    previews = []
    for language in rendering.spoken_to(told.item, manner.language):
        told = await rendering.told(session, alert.id, alert.revision, language)
        previews.append(rendering.render(services.words, told, language, manner.timezone))
    count = None
    if alert.state is AlertState.APPROVED:
        controls = _still(await _sent(services, session, alert, manner, card))
    elif alert.state is AlertState.REJECTED:
        controls = _still(
            services.words.message("desk/card_discarded.html", manner.language, alert=alert)
        )
    else:
        controls, count = await _unsent(services, session, alert, manner, card, view)
    return Face(tuple(previews), controls, count)


def _still(message: Message) -> Callable[[Estimate | None], Message]:
    return lambda _: message


async def _unsent(
    services: Services,
    session: AsyncSession,
    alert: Alert,
    manner: Manner,
    card: Card,
    view: View,
) -> tuple[Callable[[Estimate | None], Message], Count | None]:
    words = await newest(session, alert)
    item, now = item_of(words), services.clock()
    count = _asked(services, alert, item) if item.topics else None
    asked = await approvers(session, services.settings.owners)
    told_of = await story_of(session, alert, manner.language)
    others = (
        await candidates(session, alert, item, manner.language, now=now, looked_for=view.looked_for)
        if view.page is Page.STORY
        else []
    )
    drawn = partial(
        services.words.message,
        f"desk/card_{alert.state}.html",
        manner.language,
        timezone=manner.timezone,
        now=now,
        alert=alert,
        item=item,
        page=view.page,
        story=told_of,
        stories=others,
        looked_for=view.looked_for,
        places=offered(item.places, item.texts) if view.page is Page.PLACES else [],
        rate=services.settings.rate,
        topics=services.topics.names,
        two_person=services.settings.two_person,
        writer=words.made_by,
        me=card.chat_id,
        others=len([one for one in asked if one != (alert.proposed_by or words.made_by)]),
        alone_from=alone_from(alert.proposed_at) if alert.proposed_at else None,
        other_language=next(one for one in Language if one != item.language),
    )
    return lambda audience: drawn(audience=audience), count


def question_of(alert: Alert, item: Item) -> Question:
    """What is to be counted for its card."""
    return Question(tuple(item.topics), item.severity, alert.about, item.release_at)


def _asked(services: Services, alert: Alert, item: Item) -> Count:
    question = question_of(alert, item)
    return services.counting.ask(services.database, question, now=services.clock())


async def _sent(
    services: Services, session: AsyncSession, alert: Alert, manner: Manner, card: Card
) -> Message:
    now = services.clock()
    dispatch_id = await dispatch_of(session, alert.id)
    assert dispatch_id is not None  # noqa: S101 - approving plans it in the same transaction
    ceiling = services.settings.rate
    corrections = await history(session, CorrectedSubject.ALERT, alert.id, alert.revision)
    return services.words.message(
        "desk/card_sent.html",
        manner.language,
        timezone=manner.timezone,
        now=now,
        alert=alert,
        progress=await progress(session, dispatch_id, now=now, ceiling=ceiling, card=card),
        corrections=corrections,
    )
