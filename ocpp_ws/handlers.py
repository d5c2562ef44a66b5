"""What a station may ask: one function per action that only translates, and the table that names them all.

Each gets the link, the CALL (its payload has passed its schema) and the time of receipt, and returns the payload of the
CALLRESULT. `link.commit` returns after COMMIT: the answer is a receipt.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from ocpp_ws.batch import Batch
from ocpp_ws.links import Link, Payload
from ocpp_ws.protocol import Call, format_timestamp, parse_timestamp
from ocpp_ws.reads import read
from sessions_app.services import record_meter_values, record_samples, start_session, station_booted, stop_session
from sessions_app.services.meter_values import Metering
from sessions_app.services.start import Start
from sessions_app.services.stop import Stop
from stations import services as stations
from stations.certificates import signing_request

Handler = Callable[[Link, Call, datetime], Awaitable[Payload]]
MANY = 1000  # samples: a message that has more has its turn as one with statements of its own
LARGEST_CONNECTOR = 2_147_483_647


async def authorize(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.1. Reads only; nothing is acknowledged."""
    shown = {"station_id": link.station_id, "id_tag": call.payload["idTag"], "now": now}
    verdict = await read(stations.verify_tag, **shown)
    answer = {"idTagInfo": verdict.id_tag_info}
    link.log(call, answer, now)
    if verdict.unknown:
        link.post(lambda _batch: stations.note_unknown_tag(**shown))
    return answer


