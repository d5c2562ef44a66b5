"""When a filling of a station's local list begins, and what its first step is moved by."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from rfid.models import RfidCard
from stations import bulk, commands
from stations.api.remote.bulk import give
from stations.errors import IdempotencyConflict, NotAllowed, QueueFull
from stations.models import ChargingStation, Command, ConfigurationKey, LocalList
from stations.services.local_list import is_filling, list_sent, list_told

NOW = timezone.now()
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def online(station: ChargingStation) -> ChargingStation:
    """Connected, takes two cards at a time; there are three."""
    ChargingStation.objects.update(lease_until=NOW + timedelta(hours=1))
    ConfigurationKey.objects.create(station=station, key="SendLocalListMaxLength", value="2", told_at=NOW)
    RfidCard.objects.bulk_create([RfidCard(tag_id=tag) for tag in "ABC"])
    station.refresh_from_db()
    return station


def fill(station: ChargingStation, key: str | None = None, **more: Any) -> Command:
    return commands.fill_local_list(station, actor="olga", wait=0, idempotency_key=key, **more)


def accepted(command: Command) -> None:
    Command.objects.filter(pk=command.pk).update(state="answered", status="Accepted")
    with transaction.atomic():
        list_sent(command, {"status": "Accepted"}, timezone.now())


def test_the_same_key_twice_is_one_filling_that_goes_on(online: ChargingStation) -> None:
    first = fill(online, "k")
    assert fill(online, "k") == first
    accepted(first)
    assert Command.objects.filter(state="queued").count() == 1, "the second step"
    assert fill(online, "k") == first, "although the next step is another one"
    with pytest.raises(IdempotencyConflict):
        fill(online, "k", full=True)
    assert is_filling(LocalList.objects.get())


def test_an_interrupted_step_fills_no_list_twice(online: ChargingStation) -> None:
    row = bulk.start(stations=[online], command="fill-local-list", body={}, actor="olga", now=NOW)
    bulk.advance(row, give, NOW)
    row.items.update(command=None)  # the process died between the command and this
    RfidCard.objects.create(tag_id="0")  # meanwhile
    bulk.advance(row, give, NOW + timedelta(minutes=1))
    assert row.items.get().command == Command.objects.get()


def full_queue(settings: LazySettings) -> None:
    settings.COMMAND_QUEUE_DEPTH = 0


def rejected(_: LazySettings) -> None:
    ChargingStation.objects.update(registration="Rejected")


@pytest.mark.parametrize(("refuse", "error"), [(full_queue, QueueFull), (rejected, NotAllowed)])
def test_a_filling_that_was_refused_is_not_begun_by_a_later_question(
    online: ChargingStation, settings: LazySettings, refuse: Callable[[LazySettings], None], error: type[Exception]
) -> None:
    depth = settings.COMMAND_QUEUE_DEPTH
    refuse(settings)
    with pytest.raises(error):
        fill(online)
    settings.COMMAND_QUEUE_DEPTH = depth
    ChargingStation.objects.update(registration="Accepted")
    asked = commands.get_local_list_version(online, actor="olga", wait=0)
    with transaction.atomic():
        list_told(asked, {"listVersion": 0}, timezone.now())
    assert not Command.objects.filter(action="SendLocalList").exists()


def test_a_filling_that_is_begun_while_an_answer_is_stored_is_not_forgotten(online: ChargingStation) -> None:
    """On SQLite whoever writes is alone."""
    ConfigurationKey.objects.all().delete()
    first = fill(online)  # the only step
    begun: list[Command] = []

    def begin() -> None:
        try:
            begun.append(fill(online, full=True))
        finally:
            connection.close()

    other = threading.Thread(target=begin)

    def meanwhile(execute: Any, sql: str, *details: Any) -> Any:
        if "rfid_rfidcard" in sql and other.ident is None:  # its list was read, and is not written yet
            other.start()
            other.join(1)
        return execute(sql, *details)

    with connection.execute_wrapper(meanwhile):
        accepted(first)
    other.join()
    assert begun[0].payload["updateType"] == "Full"
    assert is_filling(LocalList.objects.get())
