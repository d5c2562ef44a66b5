"""MeterValues (core 4.7) and the transactionData of StopTransaction: one row per sampled value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from ocpp_ws.protocol import Quirk
from sessions_app.models import ChargingSession, MeterValue
from sessions_app.services.ids import find_session
from sessions_app.services.readings import readings
from sessions_app.services.reboot import resumed
from sessions_app.services.reconcile import key_of, note_unmatched, owner_elsewhere
from sessions_app.services.samples import Row, rows_of
from stations.services import count_quirks

Insert = Callable[[type[Model], list[Row]], None]
ACTION = "MeterValues"
MOST = 60_000  # samples of a message: a day of three measurands every 5 s has 51,840
NEEDED = ("station_id", "connector_number", "transaction_id", "status", "last_meter_at", "needs_reconcile_since")
SHOWN = ("last_meter_wh", "last_meter_at", "power_w", "soc_percent")
# for all sessions of a batch at once: the ORM's UPDATE of each costs more than the rest of a MeterValues
SHOW = """
UPDATE sessions_app_chargingsession SET
    last_meter_wh = coalesce(%s, last_meter_wh), last_meter_at = coalesce(%s, last_meter_at),
    power_w = coalesce(%s, power_w), soc_percent = coalesce(%s, soc_percent)
WHERE id = %s AND status = 'active' AND (last_meter_at IS NULL OR last_meter_at <= %s)
"""


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


def record_meter_values(meterings: Sequence[Metering], insert: Insert) -> None:
    """Store the samples; what is stored already is left alone. `insert` adds rows, ignoring those that exist.

    They belong to the session that they name, else to the active one of their connector, else to the connector alone.
    A closed session is not reopened by them. A hundred messages cost hardly more statements than one.
    """
    shown: dict[ChargingSession, list[Row]] = {}
    for metering, session in zip(meterings, sessions_of(meterings), strict=True):
        rows = record_samples(metering, session, insert)
        if session and session.status == ChargingSession.Status.ACTIVE:
            shown.setdefault(session, []).extend(rows)
    show_latest(shown)


def record_samples(metering: Metering, session: ChargingSession | None, insert: Insert) -> list[Row]:
    """The same for one message whose session is known; None: they are the connector's. Nothing is shown of them."""
    rows = list(islice(rows_of(metering, session), MOST + 1))
    if len(rows) > MOST:  # more would hold up everybody's commit; the message log has them all
        rows.pop()
        note_too_many(metering)
    insert(MeterValue, rows)
    if session and session.needs_reconcile_since and session.transaction_id == metering.transaction_id:
        resumed(session, rows, now=metering.received_at)
    return rows


def note_too_many(metering: Metering) -> None:
    quirk = Quirk("too-many-samples", "", "")
    count_quirks(station_id=metering.station_id, action="", quirks=[quirk], now=metering.received_at)


def sessions_of(meterings: Sequence[Metering]) -> list[ChargingSession | None]:
    named = by_number(meterings)
    placed = by_connector([metering for metering in meterings if metering.transaction_id is None])
    return [
        placed.get((metering.station_id, metering.connector_id))
        if metering.transaction_id is None
        else named.get((metering.station_id, metering.transaction_id)) or session_of_odd_number(metering)
        for metering in meterings
    ]


def by_number(meterings: Sequence[Metering]) -> dict[tuple[int, int], ChargingSession]:
    """(station, transactionId) -> session"""
    numbers = {number for one in meterings if (number := one.transaction_id) and 0 < number < 2**63}
    found = sessions().filter(transaction_id__in=numbers) if numbers else []
    return {(session.station_id, session.transaction_id): session for session in found}


def by_connector(meterings: Sequence[Metering]) -> dict[tuple[int, int], ChargingSession]:
    """(station, connector) -> its active session; other connectors may be among them"""
    if not meterings:
        return {}
    stations, numbers = {one.station_id for one in meterings}, {one.connector_id for one in meterings}
    found = sessions().filter(active_connector__station_id__in=stations, active_connector__number__in=numbers)
    return {(session.station_id, session.connector_number): session for session in found}


def sessions() -> QuerySet[ChargingSession]:
    return ChargingSession.objects.order_by().only(*NEEDED)


def session_of_odd_number(metering: Metering) -> ChargingSession | None:
    """The number is none of the station's as it was told: truncated, -1, 0, another station's or unknown."""
    number: int = metering.transaction_id  # type: ignore[assignment]
    if session := find_session(metering.station_id, number, now=metering.received_at):
        return session
    owner = owner_elsewhere(metering.station_id, number)
    active = None if owner else by_connector([metering]).get((metering.station_id, metering.connector_id))
    if active is None and number > 0:
        note_sessionless(metering, number, owner)
    return active


def note_sessionless(metering: Metering, number: int, owner: str) -> None:
    """One item for all that come with this number: a station sends them every minute."""
    if metering.payload is not None:
        note_unmatched(
            station_id=metering.station_id, transaction_id=number, owner=owner, action=ACTION,
            key=key_of(ACTION, number, metering.connector_id), payload=dict(metering.payload), now=metering.received_at,
        )  # fmt: skip


def show_latest(shown: Mapping[ChargingSession, Iterable[Row]]) -> None:
    """Keep the newest register, power and state of charge on each session, for lists and boards."""
    in_order = sorted(shown, key=lambda session: session.pk)  # two writers do not wait for each other in a circle
    updates = [parameters for session in in_order if (parameters := latest(session, shown[session]))]
    if updates:
        with connection.cursor() as cursor:
            cursor.executemany(SHOW, updates)


def latest(session: ChargingSession, rows: Iterable[Row]) -> tuple[Any, ...] | None:
    """The parameters of SHOW; None where the session shows newer values, or nothing of these."""
    told: dict[str, Any] = {}
    newest = None
    for _, together in groupby(sorted(rows, key=sampled_at), key=sampled_at):
        samples = list(together)
        moment = min(samples[0]["sampled_at"], samples[0]["received_at"])  # a clock that is set right goes back
        if session.last_meter_at and moment < session.last_meter_at:
            continue  # an older sample does not replace a newer one
        told |= readings(samples)
        newest = connection.ops.adapt_datetimefield_value(moment)
        if "last_meter_wh" in told:
            told["last_meter_at"] = newest
    return (*(told.get(column) for column in SHOWN), session.pk, newest) if told else None


def sampled_at(row: Row) -> datetime:
    moment: datetime = row["sampled_at"]
    return moment
