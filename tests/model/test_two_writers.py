"""I3: the same StartTransaction on two links at once, by two processes' writers; on PostgreSQL they truly overlap."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from stations.models import ChargingStation, Connector
from stations.services import status_notification

pytestmark = pytest.mark.usefixtures("transactional_db")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Two writers, each with a connection of its own."""
    together = threading.Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        yield threads

        def close() -> None:
            together.wait(10)
            connection.close()

        for done in [threads.submit(close) for _ in range(2)]:
            done.result()


def told(station: ChargingStation, number: int, status: str) -> Unit:
    payload, at = {"status": status, "errorCode": "NoError"}, parse_timestamp("2026-03-01T12:00:00Z", NOON)
    place = {"station_id": station.pk, "connector_id": number}
    return Unit(lambda b: status_notification(**place, payload=payload, at=at, now=NOON, insert=b.insert))


def unit(start: Start) -> Unit:
    def run(_: Any) -> tuple[int, str]:
        session = start_session(start)
        return session.transaction_id, session.id_tag_info["status"]

    return Unit(run, start.locks)


@pytest.mark.parametrize("rounds", [100, pytest.param(500, marks=LONG)])
def test_i3_the_same_start_by_two_writers_is_one_session(
    pool: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture, rounds: int
) -> None:
    station = ChargingStation.objects.create(cp_id="CP_1")
    RfidCard.objects.create(tag_id="04AABB")
    at_once = threading.Barrier(2)

    def write(start: Start) -> Any:
        at_once.wait(10)
        ((result, failure),) = run_batch([unit(start)])
        assert failure is None, failure
        return result

    for meter in range(rounds):
        start = Start(station.pk, 1, "04AABB", meter, parse_timestamp("2026-03-01T12:00:00Z", NOON), None, NOON)
        one, other = [done.result() for done in [pool.submit(write, start) for _ in range(2)]]
        assert one == other
        assert one[1] == "Accepted", "the retry is not concurrent to itself"
    assert ChargingSession.objects.count() == rounds
    assert ChargingSession.objects.filter(status="active").count() == 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("rounds", [50, pytest.param(250, marks=LONG)])
def test_two_writers_with_crossing_cards_and_stations_do_not_wait_in_a_circle(
    pool: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture, rounds: int
) -> None:
    stations = [ChargingStation.objects.create(cp_id=f"CP_{number}") for number in range(2)]
    for number in range(2):
        RfidCard.objects.create(tag_id=f"TAG_{number}")
    at_once = threading.Barrier(2)

    def write(starts: list[Start]) -> None:
        at_once.wait(10)
        left = [unit(start) for start in starts]
        while left:  # a batch that is late leaves some to the next
            outcomes = run_batch(left)
            assert {failure for _, failure in outcomes} == {None}
            left = left[len(outcomes) :]

    for meter in range(rounds):
        at = parse_timestamp("2026-03-01T12:00:00Z", NOON)
        crossing = [Start(stations[n].pk, 1, f"TAG_{1 - n}", 2 * meter, at, None, NOON) for n in range(2)]
        straight = [Start(stations[n].pk, 2, f"TAG_{n}", 2 * meter, at, None, NOON) for n in (1, 0)]
        for done in [pool.submit(write, one) for one in (crossing, straight)]:
            done.result()
    assert ChargingSession.objects.filter(status="active").count() == 4
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_fifty_statuses_of_one_station_at_once_by_two_writers_all_succeed(pool: ThreadPoolExecutor) -> None:
    station = ChargingStation.objects.create(cp_id="CP_1")
    at_once = threading.Barrier(2)

    def write(units: list[Unit]) -> list[Any]:
        failures: list[Any] = []
        at_once.wait(10)
        while left := units[len(failures) :]:  # a batch that is late leaves some to the next
            failures += [failure for _, failure in run_batch(left)]
        return failures

    for status in ("Available", "Preparing", "Charging", "Faulted"):  # at first none of the rows is there
        there = [told(station, number, status) for number in range(25)]
        back = [told(station, number, status) for number in reversed(range(25))]
        for done in [pool.submit(write, units) for units in (there, back)]:
            assert done.result() == [None] * 25
        assert set(Connector.objects.values_list("status", flat=True)) == {status}
    assert Connector.objects.count() == 24
