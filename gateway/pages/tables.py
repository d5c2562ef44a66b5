"""Short tables of other floors' rows, for the station's, session's and card's pages (unfold's table component)."""

from collections.abc import Iterable
from typing import Any

from django.utils import formats, timezone

from ocpp_ws.admin import answered, arrow
from ocpp_ws.models import OcppMessage
from sessions_app.admin import lasted
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.commands import outcome
from stations.admin.show import after, chip, kwh, left, link
from stations.models import Command, Reservation

Table = dict[str, Any]


def when(moment: Any) -> str:
    return "-" if moment is None else formats.localize(timezone.localtime(moment))


def sessions(rows: Iterable[ChargingSession]) -> Table:
    cells = [
        [link(s, when(s.started_at)), f"{s.station} / {s.connector_number}", card(s), chip(s.status), lasted(s),
         kwh(s.energy_wh)]
        for s in rows
    ]  # fmt: skip
    return {"headers": ["Started", "Station", "Card", "Status", "Duration", "Energy"], "rows": cells}


def card(session: ChargingSession) -> Any:
    return link(session.card) if session.card else session.id_tag or "-"


def commands(rows: Iterable[Command]) -> Table:
    cells = [[link(c, when(c.created_at)), c.action, outcome(c), after(c.latency_ms), c.actor] for c in rows]
    return {"headers": ["Asked", "Command", "Outcome", "After", "By"], "rows": cells}


def reservations(rows: Iterable[Reservation]) -> Table:
    """Active ones, with the time that is left of each."""
    cells = [
        [link(r, r.reservation_id), r.connector_number or "any", r.id_tag, r.parent_id_tag or "-", r.origin,
         when(r.expiry_date), left(r.expiry_date, timezone.now())]
        for r in rows
    ]  # fmt: skip
    return {"headers": ["Number", "Connector", "Card", "Group", "Made by", "Until", "Left"], "rows": cells}


def messages(rows: Iterable[OcppMessage]) -> Table:
    cells = [[link(m, when(m.at)), arrow(m), m.action, answered(m), after(m.latency_ms)] for m in rows]
    return {"headers": ["At", "Direction", "Action", "Outcome", "After"], "rows": cells}


def meter_values(rows: Iterable[MeterValue]) -> Table:
    cells = [
        [link(v, when(v.sampled_at)), v.measurand, v.phase or "-", f"{v.value[:60]} {v.unit}".rstrip(), v.context]
        for v in rows
    ]
    return {"headers": ["At", "Measurand", "Phase", "Value", "Context"], "rows": cells}
