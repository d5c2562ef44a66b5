"""Charging profiles as operators see them: stored, installed, drawn."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.pages import schedule as drawing
from sessions_app.models import ChargingSession
from stations.admin.show import listing, page
from stations.models import ChargingProfile, ChargingStation, Command, InstalledProfile
from tests.admin.test_commanding import address, body
from tests.stations.profiles import profile, schedule, stored, told

FORM = {
    "name": "Cheap nights", "purpose": "TxDefaultProfile", "kind": "Recurring", "recurrency_kind": "Daily",
    "stack_level": "1", "valid_from_0": "", "valid_from_1": "", "valid_to_0": "", "valid_to_1": "",
    "charging_rate_unit": "A", "start_schedule_0": "2026-03-01", "start_schedule_1": "00:00:00", "duration": "86400",
    "min_charging_rate": "", "periods": "0:00 6\n 22:00  32.5 1 \n\n86000 16",
}  # fmt: skip
PERIODS = [
    {"startPeriod": 0, "limit": 6}, {"startPeriod": 79200, "limit": 32.5, "numberPhases": 1},
    {"startPeriod": 86000, "limit": 16},
]  # fmt: skip


def install(station: ChargingStation, **columns: Any) -> InstalledProfile:
    fields = {"connector_number": 0, "charging_profile_id": 7, "purpose": "TxDefaultProfile", "stack_level": 4}
    return InstalledProfile.objects.create(station=station, **{"profile": profile(), **fields, **columns})


def test_a_profile_is_added_in_plain_lines_and_read_again(operator: Client) -> None:
    operator.post(f"{listing(ChargingProfile)}add/", FORM)
    row = ChargingProfile.objects.get()
    assert row.schedule == schedule(duration=86400, chargingSchedulePeriod=PERIODS)
    html = body(operator.get(page(row)))
    assert "0:00 6\n22:00 32.5 1\n23:53:20 16" in html
    assert "TxDefaultProfile, recurring daily" in html
    assert '<polyline class="stroke-blue"' in html
    operator.post(page(row), FORM | {"periods": "0 10", "name": "Days"})
    row.refresh_from_db()
    assert (row.name, row.schedule["chargingSchedulePeriod"]) == ("Days", [{"startPeriod": 0, "limit": 10}])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"periods": "0:00 6 A"}, "periods"),
        ({"periods": "0:60 6"}, "periods"),
        ({"periods": "1:00 6"}, "periods"),
        ({"periods": "0 6\n0 7"}, "periods"),
        ({"periods": "0 6.55"}, "periods"),
        ({"periods": " "}, "periods"),
        ({"start_schedule_0": "", "start_schedule_1": ""}, "start_schedule"),
        ({"recurrency_kind": ""}, "recurrency_kind"),
        ({"valid_from_0": "2026-03-02", "valid_from_1": "00:00", "valid_to_0": "2026-03-01", "valid_to_1": "00:00"},
         "valid_to"),
    ],
)  # fmt: skip
def test_what_no_station_could_take_is_told_at_its_field(operator: Client, change: dict[str, str], field: str) -> None:
    response = operator.post(f"{listing(ChargingProfile)}add/", FORM | change)
    assert set(response.context["adminform"].form.errors) == {field}
    assert not ChargingProfile.objects.exists()


def test_who_may_only_look_sees_a_stored_profile_and_changes_nothing(looker: Client, night: ChargingProfile) -> None:
    assert "polyline" in body(looker.get(page(night)))
    assert looker.post(page(night), FORM).status_code == 403


def test_the_station_page_shows_what_is_installed_and_leads_to_its_end(
    operator: Client, looker: Client, station: ChargingStation, night: ChargingProfile
) -> None:
    now = timezone.now()
    install(station, stored=night, profile=profile(chargingSchedule=schedule(6, 32.5, 16)))
    install(station, connector_number=2, charging_profile_id=8, ends_at=now - timedelta(seconds=1))
    html = body(operator.get(page(station)))
    clear = f"{address(station, 'clear-charging-profile')}?id=7"
    for words in ("6 to 32.5 A", "16 A", ">over<", page(night), clear, listing(InstalledProfile)):
        assert words in html
    assert 'value="7"' in body(operator.get(clear))
    assert "6 to 32.5 A" in body(looker.get(page(station)))
    assert clear not in body(looker.get(page(station)))


def test_an_installed_profile_is_drawn(operator: Client, station: ChargingStation) -> None:
    assert "polyline" in body(operator.get(page(install(station))))


def test_a_limit_offers_the_units_that_the_station_takes(operator: Client, station: ChargingStation) -> None:
    told(station, ChargingScheduleAllowedChargingRateUnit="Power")
    html = body(operator.get(address(station, "limit")))
    assert '<option value="W"' in html
    assert '<option value="A"' not in html


def test_clearing_everything_is_asked_twice(operator: Client, offline: ChargingStation) -> None:
    assert "Are you sure?" in body(operator.post(address(offline, "clear-charging-profile"), {}))
    assert not Command.objects.exists()
    operator.post(address(offline, "clear-charging-profile"), {"confirmed": "1"})
    assert Command.objects.get().payload == {}


def test_a_stored_tx_profile_without_a_session_is_told_in_the_form(operator: Client, station: ChargingStation) -> None:
    assert "No charging profile is stored yet" in body(operator.get(address(station, "set-charging-profile")))
    form = {"profile": stored(purpose="TxProfile").pk, "connector_id": "1"}
    html = body(operator.post(address(station, "set-charging-profile"), form))
    assert "No transaction runs on connector 1 of CP_1" in html


def test_a_session_is_started_with_a_stored_profile(
    operator: Client, offline: ChargingStation, session: ChargingSession
) -> None:
    form = {"id_tag": "T", "stored": stored(purpose="TxProfile").pk}
    operator.post(address(offline, "start-transaction"), form)
    assert Command.objects.get().payload["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"


def answered(station: ChargingStation, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> Command:
    return Command.objects.create(
        station=station, action=action, payload=payload, actor="olga", state="answered", status=answer["status"],
        answer=answer, finished_at=timezone.now(),
    )  # fmt: skip


def test_a_composite_schedule_is_drawn_in_steps_with_its_table(operator: Client, station: ChargingStation) -> None:
    periods = [{"startPeriod": 0, "limit": 32}, {"startPeriod": 900, "limit": 8.5, "numberPhases": 1}]
    answer = {
        "status": "Accepted", "connectorId": 1, "scheduleStart": "2026-03-01T12:00:00Z",
        "chargingSchedule": {"duration": 3600, "chargingRateUnit": "A", "chargingSchedulePeriod": periods},
    }  # fmt: skip
    asked = {"connectorId": 1, "duration": 3600}
    command = answered(station, "GetCompositeSchedule", asked, answer)
    html = body(operator.get(page(command)))
    assert 'points="0.0,0.0 250.0,0.0 250.0,146.9 1000.0,146.9"' in html
    for words in ("Composite schedule of connector 1", "Limit, to 32 A per phase", "8.5 A per phase", "12:15"):
        assert words in html


@pytest.mark.parametrize(
    "told_schedule",
    [
        None, {}, {"chargingRateUnit": "A", "chargingSchedulePeriod": []},
        {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 9**9, "limit": 1}]},
    ],
)  # fmt: skip
def test_an_answer_without_a_schedule_is_shown_without_a_drawing(
    operator: Client, station: ChargingStation, told_schedule: Any
) -> None:
    answer = {"status": "Accepted", "chargingSchedule": told_schedule}
    command = answered(station, "GetCompositeSchedule", {"connectorId": 0, "duration": 60}, answer)
    assert "polyline" not in body(operator.get(page(command)))


@pytest.mark.parametrize(
    ("periods", "steps"),
    [
        ([(60, 2), (0, 1)], [(0, 60, 1), (60, 100, 2)]),
        ([(0, 1), (0, 2)], [(0, 100, 2)]),
        ([(-5, 1), (10, 2), (100, 3)], [(10, 100, 2)]),
        ([(0, float("inf")), (50, 4)], [(50, 100, 4)]),
        ([(0, "16"), ("0", 4)], []),
    ],
)
def test_odd_periods_of_a_station_are_drawn_as_far_as_they_make_sense(
    periods: list[tuple[Any, Any]], steps: list[tuple[int, int, float]]
) -> None:
    sent = [{"startPeriod": start, "limit": limit} for start, limit in periods]
    assert [(step.start, step.end, step.limit) for step in drawing.steps_of([*sent, None], 100)] == steps


@pytest.mark.parametrize(
    ("action", "payload", "status", "words"),
    [
        ("ClearChargingProfile", {}, "Unknown", "holds no such profile"),
        ("GetCompositeSchedule", {"connectorId": 9, "duration": 60}, "Rejected", "cannot tell it"),
        ("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile()}, "Accepted", "now and later"),
    ],
)
def test_the_page_of_a_command_says_what_the_answer_means(
    operator: Client, station: ChargingStation, action: str, payload: dict[str, Any], status: str, words: str
) -> None:
    assert words in body(operator.get(page(answered(station, action, payload, {"status": status}))))
