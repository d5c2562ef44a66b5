"""Bulk commands that name a session, a reservation or a certificate: what they mean at each station."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from sessions_app.models import ChargingSession
from stations import bulk, outbox
from stations.api.remote.bulk import give, members_of
from stations.certificates import authority, signing_request
from stations.models import BulkCommand, Certificate, ChargingStation, Command, Reservation
from tests.api import rows
from tests.stations import x509

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.fixture
def station(db: None) -> ChargingStation:
    return rows.station("CP_1", online=True, connectors=2)


def session_on(station: ChargingStation, number: int) -> ChargingSession:
    return rows.session(station, connector_number=number, active_connector=station.connectors.get(number=number))


def started(station: ChargingStation, command: str, **body: Any) -> BulkCommand:
    row = bulk.start(stations=[station], command=command, body=body, actor="olga", now=NOW)
    bulk.advance(row, give, NOW)
    return row


def says(status: str, state: str = "answered") -> None:
    """What the station answers to the command that it was sent last."""
    command = Command.objects.latest("pk")
    Command.objects.filter(pk=command.pk).update(state=state, status=status)
    outbox.go_on(command, state, status)


def sent(member: str) -> list[Any]:
    return [payload[member] for payload in Command.objects.order_by("pk").values_list("payload", flat=True)]


def result(row: BulkCommand) -> tuple[str, str]:
    bulk.advance(row, give, NOW)
    item = row.items.get()
    return item.state, item.result


def test_every_running_session_is_stopped_whatever_is_said_to_the_first(station: ChargingStation) -> None:
    numbers = [session_on(station, number).transaction_id for number in (1, 2)]
    rows.session(station)  # ended
    row = started(station, "stop-transaction")
    assert sent("transactionId") == numbers[:1]
    says("Rejected")
    assert result(row) == ("given", "")
    says("Accepted")
    assert sent("transactionId") == numbers
    assert result(row) == ("failed", "Rejected")


def test_an_error_stops_no_chain_of_stops_but_silence_does(station: ChargingStation) -> None:
    for number in (1, 2):
        session_on(station, number)
    started(station, "stop-transaction")
    says("", state="timeout")
    assert Command.objects.count() == 1
    started(station, "stop-transaction")
    says("", state="call_error")
    assert Command.objects.count() == 3


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("stop-transaction", "No session runs there."),
        ("cancel-reservation", "No reservation is active there."),
        ("certificate-signed", "It has asked for no certificate."),
    ],
)
def test_a_station_with_nothing_to_do_has_done_it(station: ChargingStation, command: str, words: str) -> None:
    assert result(started(station, command)) == ("done", words)
    assert not Command.objects.exists()


def test_an_interrupted_step_stops_no_session_twice(station: ChargingStation) -> None:
    ended = session_on(station, 1)
    session_on(station, 2)
    row = started(station, "stop-transaction")
    row.items.update(command=None)  # the process died between the command and this
    ChargingSession.objects.filter(pk=ended.pk).update(active_connector=None)  # meanwhile
    bulk.advance(row, give, NOW + timedelta(minutes=1))
    assert row.items.get().command == Command.objects.get()


@pytest.mark.parametrize(("body", "numbers"), [({}, [1, 2, 3]), ({"connectorId": 2}, [2]), ({"connectorId": 0}, [3])])
def test_reservations_are_cancelled_all_or_of_one_connector(
    station: ChargingStation, body: dict[str, int], numbers: list[int]
) -> None:
    for number, connector in ((1, 1), (2, 2), (3, 0)):
        rows.reservation(station, number, connector_number=connector)
    rows.reservation(station, 4, status=Reservation.Status.USED)
    row = started(station, "cancel-reservation", **body)
    for _ in numbers:
        says("Accepted")
    assert sent("reservationId") == numbers
    assert result(row) == ("done", "Accepted")


def test_one_session_or_reservation_can_still_be_named(station: ChargingStation) -> None:
    session = session_on(station, 1)
    started(station, "stop-transaction", transactionId=session.pk)
    assert Command.objects.get().payload == {"transactionId": session.transaction_id}
    started(station, "cancel-reservation", reservationId=9)
    assert Command.objects.latest("pk").payload == {"reservationId": 9}
    with pytest.raises(ValidationError):
        members_of("cancel-reservation", {"reservationId": 9, "connectorId": 1})


def test_a_certificate_is_deleted_by_the_hashes_that_the_station_uses(station: ChargingStation) -> None:
    other = {"hashAlgorithm": "SHA512", "issuerNameHash": "cc", "issuerKeyHash": "dd", "serialNumber": "9"}
    root = x509.certificate("root")
    from stations.certificates import inventory

    told = inventory.hash_data(root, root, "SHA384")
    mine = inventory.installed(station.pk, Certificate.Type.CENTRAL_SYSTEM_ROOT, root, root, NOW)
    assert mine.hash_algorithm == "SHA256"
    started(station, "delete-certificate", certificateHashData=told)
    started(station, "delete-certificate", certificateHashData=other)
    assert sent("certificateHashData") == [mine.hash_data, other]


def test_what_a_station_has_asked_for_is_signed_and_sent(
    station: ChargingStation, settings: LazySettings, tmp_path: Path
) -> None:
    settings.CA_FOLDER, settings.CPO_NAME = tmp_path / "ca", "Acme"
    ChargingStation.objects.update(serial_number="SN-1")
    signing_request(station_id=station.pk, csr=x509.request(), authenticated=False, now=NOW)
    state, words = result(started(station, "certificate-signed"))
    assert (state, "make_ca" in words) == ("failed", True)
    authority.make(kind="ec", organization="Acme", days=9, now=NOW)
    row = started(station, "certificate-signed")
    command = Command.objects.get()
    assert (command.action, command.actor) == ("CertificateSigned", "olga")
    row.items.update(command=None)  # the process died between the command and this
    bulk.advance(row, give, NOW + timedelta(minutes=1))
    assert row.items.get().command == command
    says("Accepted")
    assert result(row) == ("done", "Accepted")


def test_nothing_is_signed_for_a_station_that_is_away(
    station: ChargingStation, settings: LazySettings, tmp_path: Path
) -> None:
    settings.CA_FOLDER, settings.CPO_NAME = tmp_path / "ca", "Acme"
    authority.make(kind="ec", organization="Acme", days=9, now=NOW)
    ChargingStation.objects.update(serial_number="SN-1", lease_until=None)
    signing_request(station_id=station.pk, csr=x509.request(), authenticated=False, now=NOW)
    assert result(started(station, "certificate-signed")) == ("failed", "not connected")


def purposes() -> list[str]:
    return [profile["chargingProfilePurpose"] for profile in sent("csChargingProfiles")]


LIMIT = {"limit": 10, "chargingRateUnit": "A"}


def test_a_limit_tries_the_next_profile_where_one_is_refused(station: ChargingStation) -> None:
    row = started(station, "limit", **LIMIT)
    says("Rejected")
    assert purposes() == ["ChargePointMaxProfile", "TxDefaultProfile"]
    says("Accepted")
    assert purposes() == ["ChargePointMaxProfile", "TxDefaultProfile"]
    assert result(row) == ("done", "Accepted")


def test_a_limit_ends_with_the_first_profile_that_is_accepted_or_not_answered(station: ChargingStation) -> None:
    row = started(station, "limit", **LIMIT)
    says("Accepted")
    assert result(row) == ("done", "Accepted")
    row = started(station, "limit", **LIMIT)
    says("", state="timeout")
    assert result(row)[0] == "failed"
    assert purposes() == ["ChargePointMaxProfile"] * 2


def test_a_limit_of_sessions_has_failed_where_one_of_them_refuses(station: ChargingStation) -> None:
    for number in (1, 2):
        session_on(station, number)
    row = started(station, "limit", **LIMIT)
    for word in ("NotSupported", "Rejected", "Rejected", "Accepted"):
        says(word)
    assert purposes() == ["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile", "TxProfile"]
    assert result(row) == ("failed", "Rejected")
