"""A station that sends any text over a real socket, and what the gateway keeps of it."""

import itertools
import json
import socket
import sqlite3
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
from websockets import Subprotocol
from websockets.sync.client import connect

from tests.processes import Gateway
from tests.server.raw import handshake

SECONDS = 20.0
numbers = itertools.count(1)


class Rows:
    """The gateway's database, seen from outside; parameters are written `?`."""

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith("sqlite:///")
        self.connection: Any = (
            sqlite3.connect(url.removeprefix("sqlite:///"), timeout=SECONDS, isolation_level=None)
            if self.sqlite
            else psycopg.connect(url, autocommit=True)
        )

    def __call__(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql if self.sqlite else sql.replace("?", "%s"), parameters)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        self.connection.close()


def from_json(value: Any) -> Any:
    """A JSON column: SQLite gives its text."""
    return json.loads(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Kept:
    """A row of the message log."""

    unique_id: str
    action: str
    payload: Any
    error_code: str


class Link:
    """One socket of a station; every question also asks whether the link still lives."""

    def __init__(self, gateway: Gateway, rows: Rows, cp_id: str) -> None:
        self.until_closed = ExitStack()
        connecting = connect(f"{gateway.ws}/{cp_id}", subprotocols=[Subprotocol("ocpp1.6")], max_size=None)
        self.socket = self.until_closed.enter_context(connecting)
        self.rows, self.cp_id = rows, cp_id
        ((self.station_id,),) = rows("SELECT id FROM stations_chargingstation WHERE cp_id = ?", cp_id)

    def ask(self, *texts: str) -> list[str]:
        """Everything the gateway sends until it has answered the Heartbeat that follows these texts."""
        self.probe = f"probe-{next(numbers)}"
        for text in (*texts, json.dumps([2, self.probe, "Heartbeat", {}])):
            self.socket.send(text)
        answers: list[str] = []
        while True:
            answer = self.socket.recv(timeout=SECONDS)
            assert isinstance(answer, str)
            kind, unique_id, *rest = json.loads(answer)
            if unique_id == self.probe:
                assert (kind, list(rest[0])) == (3, ["currentTime"])
                return answers
            answers.append(answer)

    def kept(self) -> list[Kept]:
        """What the message log holds of the last question; nobody waits for all of it, so wait for its Heartbeat."""
        found = "SELECT id FROM ocpp_ws_ocppmessage WHERE station_id = ? AND unique_id = ?"
        deadline = time.monotonic() + SECONDS
        while not (last := self.rows(found, self.station_id, self.probe)):
            assert time.monotonic() < deadline, "the Heartbeat is not logged"
            time.sleep(0.002)  # a row has no event to wait for
        before = self.rows(
            "SELECT max(id) FROM ocpp_ws_ocppmessage WHERE station_id = ? AND id < ? AND unique_id LIKE ?",
            self.station_id, last[0][0], "probe-%",
        )  # fmt: skip
        between = self.rows(
            "SELECT unique_id, action, payload, error_code FROM ocpp_ws_ocppmessage"
            " WHERE station_id = ? AND id > ? AND id < ? ORDER BY id",
            self.station_id, before[0][0] or 0, last[0][0],
        )  # fmt: skip
        return [Kept(unique_id, action, from_json(payload), code) for unique_id, action, payload, code in between]

    def quirks(self) -> set[str]:
        return {kind for (kind,) in self.rows("SELECT kind FROM stations_quirk WHERE station_id = ?", self.station_id)}

    def close(self) -> None:
        self.until_closed.close()


@dataclass(frozen=True)
class Answer:
    """To a handshake: its status, its headers in lower case, and the socket behind it."""

    status: int
    headers: dict[str, str]
    rest: socket.socket


def knock(port: int, path: str, *headers: str, connection: str = "Connection: Upgrade") -> Answer:
    """A raw handshake; close `rest`."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    peer.sendall(handshake(path, *filter(None, [connection]), *headers))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = peer.recv(1)
        assert byte, head
        head += byte
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Answer(int(status.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}, peer)


def exactly(peer: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = peer.recv(count - len(data))
        assert more, "the gateway ended the connection without a close frame"
        data += more
    return data


def close_code(peer: socket.socket) -> int:
    """Of the close frame that comes, whatever comes before it."""
    while True:
        first, length = exactly(peer, 2)
        if length == 126:
            length = int.from_bytes(exactly(peer, 2), "big")
        payload = exactly(peer, length)
        if first & 15 == 8:
            return int.from_bytes(payload[:2], "big")


def cut_after(port: int, first: bytes, drip: bytes) -> tuple[bytes, float]:
    """Open a connection, send `first`, then `drip` four times a second; what comes, and after how many seconds."""
    begun, got = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=0.25) as peer:
        peer.sendall(first)
        while time.monotonic() - begun < SECONDS:
            try:
                if not (more := peer.recv(1000)):
                    break
                got += more
            except TimeoutError:
                if drip:
                    peer.sendall(drip)
            except ConnectionResetError:
                break
    return got, time.monotonic() - begun
