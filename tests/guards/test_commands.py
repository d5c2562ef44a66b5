"""R: what keeps commands in their order, whole, and given once."""

from django.db import connection

from ocpp_ws.outgoing import Outgoing
from stations import giving, links, outbox
from tests.guards.found import edited, found, replaced
from tests.ocpp_ws import test_commands
from tests.ocpp_ws.test_commands import soon  # noqa: F401 - a fixture
from tests.reliability.faults import mutants
from tests.reliability.faults.put import always
from tests.stations import test_links, test_outbox
from tests.stations.conftest import station  # noqa: F401 - a fixture
from tests.stations.test_outbox import online  # noqa: F401 - a fixture

test_r1m_a_station_that_is_away_is_refused = found(
    test_outbox.test_an_attempt_at_an_offline_station_is_refused_and_kept, "DID NOT RAISE",
    edited(giving.store, "if station.online or wish.expires_at:", "if True:"),
)  # fmt: skip
test_r2m_the_queue_has_an_end = found(
    test_outbox.test_a_full_queue_is_refused, "DID NOT RAISE",
    edited(giving.store, ">= settings.COMMAND_QUEUE_DEPTH", "< 0"),
)  # fmt: skip
test_r2m_one_call_is_outstanding = found(
    test_commands.test_one_call_is_outstanding_and_the_next_follows_in_order,
    "answered == unique_id|states ==",
    mutants.many_outstanding,
)
test_r2m_commands_keep_their_order = found(
    test_outbox.test_commands_are_taken_in_the_order_in_which_they_were_given, "At index 0 diff", mutants.newest_first
)
test_r4m_silence_ends_a_command = found(
    test_commands.test_silence_ends_it_and_frees_the_line, "'sent', ''",
    replaced(Outgoing, _start_timer=always(None)),
)  # fmt: skip
test_r4m_a_late_answer_is_not_the_next_ones = found(
    test_commands.test_a_late_answer_is_kept_with_its_own_command, "'Rejected' == 'Accepted'", mutants.any_answer
)
test_r4m_the_first_late_answer_counts = found(
    test_outbox.test_only_the_first_late_answer_is_kept, "Rejected",
    edited(outbox.keep_late_answer, ", late_answer__isnull=True", ""),
)  # fmt: skip
test_r5m_an_invalid_answer_is_none = found(
    test_commands.test_an_invalid_answer_is_kept_as_such, "'answered' == 'invalid_response'",
    edited(Outgoing._finish_answered, "if event.deviations else State.ANSWERED", "if False else State.ANSWERED"),
    answer={"status": 5},
)  # fmt: skip
test_r7m_a_lost_link_leaves_what_was_sent_unknown = found(
    test_links.test_a_lost_link_leaves_what_was_sent_unknown_and_what_was_queued_offline, "sent.pk",
    replaced(outbox, end_sent=always([])),
)  # fmt: skip
test_r7m_what_was_queued_ends_with_the_link = found(
    test_links.test_a_lost_link_leaves_what_was_sent_unknown_and_what_was_queued_offline, "'queued' != 'station_off",
    edited(outbox.end_of_link, "end(queued, ", "end(queued.none(), "),
)  # fmt: skip
test_r7m_nothing_is_sent_again = found(
    test_commands.test_nothing_is_sent_again_over_the_next_link, "'(queued|sent)' == 'unknown'", mutants.sent_again
)
test_r7m_what_has_ended_is_not_ended_again = found(
    test_outbox.test_a_command_that_has_ended_is_not_ended_again, "assert not outbox.finish",
    edited(outbox.finish, ", state=State.SENT", ""),
)  # fmt: skip
test_r7m_a_replaced_link_takes_nothing = found(
    test_outbox.test_a_replaced_link_takes_nothing, "is None",
    edited(outbox.take_next, "pk=station_id, epoch=epoch,", "pk=station_id,"),
)  # fmt: skip
test_r7m_a_link_that_is_gone_takes_nothing = found(
    test_outbox.test_a_link_that_is_gone_takes_nothing, "is None",
    edited(outbox.take_next, ", lease_until__isnull=False", ""),
)  # fmt: skip
test_r7m_a_newer_links_commands_are_left_alone = found(
    test_links.test_a_late_goodbye_leaves_the_newer_links_commands_alone, r"epoch=1, now=NOON\) == \[\]",
    edited(outbox.end_of_link, "filter(pk=station_id, epoch=epoch)", "filter(pk=station_id)"),
)  # fmt: skip
test_r8m_a_restart_ends_what_was_under_way = found(
    test_links.test_a_restarted_process_clears_its_own_slot_only, "'queued', 'sent'",
    edited(links.clear_slot, 'end_all(open_commands, reason="the gateway was restarted", now=now)', "pass"),
)  # fmt: skip
test_r8m_a_restart_ends_nothing_of_other_processes = found(
    test_links.test_a_restarted_process_clears_its_own_slot_only, "False, False",
    edited(links.clear_slot, "objects.filter(owner=owner)", "objects.all()"),
)  # fmt: skip
test_r8m_what_a_dead_process_left_is_swept = found(
    test_links.test_commands_of_a_process_that_died_are_ended, "assert 0 == 2",
    replaced(test_links, sweep_orphans=always(0)),
)  # fmt: skip
test_d6m_a_commit_in_doubt_sends_one_command = found(
    test_outbox.test_taking_again_with_the_same_message_id_takes_the_same_command, "== first",
    edited(outbox.take_next, "if taken := ", "if taken := None and "),
)  # fmt: skip
test_d9m_the_owner_looks_at_its_outbox = found(
    test_commands.test_a_lost_doorbell_costs_time_only, r'expect\("Reset"\)', mutants.doorbell_alone, kind=TimeoutError
)
test_d9m_the_asker_looks_at_its_row = found(
    test_commands.test_the_asker_finds_the_end_though_nobody_rings, "await asking",
    edited(giving.wait_for, "min(left, LOOK_SECONDS)", "left"), kind=TimeoutError,
)  # fmt: skip

if connection.vendor == "postgresql":  # SQLite has one writer
    test_r2m_askers_at_once_count_each_others_rows = found(
        test_outbox.test_many_askers_at_once_do_not_overfill_the_queue, "At index",
        edited(giving.store, ".locked()", ""),
        edited(giving.store, "    wish.save(", "    time.sleep(0.1)\n    wish.save("),  # so that they meet
        _round=0,
    )  # fmt: skip
