"""The conformance report of a station."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from ocpp_ws.models import RejectedFrame
from ocpp_ws.protocol import Quirk as Deviation
from stations.admin.show import page
from stations.models import ChargingStation
from stations.services import count_quirks

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def stations(db: None) -> list[ChargingStation]:
    rows = [ChargingStation.objects.create(cp_id=f"CP_{n}", vendor="Acme", model="One") for n in (1, 2)]
    for row in rows:
        quirks = [Deviation("unknown-enum", "unit", "'Celcius'"), Deviation("no-subprotocol", "", "")]
        count_quirks(station_id=row.pk, action="MeterValues", quirks=quirks, now=NOON, frame='[2,"1",<b>]')
    return rows


def report(client: Client, station: ChargingStation) -> str:
    response = client.get(reverse("admin:stations_chargingstation_conformance", args=[station.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_report_says_what_deviates_how_often_and_what_strict_would_answer(
    operator: Client, stations: list[ChargingStation]
) -> None:
    RejectedFrame.objects.create(
        station=stations[0], epoch=1, kind="refused", action="Authorize", raw="[2,7", error="ProtocolError: idTag",
        received_at=NOON,
    )  # fmt: skip
    html = report(operator, stations[0])
    for words in (
        "value is not in the enumeration", "PropertyConstraintViolation", "no subprotocol offered",
        "&#x27;Celcius&#x27;", "[2,&quot;1&quot;,&lt;b&gt;]", "All stations of Acme One", "ProtocolError: idTag",
    ):  # fmt: skip
        assert words in html
    assert (
        reverse("admin:stations_chargingstation_conformance", args=[stations[0].pk])
        in operator.get(page(stations[0])).content.decode()
    )


def test_a_station_without_deviations_is_said_to_have_none(operator: Client, db: None) -> None:
    assert "Nothing was seen yet" in report(operator, ChargingStation.objects.create(cp_id="CP_GOOD"))


def test_who_may_not_see_quirks_sees_no_report(client: Client, stations: list[ChargingStation]) -> None:
    client.force_login(User.objects.create_user("nina", is_staff=True))
    address = reverse("admin:stations_chargingstation_conformance", args=[stations[0].pk])
    assert client.get(address).status_code == 403


def test_who_may_not_see_rejected_frames_sees_none_in_the_report(
    client: Client, stations: list[ChargingStation]
) -> None:
    RejectedFrame.objects.create(
        station=stations[0], epoch=1, kind="refused", action="Authorize", raw="[2,7", error="ProtocolError: idTag",
        received_at=NOON,
    )  # fmt: skip
    user = User.objects.create_user("nina", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_chargingstation", "view_quirk"]))
    client.force_login(user)
    html = report(client, stations[0])
    assert "value is not in the enumeration" in html
    assert "ProtocolError" not in html
    assert "[2,7" not in html
