"""One command to many stations, a step at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from stations import bulk
from stations.api.remote.bulk import give
from stations.errors import NotAllowed, QueueFull
from stations.models import BulkCommand, BulkItem, ChargingStation, Command
from stations.secrets import masked

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)
Item = BulkItem.State


@pytest.fixture
def stations() -> list[ChargingStation]:
    lease = timezone.now() + timedelta(hours=1)
    names = [f"CP_{number}" for number in range(5)]
    ChargingStation.objects.bulk_create([ChargingStation(cp_id=name, lease_until=lease) for name in names])
    return list(ChargingStation.objects.order_by("cp_id"))


def started(stations: list[ChargingStation], **how: Any) -> BulkCommand:
    return bulk.start(
        stations=stations, command="reset", body={"type": "Soft"}, actor="olga", now=NOON, **{"at_once": 2} | how
    )


def step(row: BulkCommand, now: datetime = NOON) -> dict[str, int]:
    bulk.advance(row, give, now)
    row.refresh_from_db()
    return {state: n for state, n in bulk.progress(row).items() if n}


def answer(status: str, **more: Any) -> None:
    """What every station says to what it was asked."""
    Command.objects.filter(state="queued").update(state="answered", status=status, **more)


def test_only_so_many_are_given_at_a_time(stations: list[ChargingStation]) -> None:
    row = started(stations)
    assert step(row) == step(row) == {"given": 2, "waiting": 3}
    assert [(c.action, c.payload, c.actor) for c in Command.objects.all()] == [("Reset", {"type": "Soft"}, "olga")] * 2
    answer("Accepted")
    assert step(row) == {"given": 2, "done": 2, "waiting": 1}
    answer("Rejected")
    assert step(row) == {"given": 1, "done": 2, "failed": 2}
    answer("Accepted")
    assert step(row) == {"done": 3, "failed": 2}
    assert row.state == "finished"
    assert set(row.items.values_list("state", "result")) == {("done", "Accepted"), ("failed", "Rejected")}


def test_it_stops_at_a_failure_if_it_is_to(stations: list[ChargingStation]) -> None:
    row = started(stations, stop_on_failure=True, at_once=1)
    step(row)
    answer("Rejected")
    assert step(row) == {"failed": 1, "skipped": 4}
    assert row.state == "stopped"


def test_a_station_that_is_not_connected_fails_at_once(stations: list[ChargingStation]) -> None:
    ChargingStation.objects.filter(pk=stations[0].pk).update(lease_until=None)
    row = started(stations[:1])
    assert step(row) == {"failed": 1}
    item = row.items.get()
    assert item.result == "not connected"
    assert item.command is not None
    assert item.command.state == "station_offline"


def test_a_command_that_is_not_allowed_fails_with_the_reason(stations: list[ChargingStation]) -> None:
    ChargingStation.objects.update(registration="Rejected")
    row = started(stations[:1])
    assert step(row) == {"failed": 1}
    assert "accept its registration" in row.items.get().result


def test_a_full_queue_is_tried_again(stations: list[ChargingStation], settings: Any) -> None:
    settings.COMMAND_QUEUE_DEPTH = 1
    Command.objects.create(station=stations[0], action="Reset", actor="olga", payload={"type": "Hard"})
    row = started(stations[:1])
    bulk.advance(row, give, NOON)
    assert row.items.get().state == "waiting"
    Command.objects.update(state="answered")
    assert step(row) == {"given": 1}


def test_an_interrupted_step_gives_no_command_twice(stations: list[ChargingStation]) -> None:
    row = started(stations[:1])
    step(row)
    row.items.update(command=None)  # the process died between the command and this
    assert step(row, NOON + timedelta(seconds=10)) == {"given": 1}
    assert step(row, NOON + timedelta(minutes=1)) == {"given": 1}
    assert row.items.get().command == Command.objects.get()


def test_two_processes_give_each_station_one_command(stations: list[ChargingStation]) -> None:
    row = started(stations, at_once=5)
    claimed = bulk.claimed(row, NOON)
    assert len(claimed) == 5
    assert bulk.claimed(row, NOON) == []


def test_what_waits_is_skipped_when_it_is_cancelled(stations: list[ChargingStation]) -> None:
    row = started(stations)
    step(row)
    assert bulk.end(row, BulkCommand.State.CANCELLED, NOON)
    assert not bulk.end(row, BulkCommand.State.CANCELLED, NOON)
    assert bulk.progress(row)["skipped"] == 3


def test_what_was_given_before_it_was_cancelled_gets_its_result(stations: list[ChargingStation]) -> None:
    row = started(stations)
    step(row)
    bulk.end(row, BulkCommand.State.CANCELLED, NOON)
    answer("Accepted")
    for one in bulk.under_way():
        bulk.advance(one, give, NOON)
    assert {state: n for state, n in bulk.progress(row).items() if n} == {"done": 2, "skipped": 3}
    assert bulk.under_way() == []


def test_the_failed_and_skipped_are_tried_again(stations: list[ChargingStation]) -> None:
    row = started(stations)
    step(row)
    answer("Rejected")
    step(row)
    bulk.end(row, BulkCommand.State.CANCELLED, NOON)
    answer("Accepted")
    step(row)
    second = bulk.again(row, actor="otto", now=NOON)
    assert second.again_of == row
    assert {item.station.cp_id for item in second.items.all()} == {"CP_0", "CP_1", "CP_4"}
    assert (second.command, second.body, second.actor) == ("reset", {"type": "Soft"}, "otto")


def test_it_is_run_again_once_and_only_when_it_has_ended(stations: list[ChargingStation]) -> None:
    row = started(stations[:2], at_once=1)
    step(row)
    answer("Rejected")
    step(row)
    with pytest.raises(NotAllowed, match="not ended"):
        bulk.again(row, actor="otto", now=NOON)
    answer("Accepted")
    step(row)
    second = bulk.again(row, actor="otto", now=NOON)
    with pytest.raises(NotAllowed, match=f"as bulk command {second.pk}"):
        bulk.again(row, actor="otto", now=NOON)


SECRET = {"location": "ftp://ann:pw@files.test/"}
MASKED = {"location": "ftp://ann:***@files.test/"}


def test_a_password_is_kept_as_long_as_a_station_may_need_it(stations: list[ChargingStation]) -> None:
    row = bulk.start(stations=stations[:2], command="get-diagnostics", body=SECRET, actor="olga", now=NOON)
    step(row)
    Command.objects.filter(station=stations[0]).update(state="answered", answer={})
    Command.objects.filter(station=stations[1]).update(state="timeout")
    step(row)
    assert (row.state, row.body) == ("finished", SECRET)
    second = bulk.again(row, actor="olga", now=NOON)
    row.refresh_from_db()
    assert (row.body, second.body) == (MASKED, SECRET)
    step(second)
    assert [command.payload for command in Command.objects.filter(state="queued")] == [SECRET]
    Command.objects.update(state="answered")
    step(second)
    assert second.body == MASKED


def test_a_password_in_any_call_is_masked_too() -> None:
    assert masked({"action": "GetDiagnostics", "payload": SECRET})["payload"] == MASKED


def test_one_that_the_database_fails_holds_up_no_other(stations: list[ChargingStation]) -> None:
    failing, later = started(stations[:1]), started(stations[1:3])

    def give_most(item: BulkItem, key: str) -> Command:
        if item.bulk_id == failing.pk:
            raise OperationalError("locked")
        return give(item, key)

    with pytest.raises(OperationalError, match="locked"):
        bulk.advance_all(give_most, lambda: NOON)
    assert bulk.progress(later)["given"] == 2
    assert Command.objects.count() == 2


def test_an_item_that_a_full_queue_gives_back_after_the_end_is_skipped(stations: list[ChargingStation]) -> None:
    row = started(stations[:1])

    def cancelled_meanwhile(item: BulkItem, key: str) -> Command:
        bulk.end(row, BulkCommand.State.CANCELLED, NOON)
        raise QueueFull("too many wait")

    bulk.advance(row, cancelled_meanwhile, NOON)
    assert bulk.progress(row)["waiting"] == 1
    [left] = bulk.under_way()
    assert step(left) == {"skipped": 1}
    assert bulk.under_way() == []


def test_a_bulk_command_that_was_ended_meanwhile_gives_no_more(stations: list[ChargingStation]) -> None:
    row = started(stations)
    bulk.end(BulkCommand.objects.get(), BulkCommand.State.CANCELLED, NOON)
    assert bulk.claimed(row, NOON) == []


def test_what_has_not_ended_costs_a_step_nothing(
    stations: list[ChargingStation], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = started(stations, at_once=5)
    step(row)
    with django_assert_max_num_queries(8):
        bulk.advance(row, give, NOON)
