"""I: what makes one session of one charge, whatever is sent again, late, or by whom."""

from itertools import count

from django.db.models import Q

from sessions_app.services import endings, ids, reboot, samples
from sessions_app.services import meter_values as metering
from sessions_app.services import start as starts
from sessions_app.services import stop as stops
from stations.services import status as statuses
from tests.guards.found import edited, found, replaced
from tests.reliability.faults.put import always
from tests.sessions_app import test_meter_values, test_reconcile_reboot, test_start, test_start_authorization, test_stop
from tests.sessions_app.conftest import card, charger  # noqa: F401 - fixtures
from tests.sessions_app.test_reconcile_reboot import session  # noqa: F401 - a fixture
from tests.stations import test_status
from tests.stations.conftest import station  # noqa: F401 - a fixture

numbers = count(1)


test_i2m_a_retry_is_found_by_its_content = found(
    test_start.test_a_retried_start_gets_the_same_id_and_opens_no_second_session, "again.transaction_id == first",
    replaced(starts, is_new_session_of_clockless_station=always(True)),
)  # fmt: skip
test_i2m_a_retry_is_not_concurrent_to_itself = found(
    test_start.test_a_retry_of_a_card_with_one_session_at_once_is_not_concurrent_to_itself, "ConcurrentTx",
    edited(starts.repeated, "    told_after =", """\
    session.id_tag_info = {"status": authorization(find_card(start.id_tag), start)}
    told_after ="""),
)  # fmt: skip
test_i2m_a_cards_sessions_are_counted = found(
    test_start_authorization.test_sessions_count_over_stations, "ConcurrentTx",
    edited(starts.authorization, "other_sessions=others", "other_sessions=0"),
)  # fmt: skip
test_i5m_a_sample_has_a_key = found(
    test_meter_values.test_the_same_message_is_stored_once, "stored",
    replaced(samples, digest=lambda row, session_id, connector_id, as_sent: next(numbers)),
)  # fmt: skip
test_i5m_an_equal_stop_is_no_other_one = found(
    test_stop.test_a_repeated_equal_stop_adds_nothing, "== before", replaced(stops, is_other_stop=always(True))
)
test_i5m_the_first_stop_wins = found(
    test_stop.test_a_different_second_stop_is_kept_beside_the_first, "session.meter_stop",
    replaced(stops, NOT_STOPPED=Q()), change={"meter": 6001},
)  # fmt: skip
test_i5m_a_conflict_is_kept_once = found(
    test_stop.test_a_different_second_stop_is_kept_beside_the_first, "len",
    edited(stops.keep_conflict, "if other in session.stop_conflicts:", "if False:"), change={"meter": 6001},
)  # fmt: skip
test_i6m_anothers_session_is_not_found_by_a_stop = found(
    test_stop.test_a_stop_that_names_another_stations_session_does_not_touch_it, "foreign.transaction_id.* is None",
    edited(ids.find_session, "objects.filter(station_id=station_id)", "objects.all()"),
)  # fmt: skip
test_i6m_anothers_session_gets_no_values = found(
    test_meter_values.test_values_that_name_another_stations_session_do_not_touch_it, r"stored\(foreign\) == \[\]",
    edited(metering.by_number, "(session.station_id, session.transaction_id): session for session in found",
           "(one.station_id, session.transaction_id): session for session in found for one in meterings"),
)  # fmt: skip
test_i6m_of_two_sessions_none_is_guessed = found(
    test_stop.test_of_two_open_sessions_none_is_guessed, r"stop\(-1\) is None",
    edited(stops.fitting_session, "len(fitting) != 1", "not fitting"),
)  # fmt: skip
test_i6m_a_session_that_does_not_fit_is_left_open = found(
    test_stop.test_an_open_session_that_does_not_fit_is_left_open, "} . stop. is None",
    edited(stops.fitting_session, "stop.meter_stop >= session.meter_start and ", ""), stop={"meter": 999},
)  # fmt: skip
test_i7m_an_older_status_sets_nothing_back = found(
    test_status.test_an_older_status_does_not_replace_a_newer_one, "== .Charging",
    edited(statuses.not_newer, '**{f"{field}__lte": moment}', '**{f"{field}__isnull": False}'), connector=1,
)  # fmt: skip
test_i7m_an_older_sample_sets_nothing_back = found(
    test_meter_values.test_what_another_process_has_shown_meanwhile_is_not_replaced_by_something_older, "1500 == 2000",
    replaced(metering, SHOW=metering.SHOW.replace("(last_meter_at IS NULL OR last_meter_at <= %s)", "%s IS NOT NULL")),
)  # fmt: skip
test_i9m_a_boot_ends_nothing = found(
    test_reconcile_reboot.test_a_connector_that_is_not_free_keeps_its_session, "== 0",
    edited(reboot.forgotten, '        active_connector__status="Available",\n', ""), word="Charging",
)  # fmt: skip
test_i9m_a_status_before_the_boot_proves_nothing = found(
    test_reconcile_reboot.test_a_connector_that_was_free_before_the_boot_says_nothing, "== 0",
    edited(reboot.forgotten, '        active_connector__status_received_at__gte=F("station__last_boot_at"),\n', ""),
)  # fmt: skip
test_i9m_the_stop_has_15_minutes = found(
    test_reconcile_reboot.test_a_free_connector_and_no_stop_for_15_minutes_end_it_with_the_last_register, "14 . MINUTE",
    edited(reboot.forgotten, "__lte=now - FORGOTTEN_AFTER", "__lte=now"),
)  # fmt: skip
test_i9m_values_resume_it = found(
    test_reconcile_reboot.test_values_that_name_it_resume_it, "is None", replaced(metering, resumed=always(None))
)
test_i9m_values_from_before_the_boot_prove_nothing = found(
    test_reconcile_reboot.test_values_out_of_the_stations_queue_do_not_resume_it, "== BOOT",
    edited(reboot.resumed, ' or all(row["sampled_at"] < since for row in rows)', ""),
)  # fmt: skip
test_i9m_a_session_that_goes_on_is_not_ended = found(
    test_reconcile_reboot.test_a_session_that_went_on_while_the_job_looked_is_not_ended, "assert not",
    edited(endings.end_with_last_register, ", needs_reconcile_since=session.needs_reconcile_since)", ")"),
)  # fmt: skip
test_i9m_silence_is_listed_once = found(
    test_reconcile_reboot.test_a_day_of_silence_lists_it_once,
    "silent_items",
    replaced(reboot, silent=always([])),
    kind=ValueError,
)
test_i10m_a_station_without_a_clock_begins_anew = found(
    test_start.test_a_station_without_a_clock_gets_a_new_session_after_each_stop, "== 3",
    replaced(starts, is_new_session_of_clockless_station=always(False)), when="1970-01-01T00:00:07Z",
)  # fmt: skip
test_i10m_equal_stops_without_a_clock_are_two = found(
    test_stop.test_equal_stops_of_a_station_without_a_clock_end_each_its_own_session, "'active' == ",
    replaced(stops, is_timeless=always(False)),
)  # fmt: skip
test_i11m_a_new_session_ends_the_older_one = found(
    test_start.test_a_second_start_on_a_connector_interrupts_the_older_session, "No free session id",
    edited(starts.free_connector, "    if older := ", "    if False and "), kind=RuntimeError,
)  # fmt: skip
test_i11m_a_late_stop_wins = found(
    test_stop.test_a_late_stop_replaces_what_was_only_inferred, "'interrupted', 4200",
    replaced(stops, NOT_STOPPED=Q(status="active")),
)  # fmt: skip
test_i11m_an_older_start_ends_nothing_before_it_began = found(
    test_start.test_a_session_that_is_interrupted_by_an_older_start_does_not_end_before_it_began, "stopped_at >=",
    edited(endings.interrupt, "max(at, session.started_at)", "at"),
)  # fmt: skip