async def boot_notification(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.2. `interval` is the heartbeat's for Accepted, else the wait until the next BootNotification."""

    def unit(_batch: Batch) -> Payload:
        status = stations.boot_notification(station_id=link.station_id, payload=call.payload, now=now)
        station_booted(station_id=link.station_id, now=now)
        interval = settings.HEARTBEAT_INTERVAL if status == "Accepted" else retry_interval()
        return {"status": status, "currentTime": format_timestamp(now), "interval": interval}

    answer = await link.commit(call, now, unit)
    if link.registration != answer["status"]:  # the ring was lost, or there is another decision by now
        await link.look_at_terms()
    return answer


async def cancel_reservation(link: Link, call: Call, now: datetime) -> Payload:
    """Extension of this product: a reservation made at the station is cancelled there."""

    def unit(_batch: Batch) -> Payload:
        number = call.payload["reservationId"]
        return {"status": stations.cancel_reservation(station_id=link.station_id, reservation_id=number, now=now)}

    return await link.commit(call, now, unit)


async def data_transfer(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.3. No vendor's extension is known here; the enumeration says UnknownVendorId (7.23)."""
    return await link.commit(call, now, lambda _batch: {"status": "UnknownVendorId"}, light=True)


async def diagnostics_status_notification(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.4."""
    return await progress(link, call, now)


async def firmware_status_notification(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.5."""
    return await progress(link, call, now)


async def heartbeat(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.6. Answered from memory, even when the database is slow."""
    answer = {"currentTime": format_timestamp(now)}
    link.log(call, answer, now)
    return answer


async def log_status_notification(link: Link, call: Call, now: datetime) -> Payload:
    """White paper N01."""
    return await progress(link, call, now)


async def meter_values(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.7."""
    p = call.payload
    metering = Metering(link.station_id, connector_of(p), p.get("transactionId"), p["meterValue"], now, p)
    many = sum(len(one["sampledValue"]) for one in p["meterValue"]) > MANY

    def unit(batch: Batch) -> Payload:
        if many:
            record_meter_values([metering], batch.insert)
        else:
            batch.put_off(record_meter_values, metering)
        return {}

    return await link.commit(call, now, unit, light=not many)


async def reserve_now(link: Link, call: Call, now: datetime) -> Payload:
    """Extension of this product: a reservation made at the station itself."""
    expiry = parse_timestamp(call.payload["expiryDate"], now).instant or now

    def unit(_batch: Batch) -> Payload:
        payload = call.payload | {"connectorId": connector_of(call.payload)}
        return {"status": stations.reserve_now(station_id=link.station_id, payload=payload, expiry=expiry, now=now)}

    return await link.commit(call, now, unit)


async def security_event_notification(link: Link, call: Call, now: datetime) -> Payload:
    """White paper A04: delivery is guaranteed, so it is confirmed only when it is stored."""
    p = call.payload
    at = parse_timestamp(p["timestamp"], now)

    def unit(_batch: Batch) -> Payload:
        stations.security_event(
            station_id=link.station_id, type=p["type"], at=at, tech_info=p.get("techInfo", ""), now=now
        )
        return {}

    return await link.commit(call, now, unit)


async def sign_certificate(link: Link, call: Call, now: datetime) -> Payload:
    """White paper A02, A03. A CertificateSigned.req that the unit queues cannot overtake the answer: whoever takes it
    from the outbox is resumed after this, the waiters of the writer being resumed in the order of their units."""

    def unit(_batch: Batch) -> Payload:
        status = signing_request(
            station_id=link.station_id, csr=call.payload["csr"], authenticated=link.authenticated, now=now
        )
        return {"status": status}

    return await link.commit(call, now, unit)


async def signed_firmware_status_notification(link: Link, call: Call, now: datetime) -> Payload:
    """White paper L01."""
    return await progress(link, call, now)


async def start_transaction(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.8."""
    start = start_of(link.station_id, call.payload, now)

    def unit(batch: Batch) -> Payload:
        session = start_session(start, batch.held)
        return {"transactionId": session.transaction_id, "idTagInfo": session.id_tag_info}

    return await link.commit(call, now, unit, start.locks)


def start_of(station_id: int, p: Payload, now: datetime) -> Start:
    at = parse_timestamp(p["timestamp"], now)
    return Start(station_id, connector_of(p), p["idTag"], p["meterStart"], at, p.get("reservationId"), now, p)


async def status_notification(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.9. Without a timestamp it is of now."""
    p = call.payload
    at = parse_timestamp(p.get("timestamp") or now.isoformat(), now)

    def unit(batch: Batch) -> Payload:
        stations.status_notification(
            station_id=link.station_id, connector_id=connector_of(p), payload=p, at=at, now=now, insert=batch.insert
        )
        return {}

    return await link.commit(call, now, unit)


async def stop_transaction(link: Link, call: Call, now: datetime) -> Payload:
    """Core 4.10. idTagInfo only where an idTag was given."""
    stop = Stop.of(link.station_id, call.payload, now)

    def unit(batch: Batch) -> Payload:
        session = stop_session(stop)
        place = session.connector_number if session else 0
        data = Metering(link.station_id, place, stop.transaction_id, call.payload.get("transactionData", []), now)
        record_samples(data, session, batch.insert)
        return {"idTagInfo": told_of(stop)} if stop.id_tag else {}

    return await link.commit(call, now, unit)


def told_of(stop: Stop) -> Payload:
    """The idTagInfo of the card that stopped."""
    shown: dict[str, Any] = {"station_id": stop.station_id, "id_tag": stop.id_tag, "now": stop.received_at}
    verdict = stations.verify_tag(**shown)
    if verdict.unknown:
        stations.note_unknown_tag(**shown)
    return verdict.id_tag_info


async def progress(link: Link, call: Call, now: datetime) -> Payload:
    """Of a firmware update, or of an upload of diagnostics or a log; the security extension's name a requestId."""
    told = {"status": call.payload["status"], "request_id": call.payload.get("requestId")}

    def unit(_batch: Batch) -> Payload:
        stations.file_progress(station_id=link.station_id, action=call.action, now=now, **told)
        return {}

    return await link.commit(call, now, unit)


def retry_interval() -> int:
    """Seconds until the next BootNotification; spread, so that a fleet does not come back as one."""
    return round(settings.HEARTBEAT_INTERVAL * random.uniform(0.9, 1.1))  # noqa: S311 - no secret


def connector_of(payload: Mapping[str, Any]) -> int:
    """Its connectorId as the columns hold it; -1 and the like count as the station itself."""
    return min(max(payload["connectorId"], 0), LARGEST_CONNECTOR)


HANDLERS: Mapping[str, Handler] = {
    "Authorize": authorize,
    "BootNotification": boot_notification,
    "CancelReservation": cancel_reservation,
    "DataTransfer": data_transfer,
    "DiagnosticsStatusNotification": diagnostics_status_notification,
    "FirmwareStatusNotification": firmware_status_notification,
    "Heartbeat": heartbeat,
    "LogStatusNotification": log_status_notification,
    "MeterValues": meter_values,
    "ReserveNow": reserve_now,
    "SecurityEventNotification": security_event_notification,
    "SignCertificate": sign_certificate,
    "SignedFirmwareStatusNotification": signed_firmware_status_notification,
    "StartTransaction": start_transaction,
    "StatusNotification": status_notification,
    "StopTransaction": stop_transaction,
}
