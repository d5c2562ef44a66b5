"""Filters, order and pages."""

from datetime import timedelta
from typing import Any

import pytest

from rfid.api.kit import pagination
from rfid.api.kit.filters import WindowedFilterSet
from rfid.models import RfidCard
from stations.models import StationGroup
from tests.api import rows
from tests.api.conftest import Api, attrs, problem


@pytest.fixture
def street(api: Api) -> None:
    RfidCard.objects.create(tag_id="TAG_A", holder="Ann", status="Blocked")
    RfidCard.objects.create(tag_id="TAG_B", valid_until=rows.START)
    a = rows.station("CP_A", online=True, vendor="Acme", site="North", last_seen_at=rows.START)
    b = rows.station("CP_B", registration="Pending", connectors=0)
    StationGroup.objects.create(name="Depot").stations.add(b)
    rows.session(a, id_tag="TAG_A", transaction_id=101, started_at=rows.START)
    rows.session(a, id_tag="TAG_B", transaction_id=102, connector_number=2, started_at=rows.START + timedelta(days=1))
    active = rows.session(b, transaction_id=103, status="active", started_at=rows.START + timedelta(days=2))
    rows.meter_values(active, 3)
    rows.meter_values(active, 1, measurand="SoC", phase="L1")
    rows.message(a, "BootNotification", unique_id="b-1", at=rows.START)
    rows.message(b, "Reset", direction="out", error_code="NotSupported", at=rows.START + timedelta(days=1))
    rows.command(a, actor="ann")
    rows.command(b, "timeout", action="UnlockConnector", actor="bob")
    rows.charging_profile("Night", stack_level=1)
    day = rows.charging_profile("Day", purpose="TxProfile", kind="Relative")
    rows.installed_profile(a, 11)
    rows.installed_profile(b, 12, connector_number=1, purpose="TxProfile", stored=day)
    rows.unknown_station("CP_X", user_agent="agent 1")
    rows.unknown_station("CP_Y", count=9, last_seen_at=rows.START + timedelta(days=1))
    rows.unknown_station("CP_A")
    rows.unknown_tag(a, "T_1")
    rows.unknown_tag(b, "T_2", last_seen_at=rows.START + timedelta(days=1))
    rows.unknown_tag(b, "tag_a")
    rows.reservation(a, 5, status="Used")
    rows.certificate(a, valid_to=None, serial_number="C3", state="missing")
    rows.certificate(a, valid_to=rows.START + timedelta(days=9), serial_number="B2", type="ChargePointCertificate")
    rows.certificate(b, serial_number="A1", subject="CN=other")
    rows.signing_request(a, subject="CN=SN-1")
    rows.signing_request(b, subject="CN=SN-2", state="accepted")
    rows.security_event(a, critical=True)
    rows.alert(a)
    rows.alert(a, kind="faulted", closed_at=rows.START)
    rows.security_event(None, type="UnknownIdentity", origin="gateway", received_at=rows.START + timedelta(days=1))
    rows.status_change(a)
    rows.status_change(a, "Faulted", connector_number=2, error_code="OtherError", vendor_error_code="E13")
    rows.status_change(b, "Preparing", received_at=rows.START + timedelta(days=1), outdated=True)
    rows.reservation(b, 6, expiry_date=rows.START + timedelta(days=1))


