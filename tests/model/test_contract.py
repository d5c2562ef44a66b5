"""I12: whatever happens to a station, the gateway keeps the contract; and this test finds a gateway that does not."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ocpp_ws import release, takeover
from sessions_app.services import samples
from sessions_app.services import start as starts
from sessions_app.services import stop as stops
from stations.models import ChargingStation
from tests.guards.found import failing
from tests.model.machine import StationMachine
from tests.reliability.faults.put import always, put
from tests.reliability.report import measured

pytestmark = pytest.mark.usefixtures("_open_policy")


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "PONG_SECONDS", 0.01)  # the old link never answers: what it waits for cannot come


def run(examples: int, steps: int) -> None:
    """Without shrinking, which would take minutes; thirty steps can be read. The small runs are the same each time."""
    limits = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=False,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,), report_multiple_bugs=False,
        derandomize=examples <= 100,
    )  # fmt: skip
    run_state_machine_as_test(StationMachine, settings=limits)


# 2,000 x 80 in eight parts, each at random: four minutes on SQLite, twice that on PostgreSQL
LONG = [pytest.mark.long, pytest.mark.timeout(2400)]
QUICK = pytest.param(100, 30, marks=pytest.mark.timeout(400))  # half a minute; a busy machine takes its time
SIZES = [QUICK, *(pytest.param(250, 80, marks=LONG, id=f"part {part} of 8") for part in range(1, 9))]


@pytest.mark.parametrize(("examples", "steps"), SIZES)
def test_the_contract_is_kept(examples: int, steps: int) -> None:
    run(examples, steps)
    measured("I12", f"{examples} x {steps} steps on {connection.vendor}: 0 divergences")


def natural_key_unknown() -> None:
    """Every StartTransaction is a new session, as where message ids decide."""
    put(starts, is_new_session_of_clockless_station=always(True))


def info_decided_anew() -> None:
    """A retry is judged again, against its own session."""
    kept = starts.repeated

    def repeated(session: Any, start: starts.Start) -> Any:
        again = kept(session, start)
        again.id_tag_info = {"status": starts.authorization(starts.find_card(start.id_tag), start)}
        return again

    put(starts, repeated=repeated)


def epoch_unchecked() -> None:
    """A late goodbye of an old link puts the station offline."""

    def close_link(*, station_id: int, epoch: int, now: datetime) -> list[tuple[int, str]]:
        ChargingStation.objects.filter(pk=station_id).update(lease_until=None)
        return []

    put(release, close_link=close_link)


def samples_without_key() -> None:
    """A sample that comes twice is stored twice."""
    numbers = count(1)
    put(samples, digest=lambda row, session_id, connector_id, as_sent: next(numbers))


def late_stop_ignored() -> None:
    """What was inferred stays, whatever the station says later."""
    closed = stops.close
    put(stops, close=lambda session, stop: not session.stop_inferred and closed(session, stop))


def any_stations_session() -> None:
    """A number finds a session of whatever station."""

    def find_session(station_id: int, transaction_id: int, *, now: datetime) -> Any:
        return starts.ChargingSession.objects.filter(transaction_id=transaction_id).first()

    put(stops, find_session=find_session)


MUTANTS = {natural_key_unknown: "came == expected|stored", epoch_unchecked: "online ==", any_stations_session: "stored"}
SLOW_MUTANTS = {info_decided_anew: "came == expected", samples_without_key: "stored", late_stop_ignored: "stored"}


@pytest.mark.parametrize("mutant", [*MUTANTS, *(pytest.param(one, marks=LONG) for one in SLOW_MUTANTS)])
def test_a_gateway_without_this_guard_is_found_out(mutant: Callable[[], None]) -> None:
    with failing([mutant], AssertionError, (MUTANTS | SLOW_MUTANTS)[mutant]):
        run(100, 30)
