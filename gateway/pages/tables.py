"""Short tables of other floors' rows, for the station's, session's and card's pages (unfold's table component)."""

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sessions_app.admin import lasted
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.commands import outcome
from stations.admin.show import after, chip, kwh, left, link
from stations.admin.status_changes import told_state, trouble
from stations.models import (
    Command,
    ConnectorStatusChange,
    FileLink,
    InstalledProfile,
    ProgressReport,
    Reservation,
    StationFile,
)

Table = dict[str, Any]


def when(moment: Any) -> str:
    return "-" if moment is None else formats.localize(timezone.localtime(moment))


def sessions(rows: Iterable[ChargingSession], *, cards: bool) -> Table:
    """`cards`: whether who looks may view cards."""
    cells = [
        [link(s, when(s.started_at)), f"{s.station} / {s.connector_number}", card(s, linked=cards), chip(s.status),
         lasted(s), kwh(s.energy_wh)]
        for s in rows
    ]  # fmt: skip
    return {"headers": ["Started", "Station", "Card", "Status", "Duration", "Energy"], "rows": cells}


def card(session: ChargingSession, *, linked: bool) -> Any:
    return link(session.card) if session.card and linked else session.id_tag or "-"


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


def reservations(rows: Iterable[Reservation]) -> Table:
    """Active ones, with the time that is left of each."""
    cells = [
        [link(r, r.reservation_id), r.connector_number or "any", r.id_tag, r.parent_id_tag or "-", r.origin,
         when(r.expiry_date), left(r.expiry_date, timezone.now())]
        for r in rows
    ]  # fmt: skip
    return {"headers": ["Number", "Connector", "Card", "Group", "Made by", "Until", "Left"], "rows": cells}


def status_changes(rows: Iterable[ConnectorStatusChange]) -> Table:
    """Without the station: for its own page."""
    cells = [
        [link(c, when(c.received_at)), c.connector_number or "station", told_state(c), trouble(c) or "-",
         when(c.timestamp)]
        for c in rows
    ]  # fmt: skip
    return {"headers": ["Received", "Connector", "Status", "Error", "Timestamp"], "rows": cells}


def meter_values(rows: Iterable[MeterValue]) -> Table:
    cells = [
        [link(v, when(v.sampled_at)), v.measurand, v.phase or "-", f"{v.value[:60]} {v.unit}".rstrip(), v.context]
        for v in rows
    ]
    return {"headers": ["At", "Measurand", "Phase", "Value", "Context"], "rows": cells}


def progress(rows: Iterable[ProgressReport]) -> Table:
    """Without the command: for its own page."""
    cells = [
        [when(r.at), chip(r.status), f"{r.count} times, last {when(r.last_at)}" if r.count > 1 else ""] for r in rows
    ]
    return {"headers": ["At", "Status", ""], "rows": cells}


def station_progress(rows: Iterable[ProgressReport]) -> Table:
    cells = [[when(r.at), chip(r.status), link(r.command, r.command.action) if r.command else r.action] for r in rows]
    return {"headers": ["At", "Status", "About"], "rows": cells}


def files(rows: Iterable[StationFile]) -> Table:
    cells = [[link(f), filesizeformat(f.size), when(f.created_at), f.created_by] for f in rows]
    return {"headers": ["File", "Size", "Arrived", "From"], "rows": cells}


def file_links(rows: Iterable[FileLink]) -> Table:
    cells = [
        [link(r.station), asked(r), r.requests, r.downloads,
         f"{when(r.last_at)} from {r.last_address}" if r.last_at else "-", when(r.expires_at)]
        for r in rows
    ]  # fmt: skip
    return {"headers": ["Station", "Command", "Requests", "Whole downloads", "Last", "Expires"], "rows": cells}


def asked(row: FileLink) -> Any:
    return format_html_join(", ", "{}", ((link(c, c.action),) for c in row.commands.all())) or "-"
