"""A RemoteStartTransaction is linked to the session that it led to."""

from datetime import timedelta
from typing import Any

import pytest

from stations.models import Command
from tests.sessions_app.messages import NOON, Messages, at, fresh


def remote_start(charger: Messages, **columns: Any) -> Command:
    answered = {
        "action": "RemoteStartTransaction", "payload": {"idTag": "04AABB", "connectorId": 1},
        "state": "answered", "status": "Accepted", "sent_at": NOON - timedelta(minutes=1),
    }  # fmt: skip
    return Command.objects.create(station=charger.station, **answered | columns)


def test_the_session_points_to_the_command(charger: Messages) -> None:
    command = remote_start(charger)
    assert fresh(charger.start()).command == command


def test_a_start_may_come_before_the_commands_answer(charger: Messages) -> None:
    command = remote_start(charger, state="sent", status="")
    assert fresh(charger.start()).command == command


def test_a_command_without_a_connector_fits_any(charger: Messages) -> None:
    command = remote_start(charger, payload={"idTag": "04aabb"})
    assert fresh(charger.start(connector=3)).command == command


def test_one_command_leads_to_one_session(charger: Messages) -> None:
    remote_start(charger)
    charger.start()
    assert fresh(charger.start(at(5))).command is None


def test_a_retried_start_keeps_its_command(charger: Messages) -> None:
    command = remote_start(charger)
    charger.start()
    assert fresh(charger.start()).command == command


@pytest.mark.parametrize(
    "columns",
    [
        {"payload": {"idTag": "OTHER", "connectorId": 1}},
        {"payload": {"idTag": "04AABB", "connectorId": 2}},
        {"status": "Rejected"},
        {"state": "timeout", "status": ""},
        {"sent_at": NOON - timedelta(minutes=11)},
        {"action": "Reset", "payload": {"type": "Soft"}},
    ],
)
def test_a_command_that_does_not_fit_is_not_linked(charger: Messages, columns: dict[str, Any]) -> None:
    remote_start(charger, **columns)
    assert fresh(charger.start()).command is None


def test_another_stations_command_is_not_linked(charger: Messages) -> None:
    remote_start(Messages("CP_2"))
    assert fresh(charger.start()).command is None
