"""Whatever the server refuses ends the run with one sentence that says what and why."""

import asyncio
import http
from typing import Any

import pytest
from ocpp.exceptions import InternalError
from ocpp.v16 import call_result
from ocpp.v16.datatypes import IdTagInfo

from ocpp_ws.test_client.errors import Refused
from ocpp_ws.test_client.fleet import run_fleet
from ocpp_ws.test_client.options import Options, fleet
from ocpp_ws.test_client.progress import Progress
from ocpp_ws.test_client.start import run_station
from tests.test_client.csms import Csms, running_csms

pytestmark = pytest.mark.asyncio


async def refusal(**options: Any) -> str:
    with pytest.raises(Refused) as caught:
        await run_station(Options(**{"fast": True, "timeout": 5, **options}), Progress())
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


async def test_connection_refused_names_the_url_and_the_way_out(unused_tcp_port: int) -> None:
    sentence = await refusal(url=f"ws://localhost:{unused_tcp_port}")
    assert sentence == (
        f"Could not connect to ws://localhost:{unused_tcp_port}/CP_TEST_001 (connection refused): "
        "is the server running? make run"
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Unknown charge point.\n", "Unknown charge point."),
        ('{"title": "Not found", "detail": "CP_X is not registered."}', "CP_X is not registered."),
        ("<html><head><title>x</title></head><body><p>No such\nstation</p></body></html>", "No such station"),
    ],
)
async def test_handshake_status_comes_with_the_sentence_of_its_body(body: str, sentence: str) -> None:
    async with running_csms(process_request=lambda link, _: link.respond(http.HTTPStatus.NOT_FOUND, body)) as csms:
        said = await refusal(url=csms.url, cp_id="RDAM 123")
    assert said == f"{csms_url(said)} refused the handshake with HTTP 404: {sentence}"
    assert "/RDAM%20123 " in said


def csms_url(sentence: str) -> str:
    return sentence.split(" ", 1)[0]


async def test_subprotocol_not_agreed() -> None:
    async with running_csms(subprotocols=None) as csms:
        assert (await refusal(url=csms.url)).endswith("/CP_TEST_001 did not agree to the subprotocol ocpp1.6")


async def test_a_server_that_does_not_speak_websocket() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert " did not speak WebSocket: " in await refusal(url=f"ws://127.0.0.1:{port}")


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_boot_not_accepted(csms: Csms, status: str) -> None:
    csms.bend["BootNotification"] = lambda _: call_result.BootNotification("2026-01-01T00:00:00Z", 30, status)
    assert await refusal(url=csms.url) == f"BootNotification was answered {status} (interval 30 s)"


async def test_authorize_not_accepted(csms: Csms) -> None:
    csms.bend["Authorize"] = lambda _: call_result.Authorize(IdTagInfo("Blocked"))
    assert await refusal(url=csms.url) == "Authorize was answered Blocked for RFID_001"
    assert not csms.said("StartTransaction")


async def test_a_refused_start_is_still_stopped_as_deauthorized(csms: Csms) -> None:
    csms.bend["StartTransaction"] = lambda _: call_result.StartTransaction(77, IdTagInfo("ConcurrentTx"))
    assert await refusal(url=csms.url) == "StartTransaction was answered ConcurrentTx for RFID_001"
    [stop] = csms.said("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (77, "DeAuthorized")
    assert "idTag" not in stop
    assert csms.statuses() == ["Available", "Preparing", "Finishing", "Available"]


@pytest.mark.parametrize("action", ["BootNotification", "StatusNotification", "MeterValues", "StopTransaction"])
async def test_call_error_gives_its_code_and_text(csms: Csms, action: str) -> None:
    def fail(_: dict[str, Any]) -> None:
        raise InternalError("The disk\nis full.")

    csms.bend[action] = fail
    assert await refusal(url=csms.url) == f"{action} was answered with CALLERROR InternalError: The disk is full."


async def test_call_error_with_an_unknown_code(csms: Csms) -> None:
    class Teapot(InternalError):
        code = "Teapot"

    def fail(_: dict[str, Any]) -> None:
        raise Teapot("short and stout")

    csms.bend["Authorize"] = fail
    assert await refusal(url=csms.url) == "Authorize was answered with CALLERROR Teapot: short and stout"


async def test_an_answer_against_the_schema(csms: Csms) -> None:
    async def answer(_: dict[str, Any]) -> None:
        await csms.link.socket.send(f'[3,"{csms.frames[-1].unique_id}",{{"status":"Accepted"}}]')
        await csms.over.wait()

    csms.bend["Authorize"] = answer
    assert (await refusal(url=csms.url)).startswith("Authorize was answered against the schema: ")


async def test_no_answer(csms: Csms) -> None:
    csms.bend["Authorize"] = lambda _: csms.over.wait()
    assert await refusal(url=csms.url, timeout=0.2) == "Authorize: no answer within 0.2 s"


async def test_the_server_closes_the_connection(csms: Csms) -> None:
    csms.bend["Authorize"] = lambda _: csms.link.socket.close(1012, "restarting")
    assert await refusal(url=csms.url) == "The server closed the connection (1012 restarting)"


async def test_one_failure_among_many_is_reported_and_the_others_finish(csms: Csms) -> None:
    def authorize(given: dict[str, Any]) -> Any:
        return call_result.Authorize(IdTagInfo("Invalid" if given["id_tag"] == "BAD" else "Accepted"))

    csms.bend["Authorize"] = authorize
    stations = fleet(Options(url=csms.url, fast=True), 3, ["RFID_001", "BAD", "RFID_003"])
    journals, failures = await run_fleet(stations, Progress())
    assert failures == ["CP_TEST_002: Authorize was answered Invalid for BAD"]
    assert len(journals) == 2
