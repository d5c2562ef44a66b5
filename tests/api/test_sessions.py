from typing import Any

import pytest

from sessions_app.api import sessions
from tests.api import rows
from tests.api.conftest import Api, problem


@pytest.fixture
def running(api: Api) -> Any:
    return rows.session(
        rows.station("CP_1"), status="active", meter_stop=None, stopped_at=None, stop_reason="", last_meter_wh=1700,
        power_w=11000.0, soc_percent=44.0, flags=["clock"],
    )  # fmt: skip


def test_either_number_finds_the_session(api: Api, running: Any) -> None:
    by_id = api.get(f"/api/sessions/{running.pk}").json()
    assert by_id == api.get(f"/api/sessions/{running.transaction_id}").json()
    assert (by_id["id"], by_id["transactionId"], by_id["cpId"]) == (running.pk, running.transaction_id, "CP_1")
    assert (by_id["energyWh"], by_id["powerW"], by_id["flags"]) == (700, 11000.0, ["clock"])


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "99999999999999999999", "²"])
def test_number_of_no_session_is_404(api: Api, running: Any, number: str) -> None:
    problem(api.get(f"/api/sessions/{number}"), 404, "not_found")


def test_detail_has_the_newest_meter_values_in_order(api: Api, running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "NEWEST_VALUES", 3)
    rows.meter_values(running, 5)
    detail = api.get(f"/api/sessions/{running.pk}").json()
    assert [value["value"] for value in detail["meterValues"]] == ["2", "3", "4"]
    assert detail["meterValuesTruncated"] is True
    assert len(api.results(detail["meterValuesUrl"])) == 5
    value = detail["meterValues"][0]
    assert (value["sessionId"], value["cpId"], value["unit"], value["format"]) == (running.pk, "CP_1", "Wh", "Raw")


def test_sessions_of_an_unknown_station_are_404(api: Api) -> None:
    problem(api.get("/api/sessions/station/NOPE"), 404, "not_found")


def test_command_names_the_session_it_led_to(api: Api) -> None:
    cp = rows.station()
    command = rows.command(cp, action="RemoteStartTransaction", status="Accepted")
    session = rows.session(cp, command=command)
    shown = api.get(f"/api/commands/{command.pk}").json()
    assert (shown["sessionId"], shown["transactionId"]) == (session.pk, session.transaction_id)
    assert (shown["accepted"], shown["latencyMs"]) == (True, 120)
    assert api.get(f"/api/sessions/{session.pk}").json()["remoteCommandId"] == command.pk
    alone = api.get(f"/api/commands/{rows.command(cp, 'timeout').pk}").json()
    assert (alone["sessionId"], alone["accepted"]) == (None, None)


def test_station_shows_its_connectors_and_that_it_is_online(api: Api) -> None:
    rows.station("CP_Ä", online=True, vendor="Acme", firmware="1.2")
    shown = api.get("/api/stations/CP_Ä").json()
    assert (shown["online"], shown["vendor"], shown["firmware"], shown["registration"]) == (
        True,
        "Acme",
        "1.2",
        "Accepted",
    )
    assert [(one["connectorId"], one["status"], one["errorCode"]) for one in shown["connectors"]] == [
        (1, "Available", "NoError"), (2, "Available", "NoError"),
    ]  # fmt: skip
