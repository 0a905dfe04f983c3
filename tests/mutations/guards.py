"""The guards: where each stands, how it is taken away, and which test must turn red."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutation:
    """One guard taken away: ``before`` stands exactly once in ``file``, and becomes ``after``."""

    name: str
    file: str
    before: str
    after: str
    test: str

    def mutated(self, root: Path) -> str:
        """The file's text without the guard; ``LookupError`` where it is not to be found."""
        text = (root / self.file).read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise LookupError(f"{self.name}: stands {text.count(self.before)} times in {self.file}")
        return text.replace(self.before, self.after)


MUTATIONS = (
    Mutation(
        "fence: a result is held against its claim's number",
        "digests/outbox/settle.py",
        "or row.slot_no != result.slot_no",
        "",
        "tests/outbox/test_settle.py::test_a_restarted_courier_is_not_its_former_self",
    ),
    Mutation(
        "fence: of what simply arrived too",
        "digests/outbox/arrived.py",
        "_OUTBOX.c.slot_no == given.c.slot_no,",
        "",
        "tests/outbox/test_settle.py"
        "::test_a_stalled_couriers_word_leaves_the_message_with_its_heir",
    ),
    Mutation(
        "gate lock: claims take turns",
        "digests/outbox/claim.py",
        "select(Gate).where(Gate.bot_id == bot_id).with_for_update()",
        "select(Gate).where(Gate.bot_id == bot_id)",
        "tests/outbox/test_guards.py::test_a_claim_waits_for_the_one_that_holds_the_gate",
    ),
    Mutation(
        "late slot: a slot that was missed is given back",
        "bot/delivery/courier.py",
        "now <= slot + late_after and ",
        "",
        "tests/delivery/test_clocks.py::test_a_slot_that_was_missed_is_given_back_unsent",
    ),
    Mutation(
        "own window: what leaves late crowds nobody",
        "bot/delivery/window.py",
        "max(now, counted + self._span)",
        "now",
        "tests/delivery/test_wire.py"
        "::test_the_next_waits_until_the_first_has_been_counted_for_a_second",
    ),
    Mutation(
        "taking over: as far away as somebody was late",
        "digests/outbox/claim.py",
        "has_moved := not is_alone and gate.tat != last",
        "has_moved := False",
        "tests/outbox/test_claim.py"
        "::test_whoever_takes_over_keeps_as_far_away_as_somebody_was_late",
    ),
    Mutation(
        "lease: nothing is sent that it may not cover",
        "bot/delivery/courier.py",
        "now + self._gateway.timeout < message.lease_until",
        "True",
        "tests/delivery/test_clocks.py"
        "::test_nothing_is_sent_whose_lease_could_end_before_the_answer",
    ),
    Mutation(
        "unique key: a message stands in the outbox once",
        "digests/migrations/versions/0001_first.py",
        'sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),',
        "",
        "tests/outbox/test_guards.py::test_the_same_message_stands_in_the_outbox_once",
    ),
    Mutation(
        "unique chat: one message in flight to each",
        "digests/migrations/versions/0001_first.py",
        '"outbox",\n        ["chat_id"],\n        unique=True,',
        '"outbox",\n        ["chat_id"],\n        unique=False,',
        "tests/outbox/test_guards.py::test_two_messages_are_never_in_flight_to_one_chat",
    ),
    Mutation(
        "clock bracket: a slow reading is not relied upon",
        "digests/outbox/clock.py",
        "return self.width <= WIDEST_BRACKET",
        "return True",
        "tests/outbox/test_guards.py::test_a_clock_that_took_long_to_read_is_not_relied_upon",
    ),
    Mutation(
        "rescue guard: a lease that runs is nobody else's",
        "digests/outbox/rescue.py",
        "if not orphans:",
        "if False:",
        "tests/outbox/test_settle.py::test_a_lease_that_still_runs_is_nobody_elses",
    ),
    Mutation(
        "departure: what is another courier's is not sent again",
        "digests/outbox/depart.py",
        "OutboxMessage.slot_no == given.c.slot_no,",
        "",
        "tests/outbox/test_settle.py::test_a_stalled_courier_may_not_depart_with_what_is_anothers",
    ),
    Mutation(
        "stopped: a doubted database sends nothing",
        "digests/outbox/claim.py",
        "if gate.stopped_at is not None:",
        "if False:",
        "tests/outbox/test_restored.py"
        "::test_a_queue_that_nobody_served_for_hours_waits_for_a_person",
    ),
    Mutation(
        "other workers' slots: what they sent counts in one's own window",
        "bot/delivery/wire.py",
        "self._window.others(passed)",
        "pass",
        "tests/delivery/test_wire.py"
        "::test_slots_of_others_take_room_when_they_come_and_our_own_do_not",
    ),
    Mutation(
        "direct answers: a slot that was missed is not used",
        "bot/delivery/pacing.py",
        "if self._wire.is_alone:",
        "if True:",
        "tests/delivery/test_pacing.py::test_where_others_send_too_an_answer_keeps_to_its_slot",
    ),
    Mutation(
        "direct answers: what waits in the outbox has its share",
        "digests/outbox/direct.py",
        "in_a_row=answered_in_a_row(gate.wheel)",
        "in_a_row=0",
        "tests/outbox/test_direct.py::test_after_many_answers_in_a_row_the_outbox_is_asked_first",
    ),
    Mutation(
        "lease: no request outlasts it, however slowly its answer trickles",
        "bot/delivery/connection.py",
        "min(self._loop.time() + self._patience, self._at_last)",
        "self._loop.time() + self._patience",
        "tests/delivery/test_connections_in_trouble.py"
        "::test_what_trickles_ends_before_its_messages_lease",
    ),
)
