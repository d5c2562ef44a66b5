"""Stations that are not decent ones, each against the system that they are made for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ocpp.v16 import call
from websockets.frames import Opcode

from ocpp_ws.test_client import wire
from ocpp_ws.test_client.behaviours import BEHAVIOURS
from ocpp_ws.test_client.errors import Refused
from ocpp_ws.test_client.options import Options
from ocpp_ws.test_client.progress import Progress
from ocpp_ws.test_client.start import run_station
from tests.main_job.conftest import gateway_process
from tests.processes import Gateway
from tests.test_client.conftest import Charging
from tests.test_client.csms import Csms


@pytest.fixture(scope="module")
def gateway(migrated_database: Path) -> Iterator[Gateway]:
    with gateway_process(migrated_database) as running:
        httpx.post(f"{running.http}/api/rfid", json={"tagId": "RFID_001", "maxSessions": None}, trust_env=False)
        yield running


def get(gateway: Gateway, path: str) -> Any:
    return httpx.get(f"{gateway.http}/api/{path}", trust_env=False).json()


async def run(gateway: Gateway, behaviour: str, **options: Any) -> dict[str, Any]:
    """A run against the real gateway; the station's only session as the gateway has it then."""
    name = f"CP_{behaviour}"
    options = {"fast": True, "duration": 0.3, "meter_interval": 0.05} | options
    journal = await run_station(Options(cp_id=name, url=gateway.ws, behaviour=behaviour, **options), Progress())
    (session,) = get(gateway, f"sessions/station/{name}")["results"]
    assert [one.transaction_id for one in journal.charged] == [session["transactionId"]]
    assert session["energyWh"] == journal.energy_wh
    result: dict[str, Any] = session
    return result


@pytest.mark.parametrize("behaviour", [name for name in BEHAVIOURS if name != "slow"])
async def test_every_behaviour_ends_with_one_session_and_its_energy(gateway: Gateway, behaviour: str) -> None:
    session = await run(gateway, behaviour)
    assert session["status"] == "completed"
    reason = {"reboot-mid-session": "PowerLoss", "unknown-enums": "DriverWantedIt"}.get(behaviour, "Local")
    assert session["stopReason"] == reason


async def test_the_session_of_a_station_that_was_offline_has_its_own_times(gateway: Gateway) -> None:
    await run_station(
        Options(cp_id="CP_away", url=gateway.ws, behaviour="offline-then-sync", duration=0.4, meter_interval=0.1),
        Progress(),
    )
    (session,) = get(gateway, "sessions/station/CP_away")["results"]
    values = get(gateway, f"meter-values?sessionId={session['id']}&pageSize=200")["results"]
    assert session["stoppedAt"] > session["startedAt"]
    begun = [one["receivedAt"] for one in values if one["context"] == "Sample.Periodic"]
    assert min(begun) > session["stoppedAt"], "the gateway heard of all of it afterwards"


async def test_unknown_words_are_counted_as_quirks(gateway: Gateway) -> None:
    options = Options(cp_id="CP_words", url=gateway.ws, behaviour="unknown-enums", fast=True)
    await run_station(options, Progress())
    told = {(quirk["kind"], quirk["path"].rsplit(".")[-1]) for quirk in get(gateway, "stations/CP_words/quirks")}
    assert told >= {("unknown-enum", name) for name in ("unit", "measurand", "context", "errorCode", "reason")}


async def test_odd_times_are_noted_at_the_session(gateway: Gateway) -> None:
    options = Options(cp_id="CP_times", url=gateway.ws, behaviour="odd-timestamps", fast=True)
    await run_station(options, Progress())
    sessions = get(gateway, "sessions/station/CP_times")["results"]
    values = get(gateway, "meter-values?cpId=CP_times&pageSize=200")["results"]
    assert len(sessions) == 1
    assert {value["timestamp"][:4] for value in values} >= {"1970"}, "as it was sent"
    assert "1970" not in {value["sampledAt"][:4] for value in values}, "by our clock"


async def test_a_rejecting_station_refuses_in_ocpps_own_words(csms: Csms, charging: Charging) -> None:
    async with charging(behaviour="rejects-everything", connectors=2):
        assert (await csms.link.tell(call.Reset("Soft"))).status == "Rejected"
        assert (await csms.link.tell(call.RemoteStartTransaction("RFID_001", 2))).status == "Rejected"
        assert (await csms.link.tell(call.GetLocalListVersion())).list_version == -1
        assert (await csms.link.tell(call.GetConfiguration())).unknown_key == ["everything"]
        assert (await csms.link.tell(call.UnlockConnector(1))).status == "UnlockFailed"


async def test_a_slow_station_takes_its_time(csms: Csms, charging: Charging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocpp_ws.test_client.behaviours.slow.SECONDS", 0.2)
    async with charging(behaviour="slow"):
        told = len(csms.said("MeterValues"))
        assert (await csms.link.tell(call.ClearCache())).status == "Accepted"
        assert len(csms.said("MeterValues")) <= told + 1, "it does one thing at a time"


@pytest.mark.parametrize(("behaviour", "answers"), [("plain", True), ("never-pongs", False)])
async def test_only_the_one_that_never_pongs_does_not_and_it_sends_no_pings(
    csms: Csms, charging: Charging, monkeypatch: pytest.MonkeyPatch, behaviour: str, answers: bool
) -> None:
    monkeypatch.setattr(wire, "PING_SECONDS", 0.01)
    came: list[Opcode] = []
    async with charging(behaviour=behaviour):
        protocol = csms.link.socket.protocol
        receive = protocol.recv_frame
        monkeypatch.setattr(protocol, "recv_frame", lambda frame: (came.append(frame.opcode), receive(frame)))
        pong = await csms.link.socket.ping()
        told = len(csms.said("MeterValues"))
        await csms.heard("MeterValues", told + 3)
        assert (pong.done(), Opcode.PING in came) == (answers, answers)


async def test_a_retrying_station_wants_the_same_answer_each_time(csms: Csms) -> None:
    options = Options(url=csms.url, behaviour="retries-start", fast=True)
    with pytest.raises(Refused, match="StartTransaction sent again was answered"):
        await run_station(options, Progress())  # this central system opens a transaction for each
    assert len(csms.said("StartTransaction")) == 2
