"""Who is connected: epochs, leases, and late goodbyes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from stations.links import OpenedLink, clear_slot, close_link, open_link, renew_leases, standing, sweep_orphans
from stations.models import ChargingStation, Command

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anybody_may_come(settings: LazySettings) -> None:
    settings.STATION_POLICY = "open"


def connect(cp_id: str = "CP_1", owner: str = "here:1", channel: str = "inbox.a") -> OpenedLink:
    opened = open_link(cp_id=cp_id, owner=owner, channel=channel, address="10.0.0.1:5", subprotocol="ocpp1.6", now=NOON)
    assert opened is not None
    return opened


def is_online(cp_id: str = "CP_1") -> bool:
    found = standing(cp_id)
    assert found is not None
    return found.online


def command(state: str, epoch: int | None = None, **columns: Any) -> Command:
    station = ChargingStation.objects.get(cp_id="CP_1")
    return Command.objects.create(
        station=station, state=state, epoch=epoch, **{"action": "Reset", "payload": {"type": "Soft"}} | columns
    )


def state_of(row: Command) -> str:
    return Command.objects.get(pk=row.pk).state


def test_a_stranger_is_registered_where_anybody_may_come() -> None:
    assert standing("CP_1") is None
    opened = connect()
    assert (opened.cp_id, opened.epoch, opened.terms, opened.former) == ("CP_1", 1, ("Accepted", False), None)
    assert is_online()


def test_a_stranger_stays_out_where_only_known_ones_may(settings: LazySettings) -> None:
    settings.STATION_POLICY = "known"
    opened = open_link(cp_id="CP_1", owner="here:1", channel="", address="", subprotocol="", now=NOON)
    assert opened is None
    assert not ChargingStation.objects.exists()


def test_identities_that_differ_in_case_are_one_station() -> None:
    first, second = connect("Garage-1"), connect("GARAGE-1")
    assert second.station_id == first.station_id
    assert second.cp_id == "Garage-1"
    assert ChargingStation.objects.count() == 1


def test_each_link_takes_the_next_epoch_and_names_the_one_it_replaces() -> None:
    connect(channel="inbox.a")
    second = connect(channel="inbox.b")
    assert second.epoch == 2
    assert second.former is not None
    assert (second.former.epoch, second.former.channel) == (1, "inbox.a")


def test_a_closed_link_is_offline_at_once() -> None:
    opened = connect()
    close_link(station_id=opened.station_id, epoch=opened.epoch, now=NOON)
    assert not is_online()
    assert connect().former is None


def test_a_late_goodbye_of_an_older_link_changes_nothing() -> None:
    first, _second = connect(), connect()
    before = ChargingStation.objects.values().get()
    close_link(station_id=first.station_id, epoch=first.epoch, now=NOON + timedelta(hours=1))
    assert ChargingStation.objects.values().get() == before


def test_a_lease_runs_out_by_itself() -> None:
    connect()
    ChargingStation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert not is_online()
    assert not ChargingStation.objects.connected().exists()


def test_only_a_processes_own_leases_are_renewed() -> None:
    mine, other = connect("CP_1", owner="here:1"), connect("CP_2", owner="there:1")
    closed = connect("CP_3", owner="here:1")
    close_link(station_id=closed.station_id, epoch=closed.epoch, now=NOON)
    soon = timezone.now() + timedelta(seconds=1)
    ChargingStation.objects.filter(lease_until__isnull=False).update(lease_until=soon)
    assert renew_leases(owner="here:1", channel="inbox.z", active=[mine.station_id], now=NOON) == {mine.station_id: 1}
    leases = dict(ChargingStation.objects.values_list("cp_id", "lease_until"))
    assert leases["CP_1"]
    assert leases["CP_1"] > soon + timedelta(seconds=60)
    assert (leases["CP_2"], leases["CP_3"]) == (soon, None)
    assert other.epoch == 1


def test_a_restarted_process_clears_its_own_slot_only() -> None:
    connect("CP_1", owner="here:1")
    connect("CP_2", owner="there:1")
    queued, sent = command("queued"), command("sent", 1)
    clear_slot(owner="here:1", now=NOON)
    assert (is_online("CP_1"), is_online("CP_2")) == (False, True)
    assert (state_of(queued), state_of(sent)) == ("station_offline", "unknown")


def test_a_lost_link_leaves_what_was_sent_unknown_and_what_was_queued_offline() -> None:
    opened = connect()
    queued, sent, answered = command("queued"), command("sent", 1, reply_to="inbox.q"), command("answered", 1)
    ended = close_link(station_id=opened.station_id, epoch=1, now=NOON)
    assert sorted(ended) == sorted([(queued.pk, ""), (sent.pk, "inbox.q")])
    assert [state_of(row) for row in (queued, sent, answered)] == ["station_offline", "unknown", "answered"]


def test_a_replaced_link_leaves_what_was_sent_unknown() -> None:
    connect()
    sent = command("sent", 1)
    assert connect().ended == [(sent.pk, "")]
    assert (state_of(sent), Command.objects.get().reason) == ("unknown", "the link was replaced")


def test_a_late_goodbye_leaves_the_newer_links_commands_alone() -> None:
    opened = connect()
    connect()
    queued, sent = command("queued"), command("sent", 2)
    assert close_link(station_id=opened.station_id, epoch=1, now=NOON) == []
    assert (state_of(queued), state_of(sent)) == ("queued", "sent")


def test_commands_of_a_process_that_died_are_ended() -> None:
    connect()
    queued, sent = command("queued"), command("sent", 1)
    assert sweep_orphans(now=NOON) == 0
    ChargingStation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep_orphans(now=NOON) == 2
    assert (state_of(queued), state_of(sent)) == ("station_offline", "unknown")


SECRET: dict[str, Any] = {
    "action": "ChangeConfiguration",
    "payload": {"key": "AuthorizationKey", "value": "0123456789ABCDEF"},
}


@pytest.mark.parametrize("end", ["close", "replace", "sweep", "restart"])
def test_a_secret_is_not_kept_however_its_command_ends(end: str) -> None:
    opened = connect()
    command("queued", **SECRET)
    command("sent", 1, **SECRET)
    if end == "close":
        close_link(station_id=opened.station_id, epoch=1, now=NOON)
    elif end == "replace":
        Command.objects.filter(state="queued").delete()
        connect()
    elif end == "sweep":
        ChargingStation.objects.update(lease_until=None)
        sweep_orphans(now=NOON)
    else:
        clear_slot(owner="here:1", now=NOON)
    assert {row.payload["value"] for row in Command.objects.all()} == {"***"}
