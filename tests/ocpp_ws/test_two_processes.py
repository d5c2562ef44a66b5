"""The same Start over two processes at once: threads with a writer's transaction each stand for them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from ocpp_ws.batch import Unit, run_batch
from ocpp_ws.protocol import parse_timestamp
from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from sessions_app.services import start_session
from sessions_app.services.start import Start
from stations.models import ChargingStation

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROUNDS = 15


@pytest.fixture
def stations(transactional_db: None) -> list[ChargingStation]:
    RfidCard.objects.create(tag_id="04AABB", max_sessions=1)
    return [ChargingStation.objects.create(cp_id=f"CP_{number}") for number in (1, 2)]


def start(station: ChargingStation, meter: int) -> Start:
    return Start(station.pk, 1, "04AABB", meter, parse_timestamp("2026-03-01T12:00:00Z", NOON), None, NOON)


def at_once(*batches: list[Start]) -> list[list[Any]]:
    """Each batch in a thread of its own; the results, or errors, of their units."""
    together = threading.Barrier(len(batches))
    outcomes: list[list[Any]] = [[] for _ in batches]

    def run(number: int) -> None:
        together.wait(10)
        units = [Unit(starting(one), one.locks) for one in batches[number]]
        outcomes[number] = [failure or result for result, failure in run_batch(units)]
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def starting(one: Start) -> Callable[[Any], ChargingSession]:
    return lambda _batch: start_session(one)


def test_the_same_start_at_once_is_one_session(stations: list[ChargingStation]) -> None:
    for number in range(ROUNDS):
        same = start(stations[0], number)
        (first,), (second,) = at_once([same], [same])
        assert first.transaction_id == second.transaction_id
        assert first.id_tag_info == second.id_tag_info
    assert ChargingSession.objects.count() == ROUNDS
    assert ChargingSession.objects.filter(status="active").count() == 1


def test_the_last_place_of_a_card_is_given_once(stations: list[ChargingStation]) -> None:
    for number in range(ROUNDS):
        ChargingSession.objects.update(status="completed", active_connector=None)
        (one,), (other,) = at_once([start(stations[0], number)], [start(stations[1], number)])
        assert sorted([one.authorization, other.authorization]) == ["Accepted", "ConcurrentTx"]


def test_batches_that_need_each_others_stations_do_not_wait_in_a_circle(stations: list[ChargingStation]) -> None:
    for number in range(ROUNDS):
        forth = [start(station, number) for station in stations]
        results = at_once(forth, forth[::-1])
        assert all(isinstance(session, ChargingSession) for batch in results for session in batch)
    assert ChargingSession.objects.count() == 2 * ROUNDS
