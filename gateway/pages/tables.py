"""Short tables of other floors' rows, for the station's, session's and card's pages (unfold's table component)."""

from collections.abc import Iterable
from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ocpp_ws.admin import answered, arrow
from ocpp_ws.models import OcppMessage
from sessions_app.admin import lasted
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.commands import outcome
from stations.admin.show import after, chip, kwh, link
from stations.models import Command, InstalledProfile

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


def profiles(rows: Iterable[InstalledProfile], clear: str) -> Table:
    """`clear`: the address of the form that clears one by its id; empty for who may not."""
    cells = [
        [link(p, p.connector_number or "whole station"), p.purpose, p.stack_level, limits(p), link(p.stored),
         until(p), *([text_link(f"{clear}?id={p.charging_profile_id}", "clear")] if clear else [])]
        for p in rows
    ]  # fmt: skip
    headers = ["Connector", "Purpose", "Level", "Limit", "Stored profile", "Until"]
    return {"headers": [*headers, *([""] if clear else [])], "rows": cells}


def limits(profile: InstalledProfile) -> str:
    """Its lowest to its highest limit."""
    told = sorted({period["limit"] for period in profile.schedule["chargingSchedulePeriod"]})
    ends = dict.fromkeys(f"{one:g}" for one in (*told[:1], *told[-1:]))
    return f"{' to '.join(ends)} {profile.schedule['chargingRateUnit']}"


def until(profile: InstalledProfile) -> Any:
    over = profile.ends_at is not None and profile.ends_at <= timezone.now()
    return chip("over") if over else when(profile.ends_at)


def text_link(address: str, text: str) -> SafeString:
    return format_html('<a class="text-link" href="{}">{}</a>', address, text)


def messages(rows: Iterable[OcppMessage]) -> Table:
    cells = [[link(m, when(m.at)), arrow(m), m.action, answered(m), after(m.latency_ms)] for m in rows]
    return {"headers": ["At", "Direction", "Action", "Outcome", "After"], "rows": cells}


def meter_values(rows: Iterable[MeterValue]) -> Table:
    cells = [
        [link(v, when(v.sampled_at)), v.measurand, v.phase or "-", f"{v.value[:60]} {v.unit}".rstrip(), v.context]
        for v in rows
    ]
    return {"headers": ["At", "Measurand", "Phase", "Value", "Context"], "rows": cells}
