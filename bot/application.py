"""Every command and button in one list; the dispatcher and the command menu are made from it.

A handler is ``async def topics(update, context) -> None``; a button's handler also gets the words that
follow its name in the callback data: ``topic:energy:2`` calls ``BUTTONS["topic"](update, context,
"energy", "2")``. A listener says whether what was said was for it; the first that does ends the search.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import signature
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.chat import (
    day_map,
    following,
    knocking,
    membership,
    otherwise,
    pausing,
    posts,
    privacy,
    reading,
    settings_page,
    subscriptions,
    times,
    welcome,
    zone,
)
from bot.chat.buttons import READER_BUTTONS
from bot.context import App, Context, Services
from bot.delivery.counts import Counts
from bot.delivery.pacing import Pacing
from bot.delivery.transport import Transport, TransportRequest
from bot.delivery.wire import Wire
from bot.desk import (
    breaking,
    channels,
    control,
    correct,
    editors,
    listen,
    log,
    matters,
    placing,
    renewing,
    reports,
    resend,
    review,
    righting,
    sources,
    stats,
    stopped,
    story,
)
from bot.desk import menu as desk_menu
from bot.desk import update as desk_update
from bot.failures import report
from bot.turns import Turns
from digests.outbox.clock import Clock

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]
ButtonHandler = Callable[..., Awaitable[None]]
Listener = Callable[[Update, Context], Awaitable[bool]]


class For(StrEnum):
    """In whose menu a command stands. The desk's handlers check the role again themselves."""

    EVERYONE = "everyone"
    EDITORS = "editors"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its description for the menu is in ``templates/chat/commands.html``."""

    name: str
    handler: Handler
    whom: For = For.EVERYONE
    in_groups: bool = True
    """Whether it stands in the menu of groups."""
    in_menu: bool = True


async def start(update: Update, context: Context) -> None:
    """/start, also by a link: to the desk, or to what readers look for."""
    payload = (context.args or [""])[0]
    if payload.startswith(editors.LINK):
        await editors.join(update, context, payload.removeprefix(editors.LINK))
    else:
        await welcome.start(update, context)


COMMANDS: tuple[Command, ...] = (
    Command("topics", subscriptions.show_topics),
    Command("digest", reading.digest),
    Command("latest", reading.latest),
    Command("map", day_map.show_map),
    Command("search", reading.search),
    Command("following", following.show_following),
    Command("time", times.say_times),
    Command("timezone", zone.say_zone),
    Command("quiet", knocking.say_hours),
    Command("settings", settings_page.show_settings),
    Command("subscribe", subscriptions.subscribe),
    Command("unsubscribe", subscriptions.unsubscribe),
    Command("pause", pausing.pause),
    Command("resume", pausing.resume),
    Command("language", settings_page.say_language),
    Command("privacy", privacy.tell_privacy),
    Command("export", privacy.export),
    Command("forget", privacy.forget),
    Command("stop", pausing.stop),
    Command("help", welcome.give_help),
    Command("start", start, in_menu=False),
    Command("desk", desk_menu.menu, For.EDITORS, in_groups=False),
    Command("breaking", breaking.breaking, For.EDITORS),
    Command("correct", correct.correct, For.EDITORS),
    Command("retract", correct.retract, For.EDITORS),
    Command("update", desk_update.update_alert, For.EDITORS),
    Command("resend", resend.resend, For.EDITORS),
    Command("story", story.find_story, For.EDITORS),
    Command("sources", sources.sources, For.EDITORS, in_groups=False),
    Command("status", desk_menu.status, For.EDITORS, in_groups=False),
    Command("stats", stats.stats, For.EDITORS, in_groups=False),
    Command("audit", log.audit, For.EDITORS, in_groups=False),
    Command("editors", editors.editors, For.OWNERS),
)
"""In the order of the menu."""

BUTTONS: dict[str, ButtonHandler] = {
    **READER_BUTTONS,
    "alert": desk_menu.open_alert,
    "alert_send": review.send_alert,
    "alert_propose": review.propose_alert,
    "alert_reject": review.ask_rejection,
    "alert_reopen": review.reopen_alert,
    "alert_discard": review.discard_alert,
    "alert_page": review.turn_page,
    "alert_topic": review.toggle_topic,
    "alert_severity": review.choose_severity,
    "alert_label": review.choose_label,
    "alert_at": placing.toggle_place,
    "alert_where": placing.ask_place,
    "alert_story": placing.choose_story,
    "alert_find": placing.ask_words,
    "alert_nobody": review.nobody_said,
    "alert_language": review.switch_language,
    "alert_text": review.ask_text,
    "alert_other": review.ask_translation,
    "alert_one": review.drop_translation,
    "alert_bare": review.drop_photo,
    "alert_time": review.ask_time,
    "alert_now": review.drop_time,
    "alert_who": review.ask_attribution,
    "alert_pause": control.pause_alert,
    "alert_resume": control.resume_alert,
    "alert_recall": control.ask_recall,
    "alert_stop": control.recall_alert,
    "alert_leave": control.leave_alert,
    "alert_update": desk_update.ask_update,
    "update_send": desk_update.approve_update,
    "update_severity": renewing.change_severity,
    "update_label": renewing.change_label,
    "update_other": renewing.ask_translation,
    "update_one": renewing.drop_translation,
    "update_at": renewing.change_place,
    "update_where": renewing.ask_place,
    "update_who": renewing.ask_attribution,
    "update_nobody": renewing.nobody_said,
    "update_photo": renewing.keep_photo,
    "update_ask": desk_update.ask_approval,
    "update_open": desk_update.open_update,
    "update_discard": desk_update.discard_update,
    "resend": resend.ask_resend,
    "alert_again": resend.approve_resend,
    "alert_correct": correct.ask_correction,
    "alert_retract": correct.ask_retraction,
    "amend_story": correct.choose_story,
    "amend_other": righting.ask_translation,
    "amend_one": righting.drop_translation,
    "amend_photo": righting.choose_photo,
    "amend_label": righting.correct_label,
    "amend_who": righting.correct_attribution,
    "amend_nobody": righting.correct_nobody,
    "amend_at": righting.correct_place,
    "amend_where": righting.ask_place,
    "amend_rest": righting.only_label,
    "amend_bare": righting.drop_photo,
    "amend_alert": correct.choose_alert,
    "update_alert": desk_update.choose_alert,
    "resend_alert": resend.choose_alert,
    "amend_open": correct.open_correction,
    "amend_ask": correct.ask_approval,
    "amend_send": correct.approve_correction,
    "amend_discard": correct.discard_correction,
    "story": story.open_story,
    "story_standing": story.set_standing,
    "story_severity": story.set_severity,
    "story_correct": story.ask_correction,
    "story_retract": story.ask_retraction,
    "audit": log.older_audit,
    "delivery_resume": stopped.resume,
    "dismiss": editors.dismiss_editor,
    "invite": editors.invite_editor,
    "invite_revoke": editors.revoke_invitation,
    "sources": sources.sources_page,
    "source": sources.open_source,
    "source_pause": sources.pause_source,
    "source_resume": sources.resume_source,
    "source_remove": sources.remove_source,
    "channel_accept": channels.accept_channel,
    "post_keep": channels.keep_post,
    "post_break": channels.break_post,
    "matters": matters.matters_page,
    "flash_alert": matters.make_alert,
    "flash_not": matters.not_breaking,
    "edit_correct": matters.correct_story,
    "edit_withdraw": matters.withdraw_story,
    "edit_take": matters.take_words,
    "edit_ignore": matters.ignore_edit,
    "quiet_read": matters.read_now,
    "quiet_pause": matters.stop_reading,
    "quiet_later": matters.not_today,
    "dead_again": matters.try_again,
    "dead_drop": matters.drop_dead,
    "unknown_again": matters.send_uncertain,
    "unknown_accept": matters.accept_uncertain,
    "unknown_all": matters.accept_all,
    "report": reports.report_error,
    "report_drop": reports.drop_report,
    "reports": reports.reports_page,
    "report_answer": reports.ask_answer,
    "report_stories": reports.show_stories,
}
"""By the first word of the callback data."""

LISTENERS: tuple[Listener, ...] = (listen.listen, otherwise.hear_otherwise)
"""Who hears what is no command: desk dialogues first, the reader's ``otherwise`` last."""


