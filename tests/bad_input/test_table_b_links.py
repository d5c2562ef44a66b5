"""Reliability 1.5, the rows about the link itself: what ends it and with which code, and what it bears."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.bad_input.conftest import Opener, Served, reopened
from tests.bad_input.wire import Link, close_code, knock, numbers
from tests.protocol.examples import BOOT, NOW, START, STATUS, STOP, frame
from tests.protocol.test_bad_input import row

TEXT, BINARY, CONTINUATION, CLOSE, PING = 1, 2, 0, 8, 9
LIMIT = 4 * 1024 * 1024


def ws(opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """A WebSocket frame of any size (RFC 6455 5.2); the mask is zero."""
    size = len(payload)
    short = size if size < 126 else 126 if size < 65536 else 127
    longer = b"" if short < 126 else struct.pack("!H" if short == 126 else "!Q", size)
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode, (0x80 if masked else 0) | short])
    return head + longer + (b"\0\0\0\0" if masked else b"") + payload


@contextmanager
def raw_link(served: Served) -> Iterator[tuple[socket.socket, str]]:
    """An accepted handshake of a new station, and its identity."""
    cp_id = f"CP_RAW_{next(numbers)}"
    answer = knock(served.port, f"/{cp_id}", "Sec-WebSocket-Protocol: ocpp1.6")
    with answer.rest:
        assert answer.status == 101
        yield answer.rest, cp_id


def comes_back(served: Served, cp_id: str) -> Link:
    """The station is not locked out: its next link is served."""
    served.gateway.wait_for(rf"\[{cp_id}\] Disconnected")
    link = Link(served.gateway, served.rows, cp_id)
    assert link.ask() == []
    link.close()
    return link


@pytest.mark.parametrize(
    "data",
    row(
        "B25",
        (ws(BINARY),),
        (ws(BINARY, b'[2,"id-1","Heartbeat",{}]'),),
        (ws(BINARY, bytes(range(256))),),
        (ws(BINARY, b"x" * 100_000),),
        (ws(BINARY, b"[2,", fin=False) + ws(PING) + ws(CONTINUATION, b'"id-1","Heartbeat",{}]'),),
    ),
)
def test_a_binary_message_ends_the_link(served: Served, data: bytes) -> None:
    with raw_link(served) as (peer, cp_id):
        peer.sendall(data)
        assert close_code(peer) == 1003
    comes_back(served, cp_id)


HEARTBEAT = b'[2,"id-1","Heartbeat",{}]'


@pytest.mark.parametrize(
    ("data", "code"),
    row(
        "B26",
        (ws(TEXT, b'[2,"\xff","Heartbeat",{}]'), 1007),
        (ws(TEXT, b'[2,"\xed\xa0\x80","Heartbeat",{}]'), 1007),  # half a surrogate pair
        (ws(TEXT, b"[2,\xe2\x82", fin=False) + ws(CONTINUATION, b"]"), 1007),
        (ws(TEXT, HEARTBEAT, masked=False), 1002),
        (ws(TEXT, HEARTBEAT, reserved=4), 1002),
        (ws(TEXT, HEARTBEAT, reserved=7), 1002),
        (ws(3, HEARTBEAT), 1002),
        (ws(15), 1002),
        (ws(CONTINUATION, HEARTBEAT), 1002),
        (ws(PING, b"x" * 126), 1002),
        (ws(PING, fin=False), 1002),
        (ws(TEXT, b"[2", fin=False) + ws(TEXT, HEARTBEAT), 1002),
    ),
)
def test_frames_against_the_rules_of_websocket_end_the_link(served: Served, data: bytes, code: int) -> None:
    with raw_link(served) as (peer, cp_id):
        peer.sendall(data)
        assert close_code(peer) == code
    comes_back(served, cp_id)


@pytest.mark.parametrize(
    "data",
    row(
        "B27",
        (ws(TEXT, b"x" * (LIMIT + 1)),),
        (ws(TEXT, b"x" * LIMIT, fin=False) + ws(CONTINUATION, b"x"),),
        (ws(TEXT, b"x" * LIMIT, fin=False) + ws(CONTINUATION, b"x" * LIMIT, fin=False),),
        (bytes([0x81, 0xFF]) + struct.pack("!Q", 2**40) + b"\0\0\0\0",),
        (bytes([0x81, 0xFF]) + struct.pack("!Q", 2**62) + b"\0\0\0\0" + b"x" * 1000,),
    ),
)
def test_a_message_that_is_too_big_ends_the_link_and_shows_on_the_station(served: Served, data: bytes) -> None:
    with raw_link(served) as (peer, cp_id):
        peer.sendall(data)
        assert close_code(peer) == 1009
    assert "oversize" in comes_back(served, cp_id).quirks()


def days_stop(samples: int) -> dict[str, Any]:
    sampled = {"value": "123456.7", "context": "Sample.Periodic", "measurand": "Power.Active.Import", "unit": "W"}
    return {**STOP, "transactionData": [{"timestamp": NOW, "sampledValue": [sampled]}] * samples}


@pytest.mark.parametrize(
    "text",
    row(
        "B27-legal",
        (frame("StopTransaction", days_stop(17_280), "a day"),),
        (frame("DataTransfer", {"vendorId": "V", "data": "x" * (LIMIT - 100)}, "4 MiB"),),
        (frame("DataTransfer", {"vendorId": "V", "data": "x" * 1_100_000}, "more than 1 MiB"),),
        ((frame("Heartbeat", {}, "blanks")).ljust(LIMIT),),
    ),
)
def test_a_message_of_four_mebibytes_is_taken(tolerant: Link, text: str) -> None:
    (answer,) = tolerant.ask(text)
    assert json.loads(answer)[0] == 3


@pytest.fixture(scope="package")
def pending(opened: Opener, served: Served) -> Link:
    return reopened(opened, served, "CP_PENDING", "registration = 'Pending'")


@pytest.fixture(scope="package")
def rejected(opened: Opener, served: Served) -> Link:
    return reopened(opened, served, "CP_REJECTED", "registration = 'Rejected'")


@pytest.mark.parametrize(
    ("action", "payload"),
    row(
        "B29",
        ("StatusNotification", STATUS),
        ("Authorize", {"idTag": "A"}),
        ("StartTransaction", START),
        ("StopTransaction", STOP),
        ("DataTransfer", {"vendorId": "V"}),
    ),
)
def test_a_call_before_acceptance_is_refused_and_kept(
    pending: Link, rejected: Link, action: str, payload: dict[str, Any]
) -> None:
    for link in (pending, rejected):
        text = frame(action, payload, f"early-{action}")
        link.socket.send(text)
        kind, _, code, _, details = json.loads(link.socket.recv(timeout=20))
        assert (kind, code, details) == (4, "SecurityError", {})
        link.socket.send(frame("BootNotification", BOOT, f"boot-{next(numbers)}"))
        assert json.loads(link.socket.recv(timeout=20))[2]["status"] in ("Pending", "Rejected")
        kept = link.rows(
            "SELECT error_code, payload FROM ocpp_ws_ocppmessage WHERE station_id = ? AND unique_id = ?",
            link.station_id, f"early-{action}",
        )  # fmt: skip
        assert [code for code, _ in kept] == ["SecurityError"]


@pytest.mark.parametrize("count", row("B30", (2,), (10,), (64,), (65,), (200,), (1000,)))
def test_calls_that_do_not_wait_for_their_answers_get_them_in_order(tolerant: Link, count: int) -> None:
    ids = [f"pipelined-{next(numbers)}" for _ in range(count)]
    calls = [
        frame("StatusNotification", STATUS, one) if n % 3 else frame("Heartbeat", {}, one) for n, one in enumerate(ids)
    ]
    assert [json.loads(answer)[1] for answer in tolerant.ask(*calls)] == ids


HOSTILE = ["<script>alert(1)</script>", "'; DROP TABLE stations_chargingstation; --", "{{7*7}}", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("vendor", row("B31", *((text,) for text in (*HOSTILE, "\u202egpj.exe", "%s%n%(asctime)s"))))
def test_hostile_text_is_data(tolerant: Link, vendor: str) -> None:
    (answer,) = tolerant.ask(frame("BootNotification", {**BOOT, "chargePointVendor": vendor}, f"boot-{next(numbers)}"))
    assert json.loads(answer)[2]["status"] == "Accepted"
    stored = tolerant.rows("SELECT vendor FROM stations_chargingstation WHERE id = ?", tolerant.station_id)
    assert stored == [(vendor,)]


def test_more_than_ten_unreadable_frames_a_minute_end_the_link(served: Served) -> None:
    with raw_link(served) as (peer, cp_id):
        peer.sendall(ws(TEXT, b"junk") * 11)
        assert close_code(peer) == 1008
    comes_back(served, cp_id)


def test_answers_to_nothing_do_not_end_the_link(opened: Opener) -> None:
    link = opened("CP_ORPHANS")
    assert link.ask(*[f'[3,"nobody-{number}",{{}}]' for number in range(50)]) == []
