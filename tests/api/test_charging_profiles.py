"""Stored profiles, and how they get to stations."""

from typing import Any

import pytest

from stations.models import ChargingProfile, Command, InstalledProfile
from tests.api import rows
from tests.api.conftest import Api, attrs, problem
from tests.stations.profiles import schedule

NIGHT = {
    "name": "Night", "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Recurring",
    "recurrencyKind": "Daily", "stackLevel": 2, "validTo": "2027-01-01T00:00:00Z",
    "chargingSchedule": schedule(6, 32.5, duration=86400),
}  # fmt: skip


def test_a_profile_is_kept_changed_and_deleted(api: Api) -> None:
    created = api.send("POST", "/api/charging-profiles", NIGHT)
    assert created.status_code == 201
    address = f"/api/charging-profiles/{created.json()['id']}"
    kept = api.get(address).json()
    assert {name: kept[name] for name in NIGHT} == NIGHT
    assert kept["validFrom"] is None
    changed = api.send("PATCH", address, {"stackLevel": 5, "chargingProfileKind": "Absolute", "recurrencyKind": ""})
    assert (changed.status_code, changed.json()["stackLevel"], changed.json()["recurrencyKind"]) == (200, 5, "")
    assert api.send("PUT", address, NIGHT).json()["stackLevel"] == 2
    assert api.send("DELETE", address).status_code == 204
    problem(api.get(address), 404, "not_found")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"chargingProfilePurpose": "Cheap", "stackLevel": -1, "name": ""},
         {"chargingProfilePurpose", "stackLevel", "name"}),
        ({"recurrencyKind": ""}, {"recurrencyKind"}),
        ({"chargingProfileKind": "Relative"}, {"recurrencyKind"}),
        ({"validFrom": "2027-01-01T00:00:00Z"}, {"validTo"}),
        ({"chargingSchedule": {}}, {"chargingSchedule.chargingRateUnit", "chargingSchedule.chargingSchedulePeriod"}),
        ({"chargingSchedule": "16 A"}, {"chargingSchedule"}),
        ({"chargingSchedule": schedule(16.05)}, {"chargingSchedule.chargingSchedulePeriod.0.limit"}),
        ({"chargingSchedule": schedule(startSchedule=None)}, {"chargingSchedule.startSchedule"}),
        ({"transactionId": 5}, {"transactionId"}),
    ],
)  # fmt: skip
def test_what_no_station_could_take_is_not_kept(api: Api, change: dict[str, Any], names: set[str]) -> None:
    assert attrs(api.send("POST", "/api/charging-profiles", NIGHT | change)) == names
    assert not ChargingProfile.objects.exists()
    address = f"/api/charging-profiles/{api.send('POST', '/api/charging-profiles', NIGHT).json()['id']}"
    assert attrs(api.send("PATCH", address, change)) == names
    assert api.get(address).json()["chargingSchedule"] == NIGHT["chargingSchedule"]


def test_times_of_a_schedule_are_kept_in_utc(api: Api) -> None:
    local = NIGHT | {"chargingSchedule": schedule(startSchedule="2026-03-01T22:00:00+02:00")}
    kept = api.send("POST", "/api/charging-profiles", local).json()
    assert kept["chargingSchedule"]["startSchedule"] == "2026-03-01T20:00:00Z"


def test_a_name_is_used_once(api: Api) -> None:
    api.send("POST", "/api/charging-profiles", NIGHT)
    answer = problem(api.send("POST", "/api/charging-profiles", NIGHT), 409, "conflict")
    assert answer["errors"][0]["attr"] == "name"


def test_a_stored_profile_goes_to_a_connector(api: Api) -> None:
    rows.station("CP_1", online=True)
    number = api.send("POST", "/api/charging-profiles", NIGHT).json()["id"]
    body = {"connectorId": 2, "storedProfile": number}
    assert api.send("POST", "/api/admin/CP_1/set-charging-profile?wait=0", body).status_code == 202
    sent = {name: value for name, value in NIGHT.items() if name != "name"}
    profile = {"chargingProfileId": number * 1000 + 2, **sent}
    assert Command.objects.get().payload == {"connectorId": 2, "csChargingProfiles": profile}


def test_a_stored_tx_profile_without_a_transaction_is_refused(api: Api) -> None:
    rows.station("CP_1", online=True)
    number = rows.charging_profile(purpose="TxProfile").pk
    body = {"connectorId": 2, "storedProfile": number}
    assert attrs(api.send("POST", "/api/admin/CP_1/set-charging-profile", body)) == {"connectorId"}


def test_a_tx_profile_takes_either_number_of_its_session(api: Api) -> None:
    cp = rows.station("CP_1", online=True)
    session = rows.session(cp, status="active", active_connector=cp.connectors.get(number=1))
    profile = {name: value for name, value in NIGHT.items() if name != "name"}
    profile |= {"chargingProfileId": 1, "chargingProfilePurpose": "TxProfile", "transactionId": session.pk}
    body = {"connectorId": 1, "csChargingProfiles": profile}
    assert api.send("POST", "/api/admin/CP_1/set-charging-profile?wait=0", body).status_code == 202
    assert Command.objects.get().payload["csChargingProfiles"]["transactionId"] == session.transaction_id


def test_a_remote_start_takes_a_stored_tx_profile(api: Api) -> None:
    rows.station("CP_1", online=True)
    number = rows.charging_profile(purpose="TxProfile").pk
    body = {"idTag": "T", "connectorId": 1, "storedProfile": number}
    assert api.send("POST", "/api/admin/CP_1/start-transaction?wait=0", body).status_code == 202
    sent = Command.objects.get().payload
    assert (sent["connectorId"], sent["chargingProfile"]["chargingProfileId"]) == (1, number * 1000 + 1)
    assert "transactionId" not in sent["chargingProfile"]
    both = body | {"chargingProfile": sent["chargingProfile"]}
    assert attrs(api.send("POST", "/api/admin/CP_1/start-transaction", both)) == {"storedProfile"}


def test_a_limit_of_a_station_that_is_not_connected_is_409_at_once(api: Api) -> None:
    rows.station("CP_1")
    body = {"limit": 16, "chargingRateUnit": "A", "minutes": 30}
    problem(api.send("POST", "/api/admin/CP_1/limit", body), 409, "station_offline")
    assert Command.objects.get().action == "SetChargingProfile"


def test_a_stored_profile_may_go_while_stations_hold_it(api: Api) -> None:
    stored = rows.charging_profile()
    rows.installed_profile(rows.station("CP_1"), stored=stored)
    assert api.send("DELETE", f"/api/charging-profiles/{stored.pk}").status_code == 204
    assert InstalledProfile.objects.get().stored is None
