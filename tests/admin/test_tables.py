"""What may be changed, what may be found, and what the longest tables cost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations import doorbell
from stations.admin.show import listing, page
from stations.admin.tables import EndlessAdmin
from stations.models import (
    Certificate,
    ChargingStation,
    Command,
    Connector,
    ConnectorStatusChange,
    InstalledProfile,
    Quirk,
    Reservation,
    SecurityEvent,
    SigningRequest,
)

FORM = {"registration": "Accepted", "pings": "auto", "authentication": "none", "unknown_tags": "default"}
READ_ONLY = [
    Connector, Reservation, Command, Quirk, ChargingSession, MeterValue, OcppMessage, Certificate, SigningRequest,
    SecurityEvent, InstalledProfile, ConnectorStatusChange,
]  # fmt: skip
ENDLESS = [ChargingSession, MeterValue, OcppMessage, Command, ConnectorStatusChange]


@pytest.mark.usefixtures("hostile_rows")
@pytest.mark.parametrize("table", READ_ONLY)
def test_read_only_tables_refuse_every_change(operator: Client, table: Any) -> None:
    row = table.objects.first()
    assert operator.get(f"{listing(table)}add/").status_code == 403
    assert operator.post(f"{listing(table)}add/", {"station": row.station_id}).status_code == 403
    assert operator.post(page(row), {"station": row.station_id}).status_code == 403
    assert operator.post(page(row).replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    operator.post(listing(table), bulk)
    assert table.objects.filter(pk=row.pk).exists()


@pytest.mark.usefixtures("hostile_rows")
@pytest.mark.parametrize("table", ENDLESS)
def test_long_list_costs_four_queries_and_counts_nothing(operator: Client, table: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert operator.get(listing(table)).status_code == 200
    # session, user, the sidebar's faulted connectors, the rows with what they point to
    assert len(queries) == 4
    counted = [q["sql"] for q in queries if "COUNT(" in q["sql"] and "stations_connector" not in q["sql"]]
    assert counted == []


@pytest.mark.parametrize("table", ENDLESS)
def test_facets_cannot_make_a_long_list_count(operator: Client, table: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        operator.get(listing(table, _facets="True"))
    assert len(queries) == 4


@pytest.mark.usefixtures("hostile_rows")
def test_home_page_costs_eight_queries(operator: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(8):
        operator.get("/admin/")


def test_station_page_costs_sixteen_queries(
    operator: Client, station: ChargingStation, session: ChargingSession, django_assert_num_queries: Any
) -> None:
    operator.get(page(station))  # Django remembers content types from the first page on
    with django_assert_num_queries(16):
        operator.get(page(station))


def found(client: Client, address: str) -> list[Any]:
    return list(client.get(address).context["cl"].result_list)


def test_session_is_found_by_either_id_by_tag_and_by_station(operator: Client, session: ChargingSession) -> None:
    for term in (session.pk, 77, "Tag", "cp_1"):
        assert found(operator, listing(ChargingSession, q=term)) == [session]
    assert found(operator, listing(ChargingSession, q="9" * 30)) == []


def test_the_history_of_statuses_is_narrowed_by_station_status_and_day(
    operator: Client, station: ChargingStation
) -> None:
    noon = datetime(2026, 11, 5, 12, tzinfo=UTC)
    told = {"connector_number": 1, "timestamp": noon, "received_at": noon}
    other = ChargingStation.objects.create(cp_id="CP_2")
    rows = [
        ConnectorStatusChange.objects.create(station=one, status=status, **told)
        for one, status in [(station, "Available"), (station, "Faulted"), (other, "Faulted")]
    ]
    assert found(operator, listing(ConnectorStatusChange, station__id__exact=station.pk)) == rows[1::-1]
    assert found(operator, listing(ConnectorStatusChange, status="Faulted")) == rows[:0:-1]
    assert found(operator, listing(ConnectorStatusChange, q="cp_2")) == rows[2:]
    assert found(operator, listing(ConnectorStatusChange, received_at_from="06/11/2026")) == []
    assert found(operator, listing(ConnectorStatusChange, received_at_to="05/11/2026")) == rows[::-1]


def test_day_range_takes_both_days_whole_in_the_operators_notation(operator: Client, session: ChargingSession) -> None:
    ChargingSession.objects.update(started_at=datetime(2026, 11, 5, 23, 59, tzinfo=UTC))
    for day in ("2026-11-05", "05/11/2026"):
        both = {"started_at_from": day, "started_at_to": day}
        assert found(operator, listing(ChargingSession, **both)) == [session]
    for outside in ({"started_at_from": "06/11/2026"}, {"started_at_to": "04/11/2026"}):
        assert found(operator, listing(ChargingSession, **outside)) == []


@pytest.mark.usefixtures("hostile_rows")
def test_search_without_an_index_looks_at_the_newest_rows_and_says_so(operator: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(EndlessAdmin, "WINDOW", 1)
    newest = OcppMessage.objects.order_by("-pk").first()
    assert found(operator, listing(OcppMessage, outcome="error")) == [newest]
    assert "Looked through the newest 1 rows" in operator.get(listing(OcppMessage, outcome="error")).content.decode()
    oldest = OcppMessage.objects.order_by("pk")[0]
    in_its_station = listing(OcppMessage, outcome="error", station__id__exact=oldest.station_id)
    assert found(operator, in_its_station) == [oldest]


def test_days_are_listed_by_time_unless_rows_have_to_be_read(operator: Client) -> None:
    def order(**parameters: str) -> str:
        return (
            operator.get(listing(OcppMessage, at_from_0="2020-01-01", **parameters))
            .context["cl"]
            .queryset.query.order_by[0]
        )

    assert order() == "-at"
    assert order(outcome="error") == "-pk"


@pytest.mark.usefixtures("hostile_rows")
def test_connected_stations_can_be_listed(operator: Client, station: ChargingStation) -> None:
    assert found(operator, listing(ChargingStation, online="yes")) == [station]
    assert station not in found(operator, listing(ChargingStation, online="no"))


def test_link_columns_and_identity_of_a_station_cannot_be_set(operator: Client, station: ChargingStation) -> None:
    form = {"cp_id": "OTHER", "epoch": 9, "owner": "me", "name": "North", "registration": "Pending", "pings": "off"}
    form |= {"authentication": "none", "key_hash": "mine", "security_profile": 3, "unknown_tags": "accept"}
    assert operator.post(page(station), form).status_code == 302
    station.refresh_from_db()
    assert (station.name, station.pings, station.unknown_tags) == ("North", "off", "accept")
    assert station.registration == "Accepted", "that is decided on a page of its own"
    assert (station.cp_id, station.epoch, station.owner) == ("CP_1", 1, "")
    assert (station.key_hash, station.security_profile) == ("", 0)


def test_a_saved_form_rings_the_process_that_holds_the_link(
    operator: Client, station: ChargingStation, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[doorbell.Message] = []
    ChargingStation.objects.update(channel="here")
    doorbell.move_in(doorbell.Inbox("here", rung.append))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            operator.post(page(station), FORM | {"strict": "on"})
    finally:
        doorbell.move_in(None)
    assert ChargingStation.objects.get().strict
    assert rung == [{"type": "station.changed", "station": station.pk}]


def test_what_others_write_while_the_form_is_saved_stays(operator: Client, station: ChargingStation) -> None:
    """A link that opens, a key that the station has taken, another operator's decision."""
    written = {
        "epoch": 2, "owner": "there", "channel": "inbox", "registration": "Rejected", "key_hash": "sha256$1$1",
        "pending_key_hashes": ["sha256$2$2"], "security_profile": 2, "firmware": "1.1",
    }  # fmt: skip

    def opens(**_: Any) -> None:
        ChargingStation.objects.update(**written)

    pre_save.connect(opens, sender=ChargingStation)
    try:
        assert operator.post(page(station), FORM | {"name": "North"}).status_code == 302
    finally:
        pre_save.disconnect(opens, sender=ChargingStation)
    assert ChargingStation.objects.values("name", *written).get() == {"name": "North"} | written


