"""The message log: what is found in it, what comes by itself, and who sees it."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gateway.pages.tail import KEPT_SECONDS, MOST, Cursor
from ocpp_ws.models import OcppMessage
from sessions_app.exports import chunks
from sessions_app.models import ChargingSession
from stations.admin.show import listing, page
from stations.admin.tables import EndlessAdmin
from stations.models import ChargingStation, Command
from tests.api import rows

TAIL = reverse("admin:ocpp_ws_ocppmessage_tail")
EXPORT = "/admin/ocpp_ws/ocppmessage/export/"
START = Cursor(0, 0, 0)


def message(station: ChargingStation, **values: Any) -> OcppMessage:
    now = timezone.now()
    told = {"direction": "in", "unique_id": "u", "action": "MeterValues", "answer": {}, "at": now, "answered_at": now}
    return OcppMessage.objects.create(station=station, epoch=1, **(told | values))


def found(client: Client, **parameters: Any) -> list[OcppMessage]:
    return list(client.get(listing(OcppMessage, **parameters)).context["cl"].result_list)


def lines(response: Any) -> list[OcppMessage]:
    return [line["message"] for line in response.context["tail"]["lines"]]


def cursor_of(response: Any) -> str:
    return str(response.context["tail"]["next"]).split("cursor=")[1]


@pytest.mark.parametrize(
    ("outcome", "row"),
    [
        ("result", {"status": ""}),
        ("error", {"error_code": "FormationViolation", "answer": None}),
        ("open", {"answered_at": None, "answer": None, "direction": "out"}),
        ("Rejected", {"status": "Rejected"}),
        ("Faulted", {"status": "Faulted", "action": "StatusNotification"}),
    ],
)
def test_messages_are_found_by_their_outcome(
    operator: Client, station: ChargingStation, outcome: str, row: dict[str, Any]
) -> None:
    wanted = message(station, **row)
    message(station, **({"error_code": "InternalError"} if outcome == "result" else {}))
    assert found(operator, outcome=outcome) == [wanted]


def test_every_word_that_ocpp_has_for_an_outcome_is_offered(operator: Client) -> None:
    page = operator.get(reverse("admin:ocpp_ws_ocppmessage_changelist")).content.decode()
    for word in ("Accepted", "ConcurrentTx", "SuspendedEVSE", "AcceptedCanceled", "UploadFailure", "UnlockFailed"):
        assert f'"{word}"' in page


def test_a_session_has_its_own_messages_and_not_its_neighbours(
    operator: Client, station: ChargingStation, session: ChargingSession
) -> None:
    stopped, asked = timezone.now(), timezone.now() - timedelta(hours=1)
    session.command = Command.objects.create(station=station, action="RemoteStartTransaction", sent_at=asked)
    session.stop_received_at = stopped
    session.save()
    elsewhere = ChargingStation.objects.create(cp_id="CP_2")
    message(station, transaction_id=78)
    message(station, action="Heartbeat", at=session.start_received_at)
    message(elsewhere, transaction_id=77)
    mine = [
        message(station, transaction_id=77),
        message(station, action="StartTransaction", at=session.start_received_at),
        message(station, action="StopTransaction", transaction_id=-1, at=stopped),
        message(station, action="RemoteStartTransaction", direction="out", at=asked),
    ]
    for term in (session.pk, 77):
        assert found(operator, session=term) == mine[::-1]
    for term in ("79", "x", "-1", "9" * 30):
        assert found(operator, session=term) == []


def test_a_sessions_id_comes_before_anothers_transaction_id(
    operator: Client, station: ChargingStation, session: ChargingSession
) -> None:
    message(station, transaction_id=session.transaction_id)
    rows.session(station, id=session.transaction_id, transaction_id=500)
    mine = message(station, transaction_id=500)
    assert mine in found(operator, session=session.transaction_id)


def test_messages_are_found_by_the_minute(operator: Client, station: ChargingStation, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    row = message(station, at=datetime(2026, 11, 5, 13, 5, 40, tzinfo=UTC))  # 14:05:40 there
    day = {"at_from_0": "05/11/2026", "at_to_0": "05/11/2026"}
    for at in ({}, {"at_from_1": "14:05", "at_to_1": "14:05"}, {"at_to_1": "14:05:40"}, {"at_from_1": "nonsense"}):
        assert found(operator, **day, **at) == [row]
    for at in ({"at_from_1": "14:06"}, {"at_to_1": "14:04"}, {"at_to_1": "14:05:39"}):
        assert found(operator, **day, **at) == []
    assert found(operator, at_from_1="14:06") == [row], "a time of no day"


def test_the_tail_brings_each_new_line_once(operator: Client, station: ChargingStation) -> None:
    first = message(station)
    response = operator.get(TAIL, {"cursor": Cursor.begin([first.pk], first.pk)})
    assert lines(response) == []
    new = [message(station), message(station)]
    response = operator.get(TAIL, {"cursor": cursor_of(response)})
    assert lines(response) == new[::-1]
    assert lines(operator.get(TAIL, {"cursor": cursor_of(response)})) == []


def test_a_row_that_is_committed_after_a_later_one_is_not_missed(operator: Client, station: ChargingStation) -> None:
    message(station, pk=10)
    response = operator.get(TAIL, {"cursor": Cursor.begin([10], 10)})
    late = message(station, pk=20)
    response = operator.get(TAIL, {"cursor": cursor_of(response)})
    early = message(station, pk=15)
    response = operator.get(TAIL, {"cursor": cursor_of(response)})
    assert lines(response) == [early], "and not the later one again"
    assert late not in lines(operator.get(TAIL, {"cursor": cursor_of(response)}))


def test_a_row_that_is_committed_just_after_the_page_was_made_is_not_missed(
    operator: Client, station: ChargingStation
) -> None:
    shown = [message(station, pk=pk).pk for pk in (10, 20)]
    late = message(station, pk=15)
    assert lines(operator.get(TAIL, {"cursor": Cursor.begin(shown, 20)})) == [late]


def test_a_cursor_forgets_what_is_older_than_two_turns() -> None:
    cursor = Cursor(0, 0, turned=100).advanced([7, 5], 101)
    assert (cursor.after, cursor.seen) == (0, {5, 7})
    once = cursor.advanced([9], 100 + KEPT_SECONDS)
    twice = once.advanced([], once.turned + KEPT_SECONDS)
    assert (once.after, once.mark, twice.after, twice.seen) == (0, 9, 9, frozenset())
    assert Cursor.parse(str(once)) == once


def test_a_flood_is_cut_to_its_newest_lines(operator: Client, station: ChargingStation) -> None:
    rows = [message(station) for _ in range(MOST + 5)]
    response = operator.get(TAIL, {"cursor": START})
    assert lines(response) == rows[: -MOST - 1 : -1]
    assert lines(operator.get(TAIL, {"cursor": cursor_of(response)})) == []


def test_the_tail_obeys_the_filters_of_the_list(operator: Client, station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    message(other, status="Faulted")
    message(station)
    faulted = message(station, status="Faulted")
    filters = {"station__id__exact": station.pk, "outcome": "Faulted", "cursor": START}
    response = operator.get(TAIL, filters)
    assert lines(response) == [faulted]
    assert "line-red" in response.content.decode()
    assert "outcome=Faulted" in response.context["tail"]["next"]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.2.3.x", "-1.2.3", "1.2." + "9" * 19])
def test_what_is_no_cursor_is_refused(operator: Client, station: ChargingStation, cursor: str) -> None:
    assert operator.get(TAIL, {"cursor": cursor}).status_code == 400
    assert operator.get(TAIL, {"cursor": START, "nonsense": 1}).status_code == 400


def test_a_look_for_new_lines_costs_three_queries(
    operator: Client, station: ChargingStation, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        message(station)
    with django_assert_num_queries(3):  # login session, user, lines with their stations
        operator.get(TAIL, {"cursor": START, "outcome": "result"})


def test_the_list_follows_what_comes_unless_it_shows_the_past(operator: Client, station: ChargingStation) -> None:
    message(station)
    assert TAIL in operator.get(listing(OcppMessage)).content.decode()
    for past in ({"p": 2}, {"at_to_0": "05/11/2026"}):
        assert TAIL not in operator.get(listing(OcppMessage, **past)).content.decode()


def test_a_message_is_shown_as_the_frames_that_it_was(operator: Client, station: ChargingStation) -> None:
    row = message(station, action="Reset", direction="out", payload={"type": "Soft"}, answer={"status": "Rejected"})
    fragment = reverse("admin:ocpp_ws_ocppmessage_frames", args=[row.pk])
    for address in (page(row), fragment):
        html = operator.get(address).content.decode()
        assert "&quot;Reset&quot;" in html
        assert "CALLRESULT" in html
        assert "&quot;status&quot;: &quot;Rejected&quot;" in html
    refused = message(station, error_code="FormationViolation", answer=None, payload={"raw": "<b>"})
    html = operator.get(page(refused)).content.decode()
    assert "CALLERROR" in html
    assert "&lt;b&gt;" in html
    silent = message(station, answered_at=None, answer=None)
    assert "CALLRESULT" not in operator.get(page(silent)).content.decode()


def test_a_message_leads_to_its_session(operator: Client, session: ChargingSession) -> None:
    row = message(session.station, transaction_id=77)
    assert page(session) in operator.get(page(row)).content.decode()


def exported(client: Client, address: str) -> str:
    response: Any = client.get(address)
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_the_filtered_list_goes_out_as_csv_that_is_no_formula(
    operator: Client, station: ChargingStation, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    message(station)
    at = datetime(2026, 11, 5, 13, 5, tzinfo=UTC)
    told = {"unique_id": "=1+1", "payload": {"idTag": "=A1"}, "answer": {"status": "Rejected"}, "status": "Rejected"}
    message(station, at=at, answered_at=at + timedelta(milliseconds=40), **told)
    [row] = csv.DictReader(StringIO(exported(operator, f"{EXPORT}?outcome=Rejected"), newline=""))
    assert (row["cpId"], row["uniqueId"], row["latencyMs"]) == ("CP_1", "'=1+1", "40")
    assert row["at (Europe/Berlin)"] == "2026-11-05 14:05:00"
    assert json.loads(row["payload"]) == {"idTag": "=A1"}


def test_the_filtered_list_goes_out_as_json_lines(operator: Client, station: ChargingStation, monkeypatch: Any) -> None:
    monkeypatch.setattr(EndlessAdmin, "WINDOW", 1)
    monkeypatch.setattr(chunks, "SIZE", 2)
    rows = [message(station, transaction_id=n, error_code="GenericError") for n in range(5)]
    message(station)
    silent = message(station, answered_at=None, answer=None, error_code="GenericError")
    lines = [json.loads(line) for line in exported(operator, f"{EXPORT}json/?outcome=error").splitlines()]
    assert [line["id"] for line in lines] == [silent.pk, *(row.pk for row in rows[::-1])]
    assert (lines[0]["answer"], lines[0]["latencyMs"], lines[1]["answer"]) == (None, None, {})
    assert lines[1]["at"].endswith("Z")


def test_the_list_leads_to_its_exports(operator: Client, station: ChargingStation) -> None:
    html = operator.get(listing(OcppMessage, outcome="error")).content.decode()
    for address in (EXPORT, f"{EXPORT}json/"):
        assert f'href="{address}?outcome=error"' in html


def test_who_may_not_see_messages_sees_none_of_them(station: ChargingStation) -> None:
    row = message(station)
    client = Client()
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    fragment = reverse("admin:ocpp_ws_ocppmessage_frames", args=[row.pk])
    for address in (f"{TAIL}?cursor={START}", fragment, listing(OcppMessage), page(row), EXPORT, f"{EXPORT}json/"):
        assert client.get(address).status_code in (302, 403)
