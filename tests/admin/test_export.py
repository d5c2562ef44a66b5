"""Lists as CSV: the rows that the list shows, and all of them."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_app.exports import chunks
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.show import listing
from stations.admin.tables import EndlessAdmin
from stations.models import ChargingStation

SESSIONS = "/admin/sessions_app/chargingsession/export/"
VALUES = "/admin/sessions_app/metervalue/export/"


def table(client: Client, address: str) -> list[dict[str, str]]:
    response: Any = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def more(session: ChargingSession, count: int) -> None:
    """Ended sessions of another station, an hour apart."""
    other = ChargingStation.objects.create(cp_id="CP_2")
    for n in range(count):
        at = datetime(2026, 11, 5, n, tzinfo=UTC)
        ChargingSession.objects.create(
            id=session.pk + 1 + n, transaction_id=100 + n, station=other, connector_number=1, meter_start=0,
            meter_stop=n * 1000, started_at=at, started_as_sent=str(n), start_received_at=at, status="completed",
            id_tag="=cmd", id_tag_key="=cmd", authorization="Accepted", flags=["no_energy", "odd"], stopped_at=at,
        )  # fmt: skip


def test_a_session_is_told_in_local_time_and_exact_wh(
    operator: Client, session: ChargingSession, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    more(session, 1)
    newest, oldest = table(operator, SESSIONS)
    assert newest["startedAt (Europe/Berlin)"] == "2026-11-05 01:00:00"
    assert (newest["idTag"], newest["flags"], newest["energyWh"]) == ("'=cmd", "no_energy odd", "0")
    assert (oldest["id"], oldest["cpId"], oldest["energyWh"]) == ("1700000000000", "CP_1", "2500")


@pytest.mark.parametrize("query", ["", "station__id__exact={cp_2}", "started_at_from=2026-11-05", "q=%3Dcmd"])
def test_chunks_join_without_a_gap_or_a_repetition(
    operator: Client, session: ChargingSession, monkeypatch: Any, query: str
) -> None:
    more(session, 5)
    ChargingSession.objects.filter(transaction_id__in=(101, 102, 103)).update(
        started_at=datetime(2026, 11, 5, tzinfo=UTC)
    )
    monkeypatch.setattr(chunks, "SIZE", 2)
    query = query.format(cp_2=ChargingStation.objects.get(cp_id="CP_2").pk)
    shown = operator.get(f"{listing(ChargingSession)}?{query}").context["cl"].result_list
    assert [int(row["id"]) for row in table(operator, f"{SESSIONS}?{query}&p=1")] == [one.pk for one in shown]


def test_the_lists_button_takes_its_filters_along(operator: Client, session: ChargingSession) -> None:
    html = operator.get(listing(ChargingSession, status__exact="active", p="1")).content.decode()
    assert f'href="{SESSIONS}?status__exact=active"' in html


def test_an_export_filters_once(operator: Client, session: ChargingSession) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(table(operator, f"{SESSIONS}?q={session.station.cp_id}")) == 1
    assert sum('FROM "stations_chargingstation"' in query["sql"] for query in asked) == 1


def test_an_export_reads_all_rows_where_the_list_reads_the_newest(
    operator: Client, session: ChargingSession, monkeypatch: Any
) -> None:
    monkeypatch.setattr(EndlessAdmin, "WINDOW", 1)
    at = session.started_at
    for n in range(3):
        MeterValue.objects.create(
            station=session.station, session=session, timestamp=at, sampled_at=at, received_at=at, value="-1.50",
            digest=n, measurand="SoC", unit="=x",
        )  # fmt: skip
    query = "?measurand=SoC"
    assert len(operator.get(listing(MeterValue) + query).context["cl"].result_list) == 1
    operator.get(listing(MeterValue))  # shows what the list had to say
    rows = table(operator, VALUES + query)
    assert [(row["value"], row["unit"]) for row in rows] == [("-1.50", "'=x")] * 3
    assert "Looked through" not in operator.get(listing(MeterValue)).content.decode()


def test_who_may_not_look_may_not_export(db: None, looker: Client) -> None:
    assert table(looker, SESSIONS) == table(looker, VALUES) == []
    client = Client()
    client.force_login(User.objects.create_user("nora", is_staff=True))
    for address in (SESSIONS, VALUES, "/admin/rfid/rfidcard/export/"):
        assert client.get(address).status_code == 403


def test_a_filter_that_makes_no_sense_leads_back_to_the_list(operator: Client) -> None:
    assert operator.get(f"{SESSIONS}?station__id__exact=x")["Location"] == listing(ChargingSession)
