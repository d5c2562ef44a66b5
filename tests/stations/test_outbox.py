"""Writing commands into the outbox, and taking them out in order."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from stations import commands, doorbell, giving, outbox
from stations.errors import InvalidPayload, NotAllowed, QueueFull, StationOffline
from stations.models import ChargingStation, Command

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def online(station: ChargingStation) -> ChargingStation:
    ChargingStation.objects.update(lease_until=timezone.now() + timedelta(minutes=5), epoch=3)
    station.refresh_from_db()
    return station


def reset(station: ChargingStation, **options: Any) -> Command:
    given: dict[str, Any] = {"actor": "tester", "type": "Soft", "wait": 0} | options
    return commands.reset(station, **given)


def take(station: ChargingStation, epoch: int = 3, unique_id: str = "id") -> Command | None:
    return outbox.take_next(station_id=station.pk, epoch=epoch, unique_id=unique_id, now=NOON)


def test_a_command_is_queued_with_who_asked(online: ChargingStation) -> None:
    row = reset(online)
    stored = Command.objects.get(pk=row.pk)
    assert (stored.state, stored.actor) == ("queued", "tester")
    assert (stored.action, stored.payload) == ("Reset", {"type": "Soft"})


def test_an_attempt_at_an_offline_station_is_refused_and_kept(station: ChargingStation) -> None:
    with pytest.raises(StationOffline) as refusal:
        reset(station)
    row = Command.objects.get()
    assert refusal.value.command == row
    assert (row.state, row.reason) == ("station_offline", "not connected")
    assert row.finished_at is not None


def test_a_secret_for_an_offline_station_is_not_kept(station: ChargingStation) -> None:
    with pytest.raises(StationOffline):
        commands.change_configuration(station, actor="tester", key="AuthorizationKey", value="5E" * 20, wait=0)
    assert Command.objects.get().payload == {"key": "AuthorizationKey", "value": "***"}


def test_a_full_queue_is_refused(online: ChargingStation, settings: LazySettings) -> None:
    settings.COMMAND_QUEUE_DEPTH = 2
    reset(online)
    reset(online)
    with pytest.raises(QueueFull):
        reset(online)
    assert Command.objects.count() == 2


def test_finished_commands_leave_the_queue(online: ChargingStation, settings: LazySettings) -> None:
    settings.COMMAND_QUEUE_DEPTH = 1
    row = reset(online)
    take(online)
    outbox.finish(row, "answered", now=NOON)
    assert reset(online).state == "queued"


@pytest.mark.parametrize(
    ("registration", "allowed"), [("Accepted", {"start", "stop", "reset"}), ("Pending", {"reset"}), ("Rejected", set())]
)
def test_the_registration_decides_what_may_be_sent(
    online: ChargingStation, registration: str, allowed: set[str]
) -> None:
    ChargingStation.objects.update(registration=registration)
    asked = {
        "start": lambda: commands.remote_start_transaction(online, actor="tester", id_tag="04AABB", wait=0),
        "stop": lambda: commands.remote_stop_transaction(online, actor="tester", transaction_id=1, wait=0),
        "reset": lambda: reset(online),
    }
    sent = set()
    for name, ask in asked.items():
        try:
            ask()
            sent.add(name)
        except NotAllowed:
            pass
    assert sent == allowed


@pytest.mark.parametrize("id_tag", ["", "T" * 21])
def test_a_payload_that_breaks_the_schema_is_not_queued(online: ChargingStation, id_tag: str) -> None:
    if not id_tag:
        with pytest.raises(InvalidPayload, match="connectorId"):
            commands.unlock_connector(online, actor="tester", connector_id="one", wait=0)  # type: ignore[arg-type]
    else:
        with pytest.raises(InvalidPayload) as refusal:
            commands.remote_start_transaction(online, actor="tester", id_tag=id_tag, wait=0)
        assert refusal.value.errors == [("idTag", "value is too long")]
    assert not Command.objects.exists()


def test_optional_members_are_left_out(online: ChargingStation) -> None:
    row = commands.remote_start_transaction(online, actor="tester", id_tag="04AABB", wait=0)
    assert row.payload == {"idTag": "04AABB"}


def test_commands_are_taken_in_the_order_in_which_they_were_given(online: ChargingStation) -> None:
    rows = [reset(online) for _ in range(3)]
    taken = [take(online, unique_id=str(number)) for number in range(4)]
    assert taken == [*rows, None]
    first = Command.objects.get(pk=rows[0].pk)
    assert (first.state, first.unique_id, first.epoch, first.sent_at) == ("sent", "0", 3, NOON)


def test_a_replaced_link_takes_nothing(online: ChargingStation) -> None:
    reset(online)
    assert take(online, epoch=2) is None
    assert Command.objects.get().state == "queued"


def test_a_link_that_is_gone_takes_nothing(online: ChargingStation) -> None:
    """What waits for the station is still queued when it comes back."""
    reset(online)
    ChargingStation.objects.update(lease_until=None)
    assert take(online) is None
    assert Command.objects.get().state == "queued"


def test_taking_again_with_the_same_message_id_takes_the_same_command(online: ChargingStation) -> None:
    """A commit whose answer was lost is tried again."""
    first, second = reset(online), reset(online)
    assert take(online) == take(online) == first
    second.refresh_from_db()
    assert second.state == "queued"


def test_taking_back_what_has_gone_out_wakes_nobody(online: ChargingStation) -> None:
    row = reset(online)
    take(online)
    event = doorbell.waiting.add(row.pk)
    try:
        assert not giving.cancel(row.pk)
        assert not event.is_set()
    finally:
        doorbell.waiting.remove(row.pk, event)


def test_who_stops_waiting_takes_no_other_ones_bell() -> None:
    first, other = (doorbell.waiting.add(7) for _ in range(2))
    doorbell.waiting.remove(7, first)
    doorbell.waiting.done(7)
    assert other.is_set()
    doorbell.waiting.remove(7, other)
    assert 7 not in doorbell.waiting._events  # whoever else waits in this process


def test_a_command_that_has_ended_is_not_ended_again(online: ChargingStation) -> None:
    row = reset(online)
    take(online)
    assert outbox.finish(row, "timeout", now=NOON)
    assert not outbox.finish(row, "answered", now=NOON, status="Accepted")
    assert Command.objects.get().state == "timeout"


def test_only_the_first_late_answer_is_kept(online: ChargingStation) -> None:
    row = reset(online)
    for status in ("Accepted", "Rejected"):
        outbox.keep_late_answer(command_id=row.pk, answer={"status": status})
    assert Command.objects.get().late_answer == {"status": "Accepted"}


def test_waiting_ends_with_the_time_that_was_given(online: ChargingStation) -> None:
    assert giving.wait_for(reset(online), 0.01).state == "queued"


@pytest.mark.parametrize("_round", range(3))  # it is a race
@pytest.mark.django_db(transaction=True)
def test_many_askers_at_once_do_not_overfill_the_queue(
    online: ChargingStation, settings: LazySettings, _round: int
) -> None:
    settings.COMMAND_QUEUE_DEPTH = 3
    together, outcomes = threading.Barrier(8), []

    def ask() -> None:
        together.wait()
        try:
            reset(online)
            outcomes.append("queued")
        except QueueFull:
            outcomes.append("full")
        finally:
            connection.close()

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sorted(outcomes) == ["full"] * 5 + ["queued"] * 3
