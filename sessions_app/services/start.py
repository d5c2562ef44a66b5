"""StartTransaction (core 4.8): a session is created whatever the card; the station decides whether to stop it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q

from ocpp_ws.protocol import Timestamp, ci_key
from rfid.models import RfidCard
from rfid.services import authorize, card_keys, find_card, id_tag_info
from sessions_app.models import ChargingSession
from sessions_app.services.endings import change, interrupt
from sessions_app.services.ids import next_session_id, next_transaction_id
from sessions_app.services.reconcile import SUSPECT, note_suspects, settle_suspects
from sessions_app.services.stop import is_timeless
from stations.models import ChargingStation, Command, Connector
from stations.profiles.installed import transaction_started
from stations.services import connector, note_unknown_tag, unknown_status, use_reservation

Status = ChargingSession.Status
Lock = tuple[type[Model], str, Any]  # model, field, value
Held = Mapping[Lock, Any]
NOTHING: Held = {}
REMOTE_START_WINDOW = timedelta(minutes=10)  # ConnectionTimeOut is seldom longer
TRIES = 20
ACTION = "StartTransaction"


@dataclass(frozen=True, slots=True)
class Start:
    """A StartTransaction.req of a station."""

    station_id: int
    connector_id: int
    id_tag: str
    meter_start: int
    at: Timestamp
    reservation_id: int | None
    received_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)  # as sent, for the reconciliation list

    @property
    def id_tag_key(self) -> str:
        return ci_key(self.id_tag)[:255]  # as the column holds it: a retry must find it

    @property
    def locks(self) -> tuple[Lock, ...]:
        """The rows that decide: two processes must not both see the connector free, or the card's last place."""
        cards = [(RfidCard, "tag_key", key) for key in card_keys(self.id_tag)]
        return (ChargingStation, "pk", self.station_id), *cards


def start_session(start: Start, held: Held = NOTHING) -> ChargingSession:
    """The session of this StartTransaction, new or as a retry found it; its `id_tag_info` answers the station.

    Hold `start.locks` while it runs; `held` are rows that were read with them. A retry gets the same transactionId and
    the same idTagInfo: counting the session against itself would answer ConcurrentTx and make the station stop. The
    natural key is the content, not the message id.
    """
    earlier = same_start(start)
    if earlier and not is_new_session_of_clockless_station(start, earlier):
        return completed(earlier, start) if SUSPECT in earlier.flags else repeated(earlier, start)
    session = create(start, held, free_connector(start), generation=earlier.generation + 1 if earlier else 0)
    take_profile(session, start)
    note_suspects(session, action=ACTION, payload=dict(start.payload), now=start.received_at)
    return session


def free_connector(start: Start) -> Connector | None:
    """The connector, if it has a row, with whatever was active on it ended."""
    here = Connector.objects.filter(station_id=start.station_id, number=start.connector_id)
    place = here.select_related("active_session").first()
    place = place or connector(start.station_id, start.connector_id, start.received_at)
    if older := getattr(place, "active_session", None):
        interrupt(older, meter=start.meter_start, at=start.at.effective, now=start.received_at)
    return place


def same_start(start: Start) -> ChargingSession | None:
    """The latest session with this natural key."""
    return (
        ChargingSession.objects.filter(
            station_id=start.station_id, connector_number=start.connector_id, id_tag_key=start.id_tag_key,
            meter_start=start.meter_start, started_as_sent=start.at.as_sent,
        )
        .order_by("-generation")
        .first()
    )  # fmt: skip


def is_new_session_of_clockless_station(start: Start, earlier: ChargingSession) -> bool:
    """1970 and meterStart 0 come with every session of a station without a clock: ended means another one."""
    return is_timeless(start.at) and earlier.status != Status.ACTIVE


def repeated(session: ChargingSession, start: Start) -> ChargingSession:
    """The same answer again. Told after its stop it is odd, unless that stop had not come when this was received."""
    told_after = session.stop_received_at is not None and start.received_at > session.stop_received_at
    if session.status != Status.ACTIVE and told_after and "start_after_stop" not in session.flags:
        session.flags = [*session.flags, "start_after_stop"]
        session.save(update_fields=["flags"])
        note_suspects(session, action=ACTION, payload=dict(start.payload), now=start.received_at)
    return session


