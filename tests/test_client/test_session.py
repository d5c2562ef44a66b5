"""A whole session, as the central system sees it."""

from datetime import datetime

import pytest
from ocpp.v16 import call_result

from ocpp_ws.test_client.fleet import run_fleet
from ocpp_ws.test_client.options import Options, fleet
from ocpp_ws.test_client.progress import Progress
from ocpp_ws.test_client.start import run_station
from ocpp_ws.test_client.summary import fleet_summary, station_summary
from tests.test_client.conftest import Charging
from tests.test_client.csms import Csms

pytestmark = pytest.mark.asyncio


async def test_metered_energy_is_what_the_server_got(csms: Csms) -> None:
    journal = await run_station(Options(url=csms.url, fast=True), Progress())
    [start], [stop] = csms.said("StartTransaction"), csms.said("StopTransaction")
    assert journal.energy_wh == stop["meterStop"] - start["meterStart"] > 0
    assert journal.charged[0].transaction_id == stop["transactionId"] == 1
    assert journal.sent == journal.received == len(csms.calls)
    assert journal.complaints == 0


async def test_the_order_of_a_session(csms: Csms) -> None:
    await run_station(Options(url=csms.url, fast=True), Progress())
    actions = [action for _, action, _ in csms.calls]
    assert actions == [
        *("BootNotification", "StatusNotification", "StatusNotification", "Authorize"),
        *("StatusNotification", "StartTransaction", "StatusNotification", *["MeterValues"] * 5),
        *("StopTransaction", "StatusNotification", "StatusNotification"),
    ]
    assert csms.statuses(0) == ["Available"]
    assert csms.statuses() == ["Available", "Preparing", "Charging", "Finishing", "Available"]


async def test_meter_values_carry_every_measurand_and_rising_energy(csms: Csms) -> None:
    await run_station(Options(url=csms.url, fast=True), Progress())
    samples = [payload["meterValue"][0]["sampledValue"] for payload in csms.said("MeterValues")]
    kinds = [(value["measurand"], value.get("phase")) for value in samples[0]]
    assert kinds == [
        ("Energy.Active.Import.Register", None),
        ("Power.Active.Import", None),
        *(("Current.Import", phase) for phase in ("L1", "L2", "L3")),
        *(("Voltage", phase) for phase in ("L1-N", "L2-N", "L3-N")),
        ("SoC", None),
    ]
    energies = [int(sample[0]["value"]) for sample in samples]
    assert energies == sorted(set(energies))


async def test_stop_transaction_carries_begin_and_end_readings(csms: Csms) -> None:
    await run_station(Options(url=csms.url, fast=True), Progress())
    [start], [stop] = csms.said("StartTransaction"), csms.said("StopTransaction")
    begin, end = [reading["sampledValue"][0] for reading in stop["transactionData"]]
    assert (begin["context"], int(begin["value"])) == ("Transaction.Begin", start["meterStart"])
    assert (end["context"], int(end["value"])) == ("Transaction.End", stop["meterStop"])
    assert (stop["reason"], stop["idTag"]) == ("Local", "RFID_001")


async def test_wire_times_are_utc_and_end_in_z(csms: Csms) -> None:
    await run_station(Options(url=csms.url, fast=True), Progress())
    times = [payload["timestamp"] for _, _, payload in csms.calls if "timestamp" in payload]
    assert len(times) == 8
    assert all(time.endswith("Z") and datetime.fromisoformat(time) for time in times)
    assert times == sorted(times)


async def test_a_timed_run_ends_its_session_when_the_duration_is_over(csms: Csms) -> None:
    journal = await run_station(Options(url=csms.url, duration=0.3, meter_interval=0.05), Progress())
    assert 0.3 <= journal.seconds < 3
    assert csms.said("StopTransaction")[0]["reason"] == "Local"
    assert len(csms.said("MeterValues")) >= 3


async def test_every_connector_is_announced(csms: Csms) -> None:
    await run_station(Options(url=csms.url, fast=True, connectors=3), Progress())
    assert [p["connectorId"] for p in csms.said("StatusNotification")[:4]] == [0, 1, 2, 3]


async def test_heartbeats_come_at_the_interval_of_the_boot_answer(csms: Csms, charging: Charging) -> None:
    csms.bend["BootNotification"] = lambda _: call_result.BootNotification("2026-01-01T00:00:00Z", 1, "Accepted")
    async with charging():
        await csms.heard("Heartbeat")


async def test_basic_auth_names_the_station(csms: Csms) -> None:
    await run_station(Options(url=csms.url, fast=True, password="secret"), Progress())
    assert csms.headers[0]["Authorization"] == "Basic Q1BfVEVTVF8wMDE6c2VjcmV0"


async def test_many_stations_at_once(csms: Csms) -> None:
    stations = fleet(Options(url=csms.url, fast=True), 5, ["RFID_001", "RFID_002"])
    journals, failures = await run_fleet(stations, Progress())
    assert failures == []
    assert sorted(journal.cp_id for journal in journals) == [f"CP_TEST_00{n}" for n in range(1, 6)]
    tags = {cp_id: payload["idTag"] for cp_id, action, payload in csms.calls if action == "Authorize"}
    assert tags["CP_TEST_004"] == "RFID_002"
    assert tags["CP_TEST_005"] == "RFID_001"
    assert "  stations        5 of 5 finished" in fleet_summary(journals, 5)


async def test_the_summary_names_transaction_energy_frames_and_duration(csms: Csms) -> None:
    journal = await run_station(Options(url=csms.url, fast=True), Progress())
    text = "\n".join(station_summary(journal))
    assert "transactionId   1\n" in text
    assert f"metered energy  {journal.energy_wh} Wh\n" in text
    assert "frames          30 (15 sent, 15 received)\n" in text
    assert text.endswith(" s")
