"""MeterValues (core 4.7) and the transactionData of StopTransaction: one row per sampled value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Model

from sessions_app.models import ChargingSession, MeterValue
from sessions_app.services.ids import find_session
from sessions_app.services.readings import readings
from sessions_app.services.reboot import resumed
from sessions_app.services.reconcile import key_of, note_unmatched, owner_elsewhere
from sessions_app.services.samples import Row, rows_of

Insert = Callable[[type[Model], list[Row]], None]
ACTION = "MeterValues"


@dataclass(frozen=True, slots=True)
class Metering:
    """Sampled values of a station's connector; `meter_value` as in OCPP.

    `payload` is the MeterValues.req as sent, for the reconciliation list; None for the data of a StopTransaction.
    """

    station_id: int
    connector_id: int
    transaction_id: int | None
    meter_value: list[dict[str, Any]]
    received_at: datetime
    payload: Mapping[str, Any] | None = None


def record_meter_values(metering: Metering, insert: Insert, session: ChargingSession | None = None) -> None:
    """Store the samples; what is stored already is left alone. `insert` adds rows, ignoring those that exist.

    They belong to the session that they name, else to the active one of their connector, else to the connector alone.
    A closed session is not reopened by them.
    """
    session = session or session_of(metering)
    rows = list(rows_of(metering, session))
    insert(MeterValue, rows)
    if session and session.status == ChargingSession.Status.ACTIVE:
        show_latest(session, rows)
        if session.needs_reconcile_since and session.transaction_id == metering.transaction_id:
            resumed(session, rows, now=metering.received_at)


def session_of(metering: Metering) -> ChargingSession | None:
    number, now = metering.transaction_id, metering.received_at
    if number is not None and (session := find_session(metering.station_id, number, now=now)):
        return session
    owner = owner_elsewhere(metering.station_id, number)
    # missing, -1, 0 or unknown: the connector's own session, if one is active
    active = None if owner else active_session(metering)
    if active is None and number is not None and number > 0:
        note_sessionless(metering, number, owner)
    return active


def active_session(metering: Metering) -> ChargingSession | None:
    return ChargingSession.objects.filter(
        station_id=metering.station_id, active_connector__number=metering.connector_id
    ).first()


def note_sessionless(metering: Metering, number: int, owner: str) -> None:
    """One item for all that come with this number: a station sends them every minute."""
    if metering.payload is not None:
        note_unmatched(
            station_id=metering.station_id, transaction_id=number, owner=owner, action=ACTION,
            key=key_of(ACTION, number, metering.connector_id), payload=dict(metering.payload), now=metering.received_at,
        )  # fmt: skip


def show_latest(session: ChargingSession, rows: Iterable[Row]) -> None:
    """Keep the newest register, power and state of charge on the session, for lists and boards."""
    latest: dict[str, Any] = {}
    for _, together in groupby(sorted(rows, key=sampled_at), key=sampled_at):
        samples = list(together)
        moment = min(samples[0]["sampled_at"], samples[0]["received_at"])  # a clock that is set right goes back
        if session.last_meter_at and moment < session.last_meter_at:
            continue  # an older sample does not replace a newer one
        latest |= readings(samples)
        if "last_meter_wh" in latest:
            latest["last_meter_at"] = moment
    if latest:
        ChargingSession.objects.filter(pk=session.pk).update(**latest)


def sampled_at(row: Row) -> datetime:
    moment: datetime = row["sampled_at"]
    return moment
