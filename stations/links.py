"""Who is connected: the link columns of a station's row. Sync functions for the writer's connection.

Each accepted socket takes `epoch + 1`, a fencing token: every later write about the link says `epoch = mine`, so a
late goodbye of an older socket changes 0 rows. Online is a lease, by the database's clock; nothing goes stale.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from ocpp_ws.protocol import Quirk
from stations import outbox, pings
from stations.credentials import logged_in
from stations.models import ChargingStation, Command
from stations.services import count_quirks


@dataclass(frozen=True, slots=True)
class Standing:
    """What the row says about a station before it is let in."""

    station_id: int
    cp_id: str
    online: bool
    channel: str
    epoch: int
    authentication: str
    key_hashes: list[str]  # any of them lets it in


class Terms(NamedTuple):
    """What an operator sets that holds at once on a live link."""

    registration: str = ChargingStation.Registration.ACCEPTED
    strict: bool = False
    milliseconds: bool = False


@dataclass(frozen=True, slots=True)
class OpenedLink:
    station_id: int
    cp_id: str
    epoch: int
    terms: Terms
    former: Standing | None  # whose link this one replaces
    ended: list[tuple[int, str]]  # commands that the replaced link leaves unknown: (id, reply_to)
    silence: float = 0.0  # seconds that it may be silent; 0: it is pinged
    authenticated: bool = False
    time_zone: str = ""  # of times that it sends without one; empty: UTC


def standing(cp_id: str) -> Standing | None:
    """What is known about the station of that identity; None for a stranger."""
    station = ChargingStation.objects.with_online().named(cp_id).first()
    if station is None:
        return None
    return standing_of(station)


def standing_of(station: ChargingStation) -> Standing:
    hashes = [station.key_hash, *station.pending_key_hashes]
    return Standing(
        station.pk, station.cp_id, station.online, station.channel, station.epoch, station.authentication,
        [one for one in hashes if one],
    )  # fmt: skip


def open_link(
    *,
    cp_id: str,
    owner: str,
    channel: str,
    address: str,
    subprotocol: str,
    now: datetime,
    quirks: Collection[str] = (),
    proved: str = "",
    host: str = "",
) -> OpenedLink | None:
    """Let a station in: a new epoch, a lease, and the process that serves it. None for a stranger that may not come.

    `quirks` are the kinds of what its handshake left out, `proved` is the hash of the key that it has shown, if any;
    `host` is the Host of its handshake: the name and port under which it reaches us.
    """
    stations = ChargingStation.objects.with_online().named(cp_id)
    if settings.STATION_POLICY == "open" and not stations.exists():
        ChargingStation.objects.bulk_create([ChargingStation(cp_id=cp_id)], ignore_conflicts=True)
    station = stations.locked().first()
    if station is None:
        return None
    former = standing_of(station)
    # what is queued for a link that still held goes out on the new one; what was left over from before does not
    end = outbox.end_sent if station.online else outbox.end_of_link
    ended = end(station_id=station.pk, epoch=station.epoch, reason="the link was replaced", now=now)
    ChargingStation.objects.filter(pk=station.pk).update(
        epoch=F("epoch") + 1, owner=owner, channel=channel, lease_until=lease(), connected_at=now, last_seen_at=now,
        remote_address=address[:60], subprotocol=subprotocol[:40], host=host,
    )  # fmt: skip
    count_quirks(station_id=station.pk, action="", quirks=[Quirk(kind, "", "") for kind in quirks], now=now)
    if proved:
        logged_in(station.pk, proved, now)
    return OpenedLink(
        station_id=station.pk, cp_id=station.cp_id, epoch=station.epoch + 1,
        terms=Terms(*(getattr(station, name) for name in Terms._fields)),
        former=former if former.online else None, ended=ended, silence=pings.silence_of(station),
        authenticated=bool(proved), time_zone=station.time_zone,
    )  # fmt: skip


def lease() -> Any:
    """The end of a lease from now, by the database's clock."""
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


def close_link(*, station_id: int, epoch: int, now: datetime) -> list[tuple[int, str]]:
    """The link is gone: offline at once, unless a newer one lives. Returns the commands that it leaves ended."""
    ended = outbox.end_of_link(station_id=station_id, epoch=epoch, reason="the link was lost", now=now)
    ChargingStation.objects.filter(pk=station_id, epoch=epoch).update(
        lease_until=None, owner="", channel="", disconnected_at=now, last_seen_at=now
    )
    return ended


def renew_leases(*, owner: str, channel: str, active: Collection[int], now: datetime) -> dict[int, int]:
    """One update for all links of a process; returns station id -> epoch of what is still its own.

    `active` are the stations that sent something since the last renewal.
    """
    mine = ChargingStation.objects.filter(owner=owner)
    mine.filter(lease_until__isnull=False).update(lease_until=lease(), channel=channel)
    ids = list(active)
    for start in range(0, len(ids), 500):
        mine.filter(pk__in=ids[start : start + 500]).update(last_seen_at=now)
    return dict(mine.filter(lease_until__isnull=False).values_list("pk", "epoch"))


def special_terms(*, owner: str) -> dict[int, Terms]:
    """The terms of those of a process's stations that have not the usual ones: station id -> terms."""
    mine = ChargingStation.objects.filter(owner=owner).exclude(**Terms()._asdict())
    return {station: Terms(*terms) for station, *terms in mine.values_list("pk", *Terms._fields)}


def terms_of(station_id: int) -> Terms:
    return Terms(*ChargingStation.objects.values_list(*Terms._fields).get(pk=station_id))


def clear_slot(*, owner: str, now: datetime) -> None:
    """At a process's start: nothing of what its predecessor in the same slot held is connected."""
    mine = ChargingStation.objects.filter(owner=owner)
    open_commands = Command.objects.filter(station__owner=owner)
    end_all(open_commands, reason="the gateway was restarted", now=now)
    mine.update(lease_until=None, owner="", channel="", disconnected_at=now)


def sweep_orphans(*, now: datetime) -> int:
    """End the open commands of stations whose process died: no link serves them any more. Returns how many."""
    orphans = Command.objects.filter(state__in=Command.OPEN).exclude(station__lease_until__gt=Now())
    return end_all(orphans, reason="the process that held the link is gone", now=now)


def end_all(commands: QuerySet[Command], *, reason: str, now: datetime) -> int:
    """Sent ones may have been carried out, queued ones were not."""
    sent = commands.filter(state=Command.State.SENT)
    queued = commands.filter(outbox.NOT_PATIENT, state=Command.State.QUEUED)
    return outbox.end(sent, Command.State.UNKNOWN, reason=reason, now=now) + outbox.end(
        queued, Command.State.STATION_OFFLINE, reason=reason, now=now
    )
