"""Lists as CSV: Accept: text/csv on sessions and meter values."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from rfid.api.kit.filters import WindowedFilterSet
from sessions_app.exports import CsvAnswer, chunks
from tests.api import rows
from tests.api.conftest import Api, problem

CSV = {"accept": "text/csv"}


def lines(response: Any) -> list[dict[str, str]]:
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode(), newline="")))


@pytest.fixture
def three(api: Api) -> None:
    a, b = rows.station("CP_A"), rows.station("CP_B")
    for number, station in enumerate((a, a, b), start=1):
        at = rows.START + timedelta(days=number)
        rows.session(station, transaction_id=number, started_at=at, id_tag="@sum", meter_start=-5, meter_stop=10)
    rows.meter_values(rows.session(b, transaction_id=4, started_at=rows.START), 3, measurand="SoC")


@pytest.mark.usefixtures("three")
def test_csv_has_the_members_of_the_json(api: Api) -> None:
    for address in ("/api/sessions", "/api/meter-values"):
        told = lines(api.get(address, headers=CSV))
        (member, *_rest) = api.results(address)
        assert list(told[0]) == list(member)
        same = {name: value for name, value in member.items() if not isinstance(value, str | bool | list | None)}
        assert {name: told[0][name] for name in same} == {name: str(value) for name, value in same.items()}


@pytest.mark.usefixtures("three")
def test_text_that_is_a_formula_is_made_harmless_and_numbers_stay(api: Api) -> None:
    told = lines(api.get("/api/sessions?transactionId=1", headers=CSV))[0]
    assert (told["idTag"], told["meterStart"], told["energyWh"]) == ("'@sum", "-5", "15")
    assert (told["startedAt"], told["stopInferred"]) == ("2026-11-23T10:00:00Z", "false")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "transactions"),
    [
        ("", "4 3 2 1"),
        ("?ordering=startedAt", "4 1 2 3"),
        ("?ordering=-startedAt,id", "3 2 1 4"),
        ("?startedAfter=2026-11-24T00:00:00Z", "3 2"),
        ("?cpId=cp_a", "2 1"),
        ("/station/CP_B", "4 3"),
        ("?format=csv&cpId=CP_B", "4 3"),
    ],
)
def test_filters_and_order_hold_over_all_chunks(api: Api, monkeypatch: Any, query: str, transactions: str) -> None:
    monkeypatch.setattr(chunks, "SIZE", 1)
    assert [
        row["transactionId"] for row in lines(api.get(f"/api/sessions{query}", headers=CSV))
    ] == transactions.split()


@pytest.mark.usefixtures("three")
def test_meter_values_are_all_looked_through(api: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr(WindowedFilterSet, "WINDOW", 1)
    assert len(api.results("/api/meter-values?measurand=SoC")) == 1
    told = lines(api.get("/api/meter-values?measurand=SoC&ordering=id", headers=CSV))
    assert [row["value"] for row in told] == sorted(row["value"] for row in told)
    assert len(told) == 3


@pytest.mark.parametrize("query", ["page=2", "pageSize=10", "cursor=x", "measurnd=SoC", "cpId="])
def test_a_parameter_that_would_be_ignored_is_refused(api: Api, query: str) -> None:
    answer = api.get(f"/api/meter-values?{query}", headers=CSV)
    if query == "cpId=":
        assert lines(answer) == []
    else:
        problem(answer, 400, "invalid")


def test_only_lists_are_csv(api: Api) -> None:
    rows.session(rows.station(), transaction_id=7)
    assert api.get("/api/sessions/7", headers=CSV).status_code == 406
    assert api.get("/api/rfid", headers=CSV).status_code == 406


def test_head_makes_nothing(rf: RequestFactory) -> None:
    """Server and test client throw away what is made for it, and would still have it made."""
    answer = CsvAnswer(rf.head("/"), "sessions", iter([b"x"]))
    assert b"".join(answer.streaming_content) == b""  # type: ignore[arg-type]
    assert answer["Content-Disposition"] == 'attachment; filename="sessions.csv"'


@pytest.mark.usefixtures("three")
def test_nothing_is_read_before_it_is_sent(api: Api, monkeypatch: Any) -> None:
    """Constant memory: a chunk is asked for when the one before it has gone."""
    monkeypatch.setattr(chunks, "SIZE", 1)
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        content = iter(api.get("/api/sessions", headers=CSV).streaming_content)  # type: ignore[attr-defined]
        next(content)
        assert asked == []
        for n in (1, 2):
            next(content)
            assert len(asked) == n
    assert not any("OFFSET" in sql for sql in asked)


async def test_the_answer_is_streamed_to_the_server(rf: RequestFactory) -> None:
    """Django would gather all of a plain iterator before it sends any of it."""
    gone: list[bytes] = []

    def made() -> Iterator[bytes]:
        for n in range(3):
            assert len(gone) == n
            yield b"x"

    async for part in CsvAnswer(rf.get("/"), "x", made()):
        gone.append(part)
    assert gone == [b"x"] * 3


def test_openapi_tells_of_both_formats(api: Api) -> None:
    paths = api.get("/api/schema?format=json").json()["paths"]
    for path in ("/api/sessions", "/api/sessions/station/{cpId}", "/api/meter-values"):
        content = paths[path]["get"]["responses"]["200"]["content"]
        assert set(content) == {"application/json", "text/csv"}
        assert content["text/csv"]["schema"] == {"type": "string"}
        assert "results" in str(content["application/json"]) or "Paginated" in str(content["application/json"])
