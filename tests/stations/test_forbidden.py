"""Commands that OCPP forbids in a station's present state are refused here, and not sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations import commands, outbox
from stations.errors import NotAllowed
from stations.models import ChargingStation, Command

pytestmark = pytest.mark.django_db(transaction=True)


def connected(station: ChargingStation, registration: str, *, boot_answer: str) -> ChargingStation:
    lease = timezone.now() + timedelta(hours=1)
    ChargingStation.objects.update(lease_until=lease, registration=registration, boot_answer=boot_answer)
    station.refresh_from_db()
    return station


def test_an_accepted_station_is_not_asked_to_boot_again(station: ChargingStation) -> None:
    connected(station, "Accepted", boot_answer="Accepted")
    for trigger in (commands.trigger_message, commands.extended_trigger_message):
        with pytest.raises(NotAllowed, match="Accepted already"):
            trigger(station, actor="olga", requested_message="BootNotification", wait=0)
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("registration", "boot_answer"), [("Pending", "Pending"), ("Accepted", ""), ("Accepted", "Pending")]
)
def test_a_station_that_was_not_accepted_yet_may_be_asked_to_boot(
    station: ChargingStation, registration: str, boot_answer: str
) -> None:
    connected(station, registration, boot_answer=boot_answer)
    commands.trigger_message(station, actor="olga", requested_message="BootNotification", wait=0)
    assert Command.objects.get().state == "queued"


@pytest.mark.parametrize(("registration", "sent"), [("Accepted", "RemoteStartTransaction"), ("Pending", "Reset")])
def test_what_is_forbidden_since_it_was_given_is_not_sent(
    station: ChargingStation, registration: str, sent: str
) -> None:
    connected(station, "Accepted", boot_answer="Accepted")
    commands.remote_start_transaction(station, actor="olga", id_tag="TAG", wait=0)
    commands.reset(station, actor="olga", type="Soft", wait=0)
    ChargingStation.objects.update(registration=registration)
    taken = outbox.take_next(station_id=station.pk, epoch=0, unique_id="u", now=timezone.now())
    assert taken is not None
    assert taken.action == sent


def test_nothing_is_sent_to_a_station_that_was_rejected_meanwhile(station: ChargingStation) -> None:
    connected(station, "Accepted", boot_answer="Accepted")
    commands.reset(station, actor="olga", type="Soft", wait=0)
    ChargingStation.objects.update(registration="Rejected")
    assert outbox.take_next(station_id=station.pk, epoch=0, unique_id="u", now=timezone.now()) is None
    command = Command.objects.get()
    assert command.state == "cancelled"
    assert "CP_1 is Rejected" in command.reason


def test_a_profile_that_was_raised_meanwhile_is_not_lowered(station: ChargingStation) -> None:
    connected(station, "Accepted", boot_answer="Accepted")
    commands.change_configuration(station, actor="olga", key="securityProfile", value="1", wait=0)
    ChargingStation.objects.update(security_profile=2)
    assert outbox.take_next(station_id=station.pk, epoch=0, unique_id="u", now=timezone.now()) is None
    command = Command.objects.get()
    assert command.state == "cancelled"
    assert "never lowers it" in command.reason
