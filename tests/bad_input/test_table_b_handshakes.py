"""Reliability 1.5, the rows about the handshake: who gets in, who does not, and what they are told."""

import re

import pytest

from tests.bad_input.conftest import SLOW, Served
from tests.bad_input.wire import Answer, Link, close_code, knock, numbers
from tests.processes import Gateway
from tests.protocol.test_bad_input import row
from tests.server.raw import frame as ws

OCPP = "Sec-WebSocket-Protocol: ocpp1.6"


def refused(port: int, path: str, *headers: str) -> Answer:
    """Closed at once; the connection may not be of use any more."""
    answer = knock(port, path, *headers)
    answer.rest.close()
    return answer


@pytest.mark.parametrize(
    "path",
    row(
        "B32",
        ("/CP%2F1",),
        ("/CP%2f..%2f1",),
        ("/..",),
        ("/%2e%2e",),
        ("/.",),
        ("/CP%00",),
        ("/CP%0a%5bforged%5d",),
        ("/CP%7f",),
        ("/CP%E2%80%AE1",),  # U+202E
        ("/" + "x" * 49,),
        ("/" + "%C3%BC" * 49,),
        ("/CP%zz",),
        ("/CP%",),
        ("/CP%4",),
        ("/CP%ed%a0%80",),
        ("/%20",),
        ("/",),
    ),
)
def test_an_identity_that_cannot_be_one_gets_400(served: Served, path: str) -> None:
    assert refused(served.port, path, OCPP).status == 400


@pytest.mark.parametrize(
    ("path", "cp_id"),
    row(
        "B32-legal",
        ("/CP%20one", "CP one"),
        ("/CP:1", "CP:1"),
        ("/%D0%A1%D0%9F", "СП"),
        ("/" + "x" * 48, "x" * 48),
        ("/ocpp/1.6/DEPOT-7", "DEPOT-7"),
        ("/DEPOT-8/", "DEPOT-8"),
        ("/%2541", "%41"),  # decoded once
        ("/CP%ff", "CPÿ"),  # no UTF-8
        ("/CP\xe9", "CPé"),  # not even escaped
        ("/CP\xc3\xa9\xc3\xa9", "CPéé"),
    ),
)
def test_an_odd_identity_is_taken_as_it_is(served: Served, path: str, cp_id: str) -> None:
    assert refused(served.port, path, OCPP).status == 101
    assert served.rows("SELECT count(*) FROM stations_chargingstation WHERE cp_id = ?", cp_id) == [(1,)]


@pytest.mark.parametrize(
    "path", row("B33", ("/NOBODY",), ("/nobody%20either",), ("/ocpp/NOBODY",), ("/%D0%A1",), ("/'%20OR%201=1%20--",))
)
def test_a_stranger_gets_404_where_stations_are_known(choosy: Gateway, path: str) -> None:
    assert refused(choosy.port, path, OCPP).status == 404


@pytest.mark.parametrize(
    "path", row("B33-reserved", ("/admin/CP",), ("/api/CP",), ("/ws/",), ("/static/x",), ("/metrics",))
)
def test_a_path_that_is_no_stations_gets_404(served: Served, path: str) -> None:
    assert refused(served.port, path, OCPP).status == 404


@pytest.mark.parametrize(
    "offered", row("B34", ("ocpp0.1",), ("ocpp2.0.1",), ("ocpp1.5, ocpp1.2",), ("ocpp1.60",), ("soap",), ("ocpp1.6.1",))
)
def test_other_protocols_complete_the_handshake_without_one_and_are_closed(served: Served, offered: str) -> None:
    answer = knock(served.port, f"/CP_{next(numbers)}", f"Sec-WebSocket-Protocol: {offered}")
    with answer.rest:
        assert answer.status == 101
        assert "sec-websocket-protocol" not in answer.headers
        assert close_code(answer.rest) == 1002


NO_OFFERS = row("B35", (), ("Sec-WebSocket-Protocol:",), ("Sec-WebSocket-Protocol: ",), ("Sec-WebSocket-Protocol: ,",),
                ("Sec-WebSocket-Protocol:,,", "Sec-WebSocket-Protocol:"))  # fmt: skip


@pytest.mark.parametrize("headers", [pytest.param(one.values, id=one.id) for one in NO_OFFERS])
def test_who_offers_no_protocol_speaks_1_6(served: Served, choosy: Gateway, headers: tuple[str, ...]) -> None:
    cp_id = f"CP_{next(numbers)}"
    answer = knock(served.port, f"/{cp_id}", *headers)
    with answer.rest:
        assert answer.status == 101
        assert "sec-websocket-protocol" not in answer.headers
        answer.rest.sendall(ws(1, b'[2,"beat","Heartbeat",{}]'))
        assert b'[3,"beat",' in answer.rest.recv(1000)
    served.gateway.wait_for(rf"\[{cp_id}\] Disconnected")
    link = Link(served.gateway, served.rows, cp_id)
    assert "no-subprotocol" in link.quirks()
    link.close()
    assert refused(choosy.port, f"/{cp_id}", *headers).status == 400


@pytest.mark.parametrize(
    ("connection", "header", "quirks"),
    [
        ("", OCPP, {"no-connection-header"}),
        ("Connection: Upgrade", OCPP, set()),
        ("Connection: Upgrade", "Gateway-Connection-Added: 1", {"no-subprotocol"}),  # only the server says that
    ],
)
def test_a_handshake_without_connection_is_let_in_and_counted(
    served: Served, connection: str, header: str, quirks: set[str]
) -> None:
    cp_id = f"CP_{next(numbers)}"
    answer = knock(served.port, f"/{cp_id}", header, connection=connection)
    with answer.rest:
        assert answer.status == 101
    served.gateway.wait_for(rf"\[{cp_id}\] Disconnected")
    link = Link(served.gateway, served.rows, cp_id)
    assert link.quirks() == quirks
    link.close()


@pytest.mark.parametrize(
    "header",
    row(
        "B37",
        *((f"X-Odd: a{byte}b",) for byte in "\x0b\x0c\x1c\x1d\x1e\x00"),
        ("Sec-WebSocket-Protocol: ocpp1.6\x0bX-Forged: 1",),
        ("X-O\x0bdd: a",),
    ),
)
def test_control_characters_in_a_header_get_400(served: Served, header: str) -> None:
    assert refused(served.port, "/CP_HEADER", OCPP, header).status == 400


@pytest.mark.parametrize("name", [pytest.param(name, id=f"B36-{name}") for name in SLOW])
def test_a_slow_handshake_is_cut_after_ten_seconds(served: Served, name: str) -> None:
    got, seconds = served.slow[name].result(timeout=30)
    assert got.startswith(b"HTTP/1.1 408")
    assert 9 < seconds < 15


def test_nothing_of_all_that_was_our_own_fault(served: Served, choosy: Gateway) -> None:
    for gateway in (served.gateway, choosy):
        assert not re.search(r"Traceback|\[(error|critical) *\]|Unhandled", gateway.log), gateway.log[-8000:]
