"""C: what keeps out the wrong link, and lets in the right one."""

from ocpp_ws import admission, links, process, release, takeover
from ocpp_ws.consumers import ChargePointConsumer
from ocpp_ws.gate import Gate
from stations import links as rows
from stations import pings
from stations.models.station import StationQuerySet
from tests.guards.found import edited, found, replaced
from tests.ocpp_ws import test_gate, test_handshake, test_links, test_pings, test_registration, test_security
from tests.ocpp_ws import test_takeover as test_doors
from tests.ocpp_ws.test_gate import narrow  # noqa: F401 - a fixture
from tests.ocpp_ws.test_registration import pending  # noqa: F401 - a fixture
from tests.ocpp_ws.test_takeover import clock, impatient  # noqa: F401 - fixtures
from tests.reliability.faults import mutants
from tests.reliability.faults.put import always
from tests.stations import test_links as test_rows
from tests.stations import test_pings as test_cuts
from tests.stations.conftest import station  # noqa: F401 - a fixture
from tests.stations.test_links import anybody_may_come  # noqa: F401 - a fixture


async def lives(link: object) -> float:
    return 0.0


async def is_dead(standing: object) -> None:
    return None


async def pays_no_heed(message: object) -> None:
    return None


test_c1m_a_goodbye_is_of_its_own_link = found(
    test_rows.test_a_late_goodbye_of_an_older_link_changes_nothing, "values",
    edited(rows.close_link, "filter(pk=station_id, epoch=epoch)", "filter(pk=station_id)"),
)  # fmt: skip
test_c1m_a_slower_link_does_not_take_the_place = found(
    test_links.test_a_slow_newcomer_does_not_displace_a_quicker_one_that_came_later, "assert not register",
    edited(links.register, "return False", "return True"),
)  # fmt: skip
test_c1m_a_link_that_ends_takes_no_newer_one_along = found(
    test_links.test_a_slow_newcomer_does_not_displace_a_quicker_one_that_came_later, r"== \[link\]",
    edited(links.unregister, "and current.epoch == opened.epoch", ""),
)  # fmt: skip
test_c1m_a_handshake_that_failed_locks_nobody_out = found(
    test_links.test_a_handshake_whose_commit_was_not_confirmed_locks_nobody_out, "websocket.accept",
    edited(admission.enter, "opening.difference_update(mine)", "pass"),
)  # fmt: skip
test_c1m_a_row_without_a_link_is_closed = found(
    test_links.test_a_row_without_a_link_is_offline_from_the_next_renewal_on, "row.online",
    edited(process.renew, "if not is_here(*link)", "if False"),
)  # fmt: skip
test_c1m_a_cancelled_handshake_puts_the_former_link_out = found(
    test_links.test_a_handshake_that_is_cancelled_puts_out_the_link_that_it_replaced, "charger.event",
    edited(admission.end_opened, "await put_out_former(opened)", "pass"), kind=TimeoutError,
)  # fmt: skip
test_c1m_a_slower_link_puts_nobody_out = found(
    test_links.test_a_slow_newcomer_does_not_displace_a_quicker_one_that_came_later, r"charger.lives\(\)",
    edited(admission.put_out_former, "old.epoch < opened.epoch", "True"), kind=test_links.Closed,
)  # fmt: skip
test_c1m_an_outdated_ring_closes_nothing = found(
    test_links.test_an_outdated_ring_does_not_close_a_newer_link, r"charger.lives\(\)",
    edited(process.deliver, "link.epoch < message[\"epoch\"]", "True"), kind=test_links.Closed,
)  # fmt: skip
test_c1m_a_ring_closes_the_old_link = found(
    test_links.test_a_link_that_another_process_has_replaced_is_closed, r"charger.text\(\)",
    edited(process.deliver, "spawn(link.close(REPLACED, \"replaced\"))", "pass"), kind=TimeoutError,
)  # fmt: skip
test_d4m_a_link_whose_row_is_anothers_is_closed = found(
    test_links.test_a_link_whose_row_is_anothers_is_closed_at_the_next_renewal, r"charger.text\(\)",
    edited(process.renew, "mine.get(station) != link.epoch", "False"), kind=TimeoutError,
)  # fmt: skip
test_d4m_nobody_renews_anothers_leases = found(
    test_rows.test_only_a_processes_own_leases_are_renewed, "renew_leases",
    edited(rows.renew_leases, "filter(owner=owner)", "all()"),
)  # fmt: skip
test_c5m_a_lease_runs_out = found(
    test_rows.test_a_lease_runs_out_by_itself, "assert not",
    edited(StationQuerySet.with_online, "lease_until__gt=Now()", "lease_until__isnull=False"),
)  # fmt: skip
test_c5m_a_goodbye_that_could_not_be_stored_is_stored_later = found(
    test_links.test_a_lease_without_a_link_is_not_renewed_for_ever, "assert not .*online",
    edited(release.release_the_rest, "while _unreleased:", "while False:"),
)  # fmt: skip
test_c3m_a_live_link_is_not_displaced = found(
    test_doors.test_a_live_link_stays_and_the_newcomer_is_asked_to_try_later, "'websocket.close' == 'websocket.ping'",
    replaced(takeover, silence_of=is_dead),
)  # fmt: skip
test_c3m_a_dead_link_locks_nobody_out = found(
    test_doors.test_a_dead_link_is_replaced, "websocket.http.response.start", replaced(takeover, probe=lives)
)
test_c3m_who_has_proved_its_identity_need_not_wait = found(
    test_security.test_who_has_proved_its_identity_takes_over_at_once, "None == 4001",
    edited(admission.enter, "and not proved ", ""), replaced(takeover, PONG_SECONDS=0.05),
)  # fmt: skip
test_c3m_a_process_answers_for_its_links = found(
    test_doors.test_this_process_answers_for_its_live_links_only, "pinged",
    replaced(takeover, answer_probe=pays_no_heed), kind=TimeoutError,
)  # fmt: skip
test_c3m_refusals_of_long_ago_do_not_count = found(
    test_doors.test_refusals_of_more_than_a_minute_ago_do_not_count, "assert not is_stubborn",
    edited(takeover.is_stubborn, "now - recent[0] > REFUSAL_SECONDS", "False"),
)  # fmt: skip
test_c3m_a_frame_protects_the_old_link = found(
    test_doors.test_a_frame_since_the_first_refusal_protects_the_old_link, "assert not is_stubborn",
    edited(takeover.is_stubborn, "silence > now - recent[0]", "True"),
)  # fmt: skip
test_c3m_knocks_at_once_are_one = found(
    test_doors.test_a_refusal_counts_ten_seconds_after_the_last_one_that_counted, "assert not is_stubborn",
    edited(takeover.is_stubborn, "now - recent[-1] >= REFUSAL_SPACING", "True"),
)  # fmt: skip
test_c3m_who_insists_gets_in = found(
    test_doors.test_a_newcomer_that_insists_gets_in_where_the_old_link_brings_nothing, "websocket.http.response.start",
    replaced(takeover, is_stubborn=always(False)),
)  # fmt: skip
test_c11m_few_wait_at_the_door = found(
    test_doors.test_of_many_newcomers_the_newest_four_wait_and_the_station_itself_gets_in, r"== \{503\}",
    edited(takeover.Door.wait, "len(self._waiting) == AT_THE_DOOR", "False"),
)  # fmt: skip
test_c11m_links_keep_no_places = found(
    test_gate.test_no_handshake_keeps_its_place_however_it_ends_and_links_take_none, "connect\\(\"CP_2",
    edited(admission.admit, "gate.leave()", "pass"),
)  # fmt: skip
test_c11m_places_are_few = found(
    test_gate.test_who_finds_no_place_waits_for_one_to_be_free, "assert not second.done",
    edited(Gate.enter, "await self._places.acquire()", "pass"),
)  # fmt: skip
test_c4m_after_the_database_was_away_they_come_one_by_one = found(
    test_gate.test_after_the_database_was_away_stations_come_in_one_after_another, "5 / 20",
    edited(Gate.enter, "if now < self._until:", "if False:"),
)  # fmt: skip
test_c6m_who_never_answers_pings_is_pinged_no_more = found(
    test_pings.test_after_three_links_without_a_pong_the_next_one_is_spared, "'auto' == 'off'",
    mutants.pings_for_ever, code=5001,
)  # fmt: skip
test_c6m_its_next_link_is_spared = found(
    test_pings.test_after_three_links_without_a_pong_the_next_one_is_spared, "charger.event",
    edited(ChargePointConsumer.serve, "if opened.silence:", "if False:"), code=5001, kind=TimeoutError,
)  # fmt: skip
test_c6m_lost_lines_are_not_taken_for_it = found(
    test_pings.test_after_three_links_without_a_pong_the_next_one_is_spared, "'off' == .*'auto'",
    edited(ChargePointConsumer.ended_with, "code == NEVER_PONGED", "code"), code=1006,
)  # fmt: skip
test_c6m_cuts_far_apart_do_not_count = found(
    test_cuts.test_cuts_that_are_further_apart_are_lost_lines, "At index",
    edited(pings.never_ponged, ", ping_cut_before_at__gte=now - WITHIN", ", ping_cut_before_at__isnull=False"),
)  # fmt: skip
test_c12m_a_web_page_is_no_station = found(
    test_handshake.test_a_foreign_web_page_is_refused, "http.response.start",
    replaced(admission, check_origin=always(None)), origin="http://evil.test",
)  # fmt: skip
test_b29m_who_is_not_accepted_may_only_boot = found(
    test_registration.test_a_pending_station_may_only_boot, "DID NOT RAISE",
    edited(ChargePointConsumer.call, "if not link.may_send(call.action):", "if False:"), action="Heartbeat", payload={},
)  # fmt: skip
test_s1m_a_key_is_asked_for = found(
    test_security.test_a_station_that_must_log_in_and_does_not_gets_401_before_the_upgrade, "== 401",
    replaced(admission, proved_key=always("")), what="another key",
)  # fmt: skip
