"""An operator, somebody who may only look, and rows in every table that hold what an attacker would send."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from gateway.pages.fleet import fleet
from gateway.pages.watch import watched
from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations.models import (
    Certificate,
    ChargingProfile,
    ChargingStation,
    Command,
    ConfigurationTemplate,
    Connector,
    ConnectorStatusChange,
    InstalledProfile,
    Quirk,
    Reservation,
    SecurityEvent,
    SigningRequest,
    StationGroup,
    UnknownStation,
    UnknownTag,
)
from tests.stations.profiles import profile, stored

HOSTILE = '"><script>x()</script>'


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
    now = timezone.now()
    RfidCard.objects.bulk_create(RfidCard(tag_id=f"<b>{n}", holder=HOSTILE, note=HOSTILE) for n in range(3))
    told = {"vendor": HOSTILE, "model": HOSTILE, "name": HOSTILE, "site": HOSTILE, "firmware": HOSTILE}
    others = [ChargingStation(cp_id=f"{HOSTILE}{n}", **told) for n in range(3)]
    seen = {"count": 1, "first_seen_at": now, "last_seen_at": now}
    UnknownStation.objects.bulk_create(
        UnknownStation(cp_id=f"{HOSTILE}x{n}", address=HOSTILE, user_agent=HOSTILE, subprotocols=HOSTILE, **seen)
        for n in range(3)
    )
    for n, other in enumerate(ChargingStation.objects.bulk_create(others)):
        Connector.objects.create(station=other, number=1, status=HOSTILE, error_code=HOSTILE, info=HOSTILE)
        ConnectorStatusChange.objects.create(
            station=other, connector_number=n, status=HOSTILE, error_code=HOSTILE, info=HOSTILE, vendor_id=HOSTILE,
            vendor_error_code=HOSTILE, timestamp=now, as_sent=HOSTILE, received_at=now,
        )  # fmt: skip
        Reservation.objects.create(station=other, reservation_id=n, connector_number=1, id_tag=HOSTILE, expiry_date=now)
        InstalledProfile.objects.create(
            station=other,
            connector_number=n,
            charging_profile_id=n,
            purpose=HOSTILE[:21],
            stack_level=n,
            stored=stored(f"{HOSTILE}{n}"),
            profile=profile(),
        )
        ConfigurationTemplate.objects.create(
            name=f"{HOSTILE}{n}", vendor=HOSTILE, model=HOSTILE, settings=f"{HOSTILE[:40].replace('=', '')}={HOSTILE}"
        )
        StationGroup.objects.create(name=f"{HOSTILE}{n}", description=HOSTILE).stations.add(other)
        UnknownTag.objects.create(tag=f"{HOSTILE}{n}", station=other, **seen)
        Quirk.objects.create(
            station=other, action=HOSTILE, kind=HOSTILE, sample=HOSTILE, first_seen_at=now, last_seen_at=now
        )
        Command.objects.create(
            station=other, action="GetConfiguration", actor=HOSTILE, state="answered", error_code=HOSTILE,
            payload={"key": [HOSTILE]}, reason=HOSTILE,
            answer={"configurationKey": [{"key": HOSTILE, "value": HOSTILE}], "unknownKey": [HOSTILE]},
        )  # fmt: skip
        Certificate.objects.create(
            station=other, type="ChargePointCertificate", subject=HOSTILE, issuer=HOSTILE, serial_number=HOSTILE, key=n,
            issuer_name_hash=HOSTILE, pem=HOSTILE, valid_to=now,
        )  # fmt: skip
        SigningRequest.objects.create(
            station=other, csr=HOSTILE, subject=HOSTILE, key_words=HOSTILE, remark=HOSTILE, received_at=now, digest=n,
            decided_by=HOSTILE, decided_at=now,
        )  # fmt: skip
        SecurityEvent.objects.create(
            station=other, type=HOSTILE, tech_info=HOSTILE, critical=True, timestamp=now, received_at=now, last_at=now,
            seen_by=HOSTILE, seen_at=now, key=n,
        )  # fmt: skip
        session = hostile_session(other, n)
        MeterValue.objects.create(
            station=other, session=session, timestamp=now, sampled_at=now, received_at=now, value=HOSTILE,
            unit=HOSTILE, context=HOSTILE, measurand=HOSTILE, digest=n,
        )  # fmt: skip
        OcppMessage.objects.create(
            station=other, epoch=1, direction="in", unique_id=HOSTILE, action=HOSTILE, at=now, error_code=HOSTILE,
            error_description=HOSTILE, payload={HOSTILE: HOSTILE}, answer={"status": HOSTILE}, answered_at=now,
        )  # fmt: skip


def hostile_session(station: ChargingStation, n: int) -> ChargingSession:
    now = timezone.now()
    return ChargingSession.objects.create(
        id=1_600_000_000_000 + n, transaction_id=n, station=station, connector_number=1, id_tag=HOSTILE,
        id_tag_key=HOSTILE, authorization=HOSTILE[:20], status="completed", flags=[HOSTILE], meter_start=0,
        started_at=now, started_as_sent=HOSTILE, start_received_at=now, stopped_at=now, stop_reason=HOSTILE,
        stop_conflicts=[HOSTILE], id_tag_info={"status": HOSTILE},
    )  # fmt: skip
