import logging
from typing import Any

import pytest

from rfid.models import RfidCard
from tests.api import rows
from tests.api.conftest import Api, problem


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/nothing/", "/api/admin", "/api/admin/CP_1/explode", "/api/rfid/a/b/c"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_path_is_a_problem_document_for_everybody(api: Api, path: str, method: str) -> None:
    problem(api.send(method, path, headers={"accept": "text/html"}), 404, "not_found")


def test_what_http_can_refuse_is_a_problem_document(api: Api) -> None:
    problem(api.send("DELETE", "/api/stations"), 405, "method_not_allowed")
    problem(api.send("POST", "/api/rfid", b'{"tagId": '), 400, "parse_error")
    problem(api.send("POST", "/api/rfid", b'{"tagId": NaN}'), 400, "parse_error")
    problem(api.get("/api/stations", headers={"accept": "image/png"}), 406, "not_acceptable")


def test_foreign_content_type_is_415(staff: Any) -> None:
    staff.handler.enforce_csrf_checks = False
    problem(staff.post("/api/rfid", b"<a/>", content_type="text/xml"), 415, "unsupported_media_type")


def test_our_own_failure_is_500_without_details(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows.station()
    monkeypatch.setattr(RfidCard.objects, "all", lambda: 1 / 0)
    monkeypatch.setattr("rfid.api.cards.CardViewSet.queryset", None)
    with caplog.at_level(logging.ERROR, "gateway.api"):
        answer = problem(api.get("/api/rfid"), 500, "internal_error")
    assert "Error" not in answer["detail"]
    (record,) = [one for one in caplog.records if one.name == "gateway.api"]
    assert answer["requestId"] in record.getMessage()
    assert record.exc_info, "the traceback is in the log"


def test_member_name_that_is_no_text_is_refused_like_any_other(api: Api) -> None:
    answer = problem(api.send("POST", "/api/rfid", b'{"tagId": "A", "\\ud800": 1}'), 400, "invalid")
    assert answer["errors"][0]["code"] == "unknown"


@pytest.mark.parametrize(
    "path", ["rfid/%00", "stations/a%00", "sessions/station/%00", "sessions/%00", "admin/%00/reset"]
)
def test_path_that_no_database_keeps_is_404(api: Api, path: str) -> None:
    problem(api.send("GET" if "admin" not in path else "POST", f"/api/{path}", {}), 404, "not_found")


@pytest.mark.parametrize("tag", [b"\\ud800", b"\\u0000"])
def test_text_that_no_database_keeps_is_refused(api: Api, tag: bytes) -> None:
    problem(api.send("POST", "/api/rfid", b'{"tagId": "%s"}' % tag), 400, "invalid")
