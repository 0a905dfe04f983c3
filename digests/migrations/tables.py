"""The whole metadata: every room's tables, imported in one place."""

from __future__ import annotations

import digests.alerts.alert
import digests.alerts.card
import digests.alerts.dialogue
import digests.alerts.editor
import digests.alerts.invitation
import digests.alerts.matter
import digests.alerts.update
import digests.alerts.waking
import digests.audience.following
import digests.audience.slot
import digests.audience.subscriber
import digests.audience.taste
import digests.corrections.correction
import digests.corrections.public_photo
import digests.corrections.report
import digests.editions.edition
import digests.editions.story_news
import digests.intake.article
import digests.intake.source
import digests.outbox.dispatch
import digests.outbox.gate
import digests.outbox.held
import digests.outbox.message
import digests.outbox.notice
import digests.outbox.receipt
import digests.outbox.total
import digests.stories.search
import digests.stories.story  # noqa: F401
from digests.storage.schema import Base

METADATA = Base.metadata
