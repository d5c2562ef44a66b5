"""An operator, somebody who may only look, and rows in every table that hold what an attacker would send."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from gateway.pages.fleet import fleet
from gateway.pages.watch import watched
from sessions_app.models import ChargingSession
from stations.models import (
    Certificate,
    ChargingProfile,
    ChargingStation,
    ConfigurationTemplate,
    Connector,
    Reservation,
)
from tests.admin import hostile
from tests.stations.profiles import stored


@pytest.fixture(autouse=True)
def no_static_files(settings: Any) -> None:
    """Every client starts the middleware anew; it shall not read all static files, nor miss `collectstatic`'s."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def nothing_seen_before() -> None:
    """What is read once a second for all is read anew for each test."""
    fleet.forget()
    watched.cache_clear()


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("olga"))
    return client


@pytest.fixture
def looker(db: None) -> Client:
    user = User.objects.create_user("victor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def station(db: None) -> ChargingStation:
    """Connected until a test says otherwise."""
    lease = timezone.now() + timedelta(hours=1)
    station = ChargingStation.objects.create(cp_id="CP_1", epoch=1, lease_until=lease, connected_at=timezone.now())
    Connector.objects.bulk_create(Connector(station=station, number=n, status="Available") for n in (1, 2))
    return station


@pytest.fixture
def offline(station: ChargingStation) -> ChargingStation:
    ChargingStation.objects.update(lease_until=None)
    return station


@pytest.fixture
def session(station: ChargingStation) -> ChargingSession:
    """Active on connector 1, 2500 Wh so far."""
    now = timezone.now()
    return ChargingSession.objects.create(
        id=1_700_000_000_000, transaction_id=77, station=station, connector_number=1,
        active_connector=station.connectors.get(number=1), id_tag="TAG", id_tag_key="tag", authorization="Accepted",
        meter_start=1000, last_meter_wh=3500, power_w=7400.0, started_at=now, started_as_sent="x",
        start_received_at=now,
    )  # fmt: skip


@pytest.fixture
def certificate(station: ChargingStation) -> Certificate:
    """A root that the station has."""
    return Certificate.objects.create(
        pk=5, station=station, type="CentralSystemRootCertificate", subject="CN=root", serial_number="A1", key="k",
        hash_algorithm="SHA256", issuer_name_hash="aa", issuer_key_hash="bb",
    )  # fmt: skip


@pytest.fixture
def night(db: None) -> ChargingProfile:
    """A TxDefaultProfile of 16 A."""
    return stored(pk=5)


@pytest.fixture
def template(db: None) -> ConfigurationTemplate:
    """Two keys for any station."""
    return ConfigurationTemplate.objects.create(
        name="Meters", settings="MeterValueSampleInterval=60\nClockAlignedDataInterval = 0"
    )


@pytest.fixture
def reservation(station: ChargingStation) -> Reservation:
    """Active on connector 2 for another hour or so."""
    ends = timezone.now() + timedelta(minutes=60, seconds=50)
    return Reservation.objects.create(
        station=station, reservation_id=7, connector_number=2, id_tag="TAG", expiry_date=ends
    )


@pytest.fixture
def hostile_rows(station: ChargingStation) -> None:
    """Three rows in every table: enough for a query per row to be seen."""
    hostile.fill()
