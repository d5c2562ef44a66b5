"""Accepted is not started: what came of a remote start (errata 3.32)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app.models import ChargingSession
from stations.admin.show import page
from stations.models import ChargingStation, Command, ConfigurationKey
from stations.remote_start import remote_start

NOW = timezone.now()


def accepted(station: ChargingStation, minutes: float = 0, **columns: Any) -> Command:
    """Accepted so many minutes ago."""
    told = {"action": "RemoteStartTransaction", "payload": {"idTag": "TAG"}, "state": "answered", "status": "Accepted"}
    answered = {"actor": "olga", "finished_at": NOW - timedelta(minutes=minutes)}
    return Command.objects.create(station=station, **(told | answered | columns))


def session(command: Command) -> ChargingSession:
    return ChargingSession.objects.create(
        id=1, transaction_id=1, station=command.station, connector_number=1, command=command, meter_start=0,
        started_at=NOW, start_received_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("time_out", "minutes", "expected"),
    [
        (None, 9.9, "starting"), (None, 10.1, "not_started"), ("60", 1.4, "starting"), ("60", 1.6, "not_started"),
        ("900", 9.9, "starting"), ("0", 9.9, "starting"), ("soon", 9.9, "starting"),
    ],
)  # fmt: skip
def test_it_has_not_started_when_the_station_has_given_up(
    station: ChargingStation, time_out: str | None, minutes: float, expected: str
) -> None:
    if time_out is not None:
        ConfigurationKey.objects.create(station=station, key="ConnectionTimeOut", value=time_out, told_at=NOW)
    assert remote_start(accepted(station, minutes), NOW) == expected


def test_it_has_started_with_its_session_however_late(station: ChargingStation) -> None:
    command = accepted(station, 60)
    session(command)
    assert remote_start(command, NOW) == "started"


@pytest.mark.parametrize(
    "columns",
    [{"status": "Rejected"}, {"state": "sent", "status": ""}, {"state": "timeout", "status": ""}, {"action": "Reset"}],
)
def test_of_other_outcomes_it_says_nothing(station: ChargingStation, columns: dict[str, str]) -> None:
    assert remote_start(accepted(station, **columns), NOW) == ""


@pytest.mark.parametrize(
    ("minutes", "started", "words", "shown"),
    [
        (0, False, "starting", ["not started yet", "plugged in", 'hx-trigger="every 1s']),
        (60, False, "not_started", [">accepted, not started<", "no session began in time"]),
        (60, True, "started", [">started<", "To the session"]),
    ],
)
def test_the_api_and_the_commands_page_say_so(
    admin_client: Client, station: ChargingStation, minutes: float, started: bool, words: str, shown: list[str]
) -> None:
    command = accepted(station, minutes)
    if started:
        session(command)
    assert admin_client.get(f"/api/commands/{command.pk}").json()["remoteStart"] == words
    html = admin_client.get(page(command)).content.decode()
    assert [one for one in shown if one not in html] == []