def completed(session: ChargingSession, start: Start) -> ChargingSession:
    """What a minimal session lacks (minimal.py); what the station was told about the card stays as it was told."""
    card = session.card or find_card(start.id_tag)
    command = session.command or remote_start_command(start)
    flags = [flag for flag in session.flags if flag != SUSPECT]
    change(session, Q(), card=card, command=command, flags=flags, reservation_id=used_reservation(start, card))
    if session.status == Status.ACTIVE and session.active_connector_id is None:
        occupy(session, start)
    take_profile(session, start)
    settle_suspects(session, action=ACTION, payload=dict(start.payload), now=start.received_at)
    return session


def take_profile(session: ChargingSession, start: Start) -> None:
    """What its remote start brought along applies to it from now on."""
    if session.command:
        transaction_started(
            session.command, connector_id=start.connector_id, transaction_id=session.transaction_id,
            now=start.received_at,
        )  # fmt: skip


def occupy(session: ChargingSession, start: Start) -> None:
    """Give it its connector, unless a later session has it by now: then this one has ended unseen."""
    place = connector(start.station_id, start.connector_id, start.received_at)
    later = place and ChargingSession.objects.filter(active_connector=place, pk__gt=session.pk).first()
    if later:
        now = max(start.received_at, later.start_received_at)  # a dead letter was received long ago
        interrupt(session, meter=later.meter_start, at=later.started_at, now=now)
    else:
        change(session, Q(status=Status.ACTIVE), active_connector=free_connector(start))


def create(start: Start, held: Held, place: Connector | None, generation: int) -> ChargingSession:
    of_station, *of_cards = start.locks
    station = held.get(of_station) or ChargingStation.objects.get(pk=start.station_id)
    card = next(filter(None, map(held.get, of_cards)), None) or find_card(start.id_tag)
    status = authorization(card, start)
    if card is None:
        note_unknown_tag(station_id=start.station_id, id_tag=start.id_tag, now=start.received_at)
    return insert(
        start, station, generation, active_connector=place, card=card, authorization=status,
        id_tag_info=id_tag_info(card, status), flags=list(start.at.flags),
        reservation_id=used_reservation(start, card), command=remote_start_command(start),
    )  # fmt: skip


def used_reservation(start: Start, card: RfidCard | None) -> int | None:
    return use_reservation(
        station_id=start.station_id, reservation_id=start.reservation_id, connector_id=start.connector_id,
        id_tag=start.id_tag, parent_id_tag=card.parent_id_tag if card else "", at=start.at.effective,
        now=start.received_at,
    )  # fmt: skip


def insert(start: Start, station: ChargingStation, generation: int, **columns: Any) -> ChargingSession:
    """The row, with its numbers; by its natural key it is the one that another process has just made, too."""
    for _ in range(TRIES):
        number = next_session_id(start.received_at)
        session = ChargingSession(
            id=number, transaction_id=next_transaction_id(station, number), generation=generation,
            station_id=start.station_id, connector_number=start.connector_id, id_tag=start.id_tag[:255],
            id_tag_key=start.id_tag_key, meter_start=start.meter_start, started_at=start.at.effective,
            started_as_sent=start.at.as_sent, start_received_at=start.received_at, **columns,
        )  # fmt: skip
        ChargingSession.objects.bulk_create([session], ignore_conflicts=True)
        stored = same_start(start)
        if stored and stored.generation == generation:
            return stored
        # another process took the same millisecond: the next one then
    raise RuntimeError(f"No free session id in {TRIES} tries")


def authorization(card: RfidCard | None, start: Start) -> str:
    """MUST verify the idTag anew (core 4.8), now with the card's other sessions."""
    if card is None:
        return unknown_status(station_id=start.station_id, id_tag=start.id_tag)
    if card.max_sessions is None:
        return authorize(card, now=start.received_at)
    its_own = Q(card=card) | Q(id_tag_key=card.tag_key)  # some were begun before the tag became a card
    others = ChargingSession.objects.filter(its_own, status=Status.ACTIVE, authorization="Accepted").count()
    return authorize(card, now=start.received_at, other_sessions=others)


def remote_start_command(start: Start) -> Command | None:
    """The RemoteStartTransaction that this session answers, if there is one."""
    recent = Command.objects.filter(
        station_id=start.station_id, action="RemoteStartTransaction", session__isnull=True,
        state__in=[Command.State.SENT, Command.State.ANSWERED], status__in=["", "Accepted"],
        sent_at__gt=start.received_at - REMOTE_START_WINDOW, sent_at__lte=start.received_at,
    ).order_by("-pk")  # fmt: skip
    for command in recent[:5]:
        wanted = command.payload
        if ci_key(wanted["idTag"]) == start.id_tag_key and wanted.get("connectorId") in (None, start.connector_id):
            return command
    return None
