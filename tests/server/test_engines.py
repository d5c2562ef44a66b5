"""What a DATABASE_URL of PostgreSQL becomes, and how long its connection waits."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gateway.conf.engines import OF_THE_SERVER, database
from gateway.conf.postgresql import BoundedConnection, Silent
from ocpp_ws import silence

URL = "postgres://gateway:secret@localhost:5432/gateway"


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", OF_THE_SERVER),
        ("?options=-c%20synchronous_commit%3Doff", f"{OF_THE_SERVER} -c synchronous_commit=off"),
    ],
)
def test_options_of_the_url_come_beside_those_of_the_gateway(query: str, options: str) -> None:
    given: dict[str, Any] = database(f"{URL}{query}", Path("/"))["OPTIONS"]
    assert (given["options"], given["connect_timeout"]) == (options, 3)


def silent() -> Generator[int, int, None]:
    while True:
        yield 1


class Line(BoundedConnection):
    """Not connected to anything."""

    def __init__(self) -> None:
        pass

    def __del__(self) -> None:
        pass

    def close(self) -> None:
        self.given_up = True


@pytest.mark.parametrize("named", [{}, {"timeout": 7.0}], ids=["psycopg 3.2", "psycopg 3.3"])
@pytest.mark.parametrize("seconds", [None, 0.5])
def test_a_silent_server_is_given_up_with_each_psycopg(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, float], seconds: float | None
) -> None:
    given: list[Any] = []

    def wait(_: Any, gen: Generator[int, int, None], interval: float, **more: float) -> None:
        given.append(more)
        next(gen)
        for _ in range(100):
            gen.send(0)

    def of_before_3_3(line: Any, gen: Generator[int, int, None], interval: float) -> None:
        wait(line, gen, interval)

    monkeypatch.setattr(silence, "limit", lambda: seconds)
    monkeypatch.setattr(psycopg.Connection, "wait", wait if named else of_before_3_3)
    line = Line()
    if seconds is None:
        line.wait(silent(), 0.1, **named)
    else:
        with pytest.raises(Silent):
            line.wait(silent(), 0.1, **named)
        assert line.given_up
    assert given == [named]