CASES = [
    ("stations", "cpId", ["CP_A", "CP_B"]),
    ("stations?ordering=-cpId", "cpId", ["CP_B", "CP_A"]),
    ("stations?cpId=cp_b", "cpId", ["CP_B"]),
    ("stations?group=depot", "cpId", ["CP_B"]),
    ("stations?group=other", "cpId", []),
    ("stations?online=true", "cpId", ["CP_A"]),
    ("stations?online=false", "cpId", ["CP_B"]),
    ("stations?registration=Pending", "cpId", ["CP_B"]),
    ("stations?vendor=acme&site=north", "cpId", ["CP_A"]),
    ("stations?connectorStatus=Available", "cpId", ["CP_A"]),
    ("stations?lastSeenAfter=2026-11-22T00:00:00Z", "cpId", ["CP_A"]),
    ("stations?search=acm", "cpId", ["CP_A"]),
    ("stations/connected/list", "cpId", ["CP_A"]),
    ("sessions", "transactionId", [103, 102, 101]),
    ("sessions?ordering=startedAt", "transactionId", [101, 102, 103]),
    ("sessions?ordering=-startedAt", "transactionId", [103, 102, 101]),
    ("sessions?status=active", "transactionId", [103]),
    ("sessions?status=completed&startedAfter=2026-11-23T00:00:00Z", "transactionId", [102]),
    ("sessions?startedBefore=2026-11-23T00:00:00Z", "transactionId", [101]),
    ("sessions?idTag=Tag_B", "transactionId", [102]),
    ("sessions?cpId=cp_a&connectorId=2", "transactionId", [102]),
    ("sessions?transactionId=101", "transactionId", [101]),
    ("sessions?search=tag_b", "transactionId", [102]),
    ("sessions?search=cp_b", "transactionId", [103]),
    ("sessions?search=102", "transactionId", [102]),
    ("sessions?search=nothing", "transactionId", []),
    ("sessions/station/cp_a", "transactionId", [102, 101]),
    ("sessions/station/cp_a?connectorId=1", "transactionId", [101]),
    ("rfid?ordering=-tagId", "tagId", ["TAG_B", "TAG_A"]),
    ("rfid?tagId=Tag_a", "tagId", ["TAG_A"]),
    ("rfid?status=Blocked", "tagId", ["TAG_A"]),
    ("rfid?validBefore=2027-01-01T00:00:00Z", "tagId", ["TAG_B"]),
    ("rfid?search=ann", "tagId", ["TAG_A"]),
    ("commands", "actor", ["bob", "ann"]),
    ("commands?ordering=createdAt", "actor", ["ann", "bob"]),
    ("commands?state=timeout", "actor", ["bob"]),
    ("commands?cpId=cp_a&action=Reset", "actor", ["ann"]),
    ("reservations", "reservationId", [6, 5]),
    ("reservations?ordering=expiryDate", "reservationId", [5, 6]),
    ("reservations?status=Used", "reservationId", [5]),
    ("reservations?search=cp_b", "reservationId", [6]),
    ("charging-profiles", "name", ["Day", "Night"]),
    ("charging-profiles?ordering=-stackLevel", "name", ["Night", "Day"]),
    ("charging-profiles?chargingProfilePurpose=TxProfile", "name", ["Day"]),
    ("charging-profiles?chargingProfileKind=Absolute&stackLevel=1", "name", ["Night"]),
    ("charging-profiles?search=nig", "name", ["Night"]),
    ("installed-profiles", "chargingProfileId", [12, 11]),
    ("installed-profiles?ordering=cpId", "chargingProfileId", [11, 12]),
    ("installed-profiles?cpId=cp_a", "chargingProfileId", [11]),
    ("installed-profiles?connectorId=1&chargingProfilePurpose=TxProfile", "chargingProfileId", [12]),
    ("installed-profiles?chargingProfileId=11", "cpId", ["CP_A"]),
    ("installed-profiles?storedProfile=999999", "cpId", []),
    ("unknown-stations", "cpId", ["CP_Y", "CP_X"]),
    ("unknown-stations?ordering=count", "cpId", ["CP_X", "CP_Y"]),
    ("unknown-stations?cpId=cp_x", "cpId", ["CP_X"]),
    ("unknown-stations?search=agent", "cpId", ["CP_X"]),
    ("unknown-stations?lastSeenAfter=2026-11-23T00:00:00Z", "cpId", ["CP_Y"]),
    ("unknown-tags", "tag", ["T_2", "T_1"]),
    ("unknown-tags?tag=t_1", "tag", ["T_1"]),
    ("unknown-tags?cpId=cp_b", "tag", ["T_2"]),
    ("unknown-tags?ordering=tag", "tag", ["T_1", "T_2"]),
    ("meter-values", "measurand", ["SoC", *["Energy.Active.Import.Register"] * 3]),
    ("meter-values?ordering=id&measurand=Energy.Active.Import.Register", "value", ["0", "1", "2"]),
    ("meter-values?sessionId=103&measurand=SoC", "phase", ["L1"]),
    ("meter-values?cpId=cp_b&phase=L1", "measurand", ["SoC"]),
    ("meter-values?sessionId=101", "value", []),
    ("messages", "action", ["Reset", "BootNotification"]),
    ("messages?ordering=id", "action", ["BootNotification", "Reset"]),
    ("messages?cpId=cp_a", "action", ["BootNotification"]),
    ("messages?action=Reset", "action", ["Reset"]),
    ("messages?direction=in", "action", ["BootNotification"]),
    ("messages?errorCode=NotSupported", "action", ["Reset"]),
    ("messages?after=2026-11-23T00:00:00Z", "action", ["Reset"]),
    ("messages?before=2026-11-23T00:00:00Z&ordering=id", "action", ["BootNotification"]),
    ("messages?uniqueId=b-1", "action", ["BootNotification"]),
    ("certificates", "serialNumber", ["A1", "B2", "C3"]),
    ("certificates?cpId=cp_a&state=installed", "serialNumber", ["B2"]),
    ("certificates?type=ChargePointCertificate", "serialNumber", ["B2"]),
    ("certificates?validToBefore=2026-11-23T00:00:00Z", "serialNumber", ["A1"]),
    ("certificates?search=other", "serialNumber", ["A1"]),
    ("signing-requests", "subject", ["CN=SN-2", "CN=SN-1"]),
    ("signing-requests?state=pending", "cpId", ["CP_A"]),
    ("signing-requests?cpId=cp_b&subject=sn", "state", ["accepted"]),
    ("status-changes", "status", ["Preparing", "Faulted", "Available"]),
    ("status-changes?ordering=id", "cpId", ["CP_A", "CP_A", "CP_B"]),
    ("status-changes?cpId=cp_a&connectorId=2", "vendorErrorCode", ["E13"]),
    ("status-changes?status=faulted&errorCode=othererror", "connectorId", [2]),
    ("status-changes?outdated=true", "cpId", ["CP_B"]),
    ("status-changes?after=2026-11-23T00:00:00Z", "cpId", ["CP_B"]),
    ("status-changes?before=2026-11-23T00:00:00Z", "status", ["Faulted", "Available"]),
    ("alerts", "kind", ["faulted", "offline"]),
    ("alerts?open=true", "kind", ["offline"]),
    ("alerts?open=false&cpId=cp_a", "kind", ["faulted"]),
    ("alerts?kind=offline", "closedAt", [None]),
    ("security-events", "type", ["UnknownIdentity", "ResetOrReboot"]),
    ("security-events?critical=true", "cpId", ["CP_A"]),
    ("security-events?origin=gateway", "cpId", [None]),
    ("security-events?type=resetorreboot&cpId=cp_a", "critical", [True]),
    ("security-events?after=2026-11-23T00:00:00Z", "type", ["UnknownIdentity"]),
    ("security-events?search=identity", "type", ["UnknownIdentity"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "member", "expected"), CASES, ids=[case[0] for case in CASES])
def test_list_gives_what_was_asked_for(street: None, api: Api, path: str, member: str, expected: list[Any]) -> None:
    assert [row[member] for row in api.results(f"/api/{path}")] == expected


REFUSED = [
    ("stations?online=zz", "online"),
    ("stations?blocked=zz", "blocked"),
    ("stations?ordering=secret", "ordering"),
    ("stations?lastSeenAfter=yesterday", "lastSeenAfter"),
    ("stations?page=zero", "page"),
    ("stations?pageSize=-1", "pageSize"),
    ("sessions?status=running", "status"),
    ("sessions?ordering=-energyWh", "ordering"),
    ("sessions?connectorId=1", "connectorId"),
    ("sessions?transactionId=99999999999999999999", "transactionId"),
    ("sessions?startedAfter=2026-11-22T00:00:00Z&ordering=-id", "ordering"),
    ("sessions?started_at=2026", "started_at"),
    ("rfid?status=blocked", "status"),
    ("commands?state=done", "state"),
    ("charging-profiles?chargingProfilePurpose=Night", "chargingProfilePurpose"),
    ("installed-profiles?storedProfile=one", "storedProfile"),
    ("meter-values?sessionId=one", "sessionId"),
    ("meter-values?page=2", "page"),
    ("messages?direction=up", "direction"),
    ("certificates?state=gone", "state"),
    ("signing-requests?state=open", "state"),
    ("security-events?critical=maybe", "critical"),
]


@pytest.mark.parametrize(("path", "name"), REFUSED, ids=[case[0] for case in REFUSED])
def test_parameter_that_is_not_understood_is_refused_by_name(api: Api, path: str, name: str) -> None:
    assert attrs(api.get(f"/api/{path}")) == {name}


def test_period_is_read_by_time_also_where_a_station_reported_late(api: Api) -> None:
    cp = rows.station()
    later = rows.session(cp, started_at=rows.START + timedelta(hours=2))
    reported_after = rows.session(cp, started_at=rows.START + timedelta(hours=1))
    assert [row["id"] for row in api.results("/api/sessions")] == [reported_after.pk, later.pk]
    period = api.results("/api/sessions?startedAfter=2026-11-22T00:00:00Z")
    assert [row["id"] for row in period] == [later.pk, reported_after.pk]


def test_pages_are_counted_and_linked(api: Api) -> None:
    for number in range(5):
        rows.station(f"CP_{number}")
    page = api.get("/api/stations?pageSize=2&page=2").json()
    assert (page["count"], [row["cpId"] for row in page["results"]]) == (5, ["CP_2", "CP_3"])
    assert page["previous"].endswith("/api/stations?pageSize=2")
    assert [row["cpId"] for row in api.get(page["next"]).json()["results"]] == ["CP_4"]
    problem(api.get("/api/stations?page=9"), 404, "not_found")


def test_page_size_has_an_upper_limit(api: Api) -> None:
    RfidCard.objects.bulk_create(RfidCard(tag_id=f"T{number}") for number in range(201))
    assert len(api.results("/api/rfid?pageSize=5000")) == 200


def test_big_table_is_counted_up_to_a_limit_only(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "COUNT_LIMIT", 3)
    cp = rows.station()
    for _ in range(3):
        rows.session(cp)
    assert api.get("/api/sessions?pageSize=1").json()["count"] == 3
    rows.session(cp)
    first = api.get("/api/sessions?pageSize=2").json()
    assert (first["count"], first["previous"]) == (None, None)
    last = api.get(first["next"]).json()
    assert (last["count"], last["next"], len(last["results"])) == (4, None, 2), "the last page knows the number"
    problem(api.get("/api/sessions?pageSize=2&page=3"), 404, "not_found")


@pytest.mark.parametrize("resource", ["meter-values", "messages", "messages?after=2020-01-01T00:00:00Z"])
def test_cursor_walks_through_everything_once(api: Api, resource: str) -> None:
    session = rows.session(rows.station())
    rows.meter_values(session, 5)
    for _ in range(5):
        rows.message(session.station)  # all at the same time
    seen: list[int] = []
    url = f"/api/{resource}{'&' if '?' in resource else '?'}pageSize=2"
    while url:
        page = api.get(url).json()
        assert "count" not in page
        url, seen = page["next"], seen + [row["id"] for row in page["results"]]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


def test_filter_without_index_looks_at_the_newest_and_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WindowedFilterSet, "WINDOW", 2)
    cp = rows.station()
    for action in ("BootNotification", "Heartbeat", "Heartbeat"):
        rows.message(cp, action)
    wide = api.get("/api/messages?action=BootNotification").json()
    assert (wide["results"], wide["searchedNewest"]) == ([], 2)
    narrow = api.get("/api/messages?action=BootNotification&cpId=CP_1").json()
    assert len(narrow["results"]) == 1
    assert "searchedNewest" not in narrow
