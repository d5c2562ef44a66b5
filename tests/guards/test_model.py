"""I3, I10, I11 through the real consumer, and by two writers at once."""

from typing import Any

from django.db import connection
from django.db.models import Q

from ocpp_ws import batch
from sessions_app.services import start, stop
from tests.guards.found import edited, found, replaced
from tests.model import test_sessions_end, test_two_writers
from tests.model.test_two_writers import pool  # noqa: F401 - a fixture
from tests.ocpp_ws import test_calls, test_two_processes
from tests.ocpp_ws.charger import CallError
from tests.ocpp_ws.test_two_processes import stations  # noqa: F401 - a fixture
from tests.reliability.faults.put import always

test_i2m_a_start_over_a_new_link_is_found = found(
    test_calls.test_a_start_that_is_repeated_over_a_new_link_gets_the_same_answer, "== answer",
    replaced(start, is_new_session_of_clockless_station=always(True)),
)  # fmt: skip
test_i10m_every_start_of_a_station_without_a_clock_is_its_own = found(
    test_sessions_end.test_i10_a_station_without_a_clock_has_as_many_sessions_as_it_began, "transaction_id",
    replaced(start, is_new_session_of_clockless_station=always(False)), times=2,
)  # fmt: skip
test_i11m_a_late_stop_wins = found(
    test_sessions_end.test_i11_a_busy_connector_has_one_active_session_and_a_late_stop_wins, "'interrupted'",
    replaced(stop, NOT_STOPPED=Q(status="active")), times=2,
)  # fmt: skip
test_i11m_a_new_session_ends_the_older_one = found(
    test_sessions_end.test_i11_a_busy_connector_has_one_active_session_and_a_late_stop_wins, "InternalError",
    edited(start.free_connector, "    if older := ", "    if False and "), kind=CallError, times=2,
)  # fmt: skip


def one_by_one(units: list[batch.Unit]) -> dict[batch.Lock, Any]:
    """Each unit's rows as it comes, whoever else waits for them."""
    return {lock: row for unit in units for lock, row in locked([unit]).items()}


locked = batch.take_locks

if connection.vendor == "postgresql":  # SQLite has one writer
    test_i3m_locks_are_taken_in_one_order = found(
        test_two_writers.test_two_writers_with_crossing_cards_and_stations_do_not_wait_in_a_circle, "Commit failed",
        replaced(batch, take_locks=one_by_one, LONGEST_SECONDS=60.0), rounds=4,
    )  # fmt: skip
    test_i3m_the_rows_that_decide_are_locked = found(
        test_two_processes.test_the_last_place_of_a_card_is_given_once, r"\['Accepted', 'Accepted'\]",
        replaced(batch, take_locks=always({})),
    )  # fmt: skip