async def standing_changed(update: Update, context: Context) -> None:
    """We were let in somewhere or thrown out: the readers' side, then the desk's question."""
    await membership.standing_changed(update, context)
    await channels.offer_channel(update, context)


EVENTS: tuple[BaseHandler[Update, Context, None], ...] = (
    ChatMemberHandler(standing_changed, ChatMemberHandler.MY_CHAT_MEMBER),
    MessageHandler(filters.StatusUpdate.MIGRATE, membership.became_supergroup),
    MessageHandler(filters.UpdateType.EDITED_CHANNEL_POST, posts.take_edited_post),
)
"""Other kinds of updates: membership, migration."""

HEARD = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
"""New messages and posts; an edited one is no new wish."""


def build(
    services: Services,
    transport: Transport,
    clock: Clock | None = None,
    counts: Counts | None = None,
    wire: Wire | None = None,
) -> App:
    """The application with every handler, not yet started. It shares the courier's connections and
    ``wire``, and its ``clock``, by which slots are waited for."""
    settings = services.settings
    assert settings.token is not None  # noqa: S101 - the composition root fills in the sandbox's
    token = settings.token.get_secret_value()
    bot_id = int(token.split(":")[0])
    pacing = Pacing(
        services.database,
        bot_id=bot_id,
        rate=settings.rate,
        clock=clock,
        counts=counts,
        wire=wire,
    )
    application: App = (
        Application.builder()
        .token(token)
        .base_url(f"{settings.api_url}/bot")
        .base_file_url(f"{settings.api_url}/file/bot")
        .request(TransportRequest(transport))
        .get_updates_request(TransportRequest(transport))
        .rate_limiter(pacing)
        .context_types(ContextTypes(context=Context))
        .concurrent_updates(Turns())
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.bot_data["services"] = services
    _route(application)
    application.add_error_handler(report)
    return application


def _route(application: App) -> None:
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.name, command.handler, filters=HEARD))
    application.add_handler(CallbackQueryHandler(press))
    application.add_handlers(EVENTS)
    application.add_handler(MessageHandler(HEARD, hear))


async def press(update: Update, context: Context) -> None:
    """Hands a tap to its handler; data that names none is old, or forged, and is told so."""
    query = update.callback_query
    name, *words = ((query.data if query else None) or "").split(":")
    handler = BUTTONS.get(name)
    if handler is None or not _takes(handler, words):
        await context.toast("chat/stale_button.html")
        return
    await handler(update, context, *words)
    await context.toast()


def _takes(handler: ButtonHandler, words: Sequence[str]) -> bool:
    try:
        signature(handler).bind(None, None, *words)
    except TypeError:
        return False
    return True


async def hear(update: Update, context: Context) -> None:
    """Asks each listener whether what was said was for it."""
    for listener in LISTENERS:
        if await listener(update, context):
            return
