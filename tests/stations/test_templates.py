"""Configuration templates: for whom they are, what may stand in them, and one key after the other."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from stations import bulk, commands, outbox
from stations.api.remote.bulk import give
from stations.errors import IdempotencyConflict
from stations.models import ChargingStation, Command, ConfigurationTemplate

NOW = timezone.now()


@pytest.mark.parametrize(
    ("vendor", "model", "fits"),
    [("", "", True), ("acme", "", True), ("ACME", "TERRA*", True), ("*cm*", "*54*", True), ("Acm", "", False),
     ("Acme", "Terra", False), ("", "?", False)],
)  # fmt: skip
def test_a_template_is_for_stations_of_its_kind(vendor: str, model: str, fits: bool) -> None:
    station = ChargingStation(cp_id="CP_1", vendor="Acme", model="Terra 54")
    assert ConfigurationTemplate(vendor=vendor, model=model).fits(station) is fits


def test_a_station_that_has_not_booted_is_of_no_kind() -> None:
    assert not ConfigurationTemplate(vendor="Acme").fits(ChargingStation(cp_id="CP_1"))


def test_lines_are_keys_and_values_in_their_order() -> None:
    text = " B = a=b, c \r\n\n A=\n"
    assert ConfigurationTemplate(settings=text).calls() == [{"key": "B", "value": "a=b, c"}, {"key": "A", "value": ""}]


@pytest.mark.parametrize(
    "text",
    ["", " \n", "A", "=1", "A=1\na=2", "K" * 51 + "=1", "A=" + "x" * 501, "AuthorizationKey=00",
     "MyPassword=1", "A=1\nsecurityProfile=2"],
)  # fmt: skip
def test_what_cannot_be_sent_to_many_cannot_be_written(text: str) -> None:
    with pytest.raises(ValidationError):
        ConfigurationTemplate(name="T", settings=text).clean_fields()


@pytest.fixture
def row(db: None) -> Any:
    """A bulk command that applies a template of three keys to a connected station; its first step is done."""
    ConfigurationTemplate.objects.create(name="T", settings="A=1\nB=2\nC=3")
    station = ChargingStation.objects.create(cp_id="CP_1", lease_until=NOW + timedelta(hours=1))
    row = bulk.start(stations=[station], command="apply-template", body={"template": "T"}, actor="olga", now=NOW)
    bulk.advance(row, give, NOW)
    return row


def answered(status: str) -> None:
    """What the station says to the key that it was sent last."""
    command = Command.objects.latest("pk")
    Command.objects.filter(pk=command.pk).update(state="answered", status=status)
    outbox.go_on(command, "answered", status)


def result(row: Any) -> list[Any]:
    """The keys that were sent, and what became of the station's part."""
    bulk.advance(row, give, NOW)
    item = row.items.get()
    keys = [payload["key"] for payload in Command.objects.order_by("pk").values_list("payload", flat=True)]
    return [keys, item.state, item.result]


def test_a_bulk_command_has_its_result_with_the_last_key(row: Any) -> None:
    answered("Accepted")
    assert result(row) == [["A", "B"], "given", ""]
    answered("RebootRequired")
    answered("Accepted")
    assert result(row) == [["A", "B", "C"], "done", "Accepted"]


def test_a_key_that_waits_when_the_link_ends_is_not_sent_on_the_next_one(row: Any) -> None:
    answered("Accepted")
    station = ChargingStation.objects.get()
    outbox.end_of_link(station_id=station.pk, epoch=station.epoch, reason="the link was lost", now=NOW)
    assert result(row)[:2] == [["A", "B"], "failed"]


@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
def test_nothing_is_sent_after_the_first_key_that_is_not_accepted(row: Any, status: str) -> None:
    answered("Accepted")
    answered(status)
    assert result(row) == [["A", "B"], "failed", status]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_for_another_template_is_a_conflict(station: ChargingStation) -> None:
    ChargingStation.objects.update(lease_until=NOW + timedelta(hours=1))
    one, other = (ConfigurationTemplate.objects.create(name=name, settings=f"A=1\nB={name}") for name in "XY")
    asked: Any = {"actor": "olga", "wait": 0, "idempotency_key": "k"}
    first = commands.apply_template(station, template=one, **asked)
    ConfigurationTemplate.objects.filter(pk=one.pk).update(settings="A=2")  # what was asked is still the same
    one.refresh_from_db()
    assert commands.apply_template(station, template=one, **asked) == first
    with pytest.raises(IdempotencyConflict):
        commands.apply_template(station, template=other, **asked)
    assert Command.objects.get() == first