def test_station_with_a_history_cannot_be_deleted(operator: Client) -> None:
    known = ChargingStation.objects.create(cp_id="CP_1", epoch=1)
    mistake = ChargingStation.objects.create(cp_id="CP_TYPO")
    for one in (known, mistake):
        operator.post(f"/admin/stations/chargingstation/{one.pk}/delete/", {"post": "yes"})
    assert list(ChargingStation.objects.all()) == [known]


@pytest.mark.parametrize(
    ("table", "field", "first", "again"), [(RfidCard, "tag_id", "Ab", "aB"), (ChargingStation, "cp_id", "CP_1", "cp_1")]
)
def test_same_name_in_another_case_is_told_in_the_form(
    operator: Client, table: Any, field: str, first: str, again: str
) -> None:
    table.objects.create(**{field: first})
    response = operator.post(
        f"{listing(table)}add/", {field: again, "status": "Active", "registration": "Accepted", "max_sessions": 1}
    )
    assert "upper and lower case are the same" in response.content.decode()
    assert table.objects.count() == 1


def test_cards_are_blocked_and_activated_from_the_list(operator: Client) -> None:
    card = RfidCard.objects.create(tag_id="TAG")
    for action, status in (("block", "Blocked"), ("activate", "Active")):
        operator.post(listing(RfidCard), {"action": action, "_selected_action": card.pk})
        card.refresh_from_db()
        assert card.status == status


def test_looker_may_not_block_a_card(looker: Client) -> None:
    card = RfidCard.objects.create(tag_id="TAG")
    looker.post(listing(RfidCard), {"action": "block", "_selected_action": card.pk})
    card.refresh_from_db()
    assert card.status == "Active"
