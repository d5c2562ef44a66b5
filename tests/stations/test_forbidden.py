"""Commands that OCPP forbids in a station's present state are refused here, and not sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations import commands
from stations.errors import NotAllowed
from stations.models import ChargingStation, Command

pytestmark = pytest.mark.django_db(transaction=True)


def connected(station: ChargingStation, registration: str, *, booted: bool) -> ChargingStation:
    lease = timezone.now() + timedelta(hours=1)
    booted_at = timezone.now() if booted else None
    ChargingStation.objects.update(lease_until=lease, registration=registration, last_boot_at=booted_at)
    station.refresh_from_db()
    return station


def test_an_accepted_station_is_not_asked_to_boot_again(station: ChargingStation) -> None:
    connected(station, "Accepted", booted=True)
    for trigger in (commands.trigger_message, commands.extended_trigger_message):
        with pytest.raises(NotAllowed, match="Accepted already"):
            trigger(station, actor="olga", requested_message="BootNotification", wait=0)
    assert not Command.objects.exists()


@pytest.mark.parametrize(("registration", "booted"), [("Pending", True), ("Accepted", False)])
def test_a_station_that_was_not_accepted_yet_may_be_asked_to_boot(
    station: ChargingStation, registration: str, booted: bool
) -> None:
    connected(station, registration, booted=booted)
    commands.trigger_message(station, actor="olga", requested_message="BootNotification", wait=0)
    assert Command.objects.get().state == "queued"
