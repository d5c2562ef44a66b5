"""Rows in every table that hold what an attacker would send."""

from django.utils import timezone

from gateway.models import Alert, Delivery, Event, Subscription
from ocpp_ws.models import OcppMessage, RejectedFrame
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from stations import models
from stations.models import ChargingStation
from tests.stations.profiles import profile, stored

HOSTILE = '"><script>x()</script>'
NOW = timezone.now()
SEEN = {"count": 1, "first_seen_at": NOW, "last_seen_at": NOW}


def fill() -> None:
    """Three in each."""
    told = {"vendor": HOSTILE, "model": HOSTILE, "name": HOSTILE, "site": HOSTILE, "firmware": HOSTILE}
    others = [ChargingStation(cp_id=f"{HOSTILE}{n}", **told) for n in range(3)]
    for n, other in enumerate(ChargingStation.objects.bulk_create(others)):
        strangers(other, n)
        alerts(other, n)
        equipment(other, n)
        remote_control(other, n)
        security(other, n)
        log(other, n)
        sessions(other, n)


def strangers(other: ChargingStation, n: int) -> None:
    RfidCard.objects.create(tag_id=f"<b>{n}", holder=HOSTILE, note=HOSTILE)
    models.UnknownTag.objects.create(tag=f"{HOSTILE}{n}", station=other, **SEEN)
    models.UnknownStation.objects.create(
        cp_id=f"{HOSTILE}x{n}", address=HOSTILE, user_agent=HOSTILE, subprotocols=HOSTILE, **SEEN
    )


def alerts(other: ChargingStation, n: int) -> None:
    Alert.objects.create(
        station=other, kind=Alert.Kind.FAULTED, subject=str(n), detail=HOSTILE, since=NOW, opened_at=NOW
    )
    event = Event.objects.create(type=HOSTILE, cp_id=HOSTILE, at=NOW, noted_at=NOW, key=str(n))
    to = Subscription.objects.create(name=f"{HOSTILE}{n}", address=HOSTILE)
    Delivery.objects.create(subscription=to, event=event, outcome=HOSTILE)


def equipment(other: ChargingStation, n: int) -> None:
    models.StationGroup.objects.create(name=f"{HOSTILE}{n}", description=HOSTILE).stations.add(other)
    models.Connector.objects.create(station=other, number=1, status=HOSTILE, error_code=HOSTILE, info=HOSTILE)
    models.ConnectorStatusChange.objects.create(
        station=other, connector_number=n, status=HOSTILE, error_code=HOSTILE, info=HOSTILE, vendor_id=HOSTILE,
        vendor_error_code=HOSTILE, timestamp=NOW, as_sent=HOSTILE, received_at=NOW,
    )  # fmt: skip
    models.Reservation.objects.create(
        station=other, reservation_id=n, connector_number=1, id_tag=HOSTILE, expiry_date=NOW
    )
    models.InstalledProfile.objects.create(
        station=other, connector_number=n, charging_profile_id=n, purpose=HOSTILE[:21], stack_level=n,
        stored=stored(f"{HOSTILE}{n}"), profile=profile(),
    )  # fmt: skip
    models.ConfigurationKey.objects.create(
        station=other, key=f"{HOSTILE}{n}", value=HOSTILE, pending=HOSTILE, told_at=NOW
    )
    models.ConfigurationTemplate.objects.create(
        name=f"{HOSTILE}{n}", vendor=HOSTILE, model=HOSTILE, settings=f"{HOSTILE.replace('=', '')}={HOSTILE}"
    )
    models.LocalList.objects.create(station=other, entries={HOSTILE: {"status": HOSTILE}})
    models.Quirk.objects.create(
        station=other, action=HOSTILE, kind=HOSTILE, sample=HOSTILE, first_seen_at=NOW, last_seen_at=NOW
    )


def remote_control(other: ChargingStation, n: int) -> None:
    command = models.Command.objects.create(
        station=other, action="GetConfiguration", actor=HOSTILE, state="answered", error_code=HOSTILE,
        payload={"key": [HOSTILE]}, reason=HOSTILE,
        answer={"configurationKey": [{"key": HOSTILE, "value": HOSTILE}], "unknownKey": [HOSTILE]},
    )  # fmt: skip
    bulk = models.BulkCommand.objects.create(command=HOSTILE, body={HOSTILE: HOSTILE}, actor=HOSTILE, created_at=NOW)
    models.BulkItem.objects.create(bulk=bulk, station=other, command=command, state="failed", result=HOSTILE)
    models.ProgressReport.objects.create(
        station=other, command=command, action=HOSTILE, status=HOSTILE, at=NOW, last_at=NOW
    )
    about = dict.fromkeys(("name", "version", "vendor", "model", "note", "signature", "created_by"), HOSTILE)
    models.StationFile.objects.create(
        station=other, command=command, kind="diagnostics", stored_as=f"{n}", size=1, sha256="0", **about
    )


def security(other: ChargingStation, n: int) -> None:
    models.Certificate.objects.create(
        station=other, type="ChargePointCertificate", subject=HOSTILE, issuer=HOSTILE, serial_number=HOSTILE, key=n,
        issuer_name_hash=HOSTILE, pem=HOSTILE, valid_to=NOW,
    )  # fmt: skip
    models.SigningRequest.objects.create(
        station=other, csr=HOSTILE, subject=HOSTILE, key_words=HOSTILE, remark=HOSTILE, received_at=NOW, digest=n,
        decided_by=HOSTILE, decided_at=NOW,
    )  # fmt: skip
    models.SecurityEvent.objects.create(
        station=other, type=HOSTILE, tech_info=HOSTILE, critical=True, timestamp=NOW, received_at=NOW, last_at=NOW,
        seen_by=HOSTILE, seen_at=NOW, key=n,
    )  # fmt: skip


def log(other: ChargingStation, n: int) -> None:
    OcppMessage.objects.create(
        station=other, epoch=1, direction="in", unique_id=HOSTILE, action=HOSTILE, at=NOW, error_code=HOSTILE,
        error_description=HOSTILE, payload={HOSTILE: HOSTILE}, answer={"status": HOSTILE}, answered_at=NOW,
    )  # fmt: skip
    kind = RejectedFrame.Kind.values[n % len(RejectedFrame.Kind.values)]
    RejectedFrame.objects.create(
        station=other,
        epoch=1,
        kind=kind,
        action=HOSTILE,
        unique_id=HOSTILE,
        raw=HOSTILE,
        error=HOSTILE,
        received_at=NOW,
    )


def sessions(other: ChargingStation, n: int) -> None:
    session = ChargingSession.objects.create(
        id=1_600_000_000_000 + n, transaction_id=n, station=other, connector_number=1, id_tag=HOSTILE,
        id_tag_key=HOSTILE, authorization=HOSTILE[:20], status="completed", flags=[HOSTILE], meter_start=0,
        started_at=NOW, started_as_sent=HOSTILE, start_received_at=NOW, stopped_at=NOW, stop_reason=HOSTILE,
        stop_conflicts=[HOSTILE], id_tag_info={"status": HOSTILE},
    )  # fmt: skip
    MeterValue.objects.create(
        station=other, session=session, timestamp=NOW, sampled_at=NOW, received_at=NOW, value=HOSTILE,
        unit=HOSTILE, context=HOSTILE, measurand=HOSTILE, digest=n,
    )  # fmt: skip
    ReconciliationItem.objects.create(
        station=other, session=session, kind=ReconciliationItem.Kind.values[0], key=str(n), action=HOSTILE,
        payload={HOSTILE: HOSTILE}, detail=HOSTILE, created_at=NOW,
    )  # fmt: skip
