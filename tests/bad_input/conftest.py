"""A gateway process on each database for the table of bad input, and stations in this process for the rest."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import engines
from tests.bad_input.wire import Link, Rows, cut_after, numbers
from tests.main_job.conftest import gateway_process, migrate
from tests.model.driver import driver
from tests.ocpp_ws.conftest import (  # noqa: F401 - fixtures
    _open_policy,
    closed_connections,
    transactional_db,
)
from tests.processes import Gateway

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
# B36: what a peer says first, and what it says then four times a second
SLOW: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "a word": (b"GET ", b""),
    "a line that drips": (b"GET /", b"x"),
    "a header that drips": (b"GET /CP_SLOW HTTP/1.1\r\nX: ", b"x"),
    "headers without end": (b"GET /CP_SLOW HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n", b"X: y\r\n"),
}
Opener = Callable[[str], Link]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cases of the table ran on which database (row B* of docs/reliability.md), and how many were right."""
    ran = {
        outcome: Counter(
            report.nodeid.partition("[")[2].partition("-")[0].rstrip("]")
            for report in terminalreporter.getreports(outcome)
            if report.when == "call" and "/test_table_b" in report.nodeid
        )
        for outcome in ("passed", "failed")
    }
    for name in sorted(ran["passed"] | ran["failed"]):
        right = ran["passed"][name]
        terminalreporter.write_line(f"MEASURED B*: {name}: {right} of {right + ran['failed'][name]} cases")


class Served:
    """A gateway with its database; SLOW handshakes began when it did."""

    def __init__(self, gateway: Gateway, rows: Rows, threads: ThreadPoolExecutor) -> None:
        self.gateway, self.rows, self.port = gateway, rows, gateway.port
        self.slow: dict[str, Future[tuple[bytes, float]]] = {
            name: threads.submit(cut_after, gateway.port, first, drip) for name, (first, drip) in SLOW.items()
        }


@pytest.fixture(scope="package", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The DATABASE_URL of a migrated PostgreSQL; empty: each gateway has a SQLite file of its own."""
    if request.param == "sqlite":
        yield ""
        return
    with engines.postgresql() as url:
        migrate(url)
        yield url


@pytest.fixture(scope="package")
def served(database: str, migrated_database: Path) -> Iterator[Served]:
    env = {"DATABASE_URL": database} if database else {}
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_process(migrated_database, **env))
        rows = Rows(database or f"sqlite:///{gateway.database}")
        stack.callback(rows.close)
        yield Served(gateway, rows, stack.enter_context(ThreadPoolExecutor(len(SLOW))))


@pytest.fixture(scope="package")
def choosy(database: str, migrated_database: Path) -> Iterator[Gateway]:
    """Knows its stations, and wants them to name their protocol."""
    env = {"DATABASE_URL": database} if database else {}
    options = {"STATION_POLICY": "known", "REQUIRE_SUBPROTOCOL": "1"}
    with gateway_process(migrated_database, **env, **options) as gateway:
        yield gateway


@pytest.fixture(scope="package")
def opened(served: Served) -> Iterator[Opener]:
    """`opened(cp_id)`: a link that lives as long as the gateway."""
    links: list[Link] = []

    def open_link(cp_id: str) -> Link:
        links.append(Link(served.gateway, served.rows, cp_id))
        return links[-1]

    yield open_link
    for link in links:
        link.close()


@pytest.fixture(scope="package")
def tolerant(opened: Opener) -> Link:
    return opened("CP_TOLERANT")


@pytest.fixture(scope="package")
def strict(opened: Opener, served: Served) -> Link:
    """A link of a station whose `strict` switch is on."""
    return reopened(opened, served, "CP_STRICT", "strict = TRUE")


def reopened(opened: Opener, served: Served, cp_id: str, columns: str) -> Link:
    """A station whose row says `columns` when it connects; its first link made the row."""
    opened(cp_id).close()
    served.gateway.wait_for(rf"\[{cp_id}\] Disconnected")
    served.rows(f"UPDATE stations_chargingstation SET {columns} WHERE cp_id = ?", cp_id)
    return opened(cp_id)


@pytest.fixture(scope="package")
def junk(opened: Opener) -> Callable[[], Link]:
    """A link that takes one more unreadable frame: ten a minute are borne."""
    current: list[Link] = []
    used = 9

    def link() -> Link:
        nonlocal used
        if used == 9:
            current[:], used = [opened(f"CP_JUNK_{next(numbers)}")], 0
        used += 1
        return current[0]

    return link


@pytest.fixture
def talk(_open_policy: None) -> Iterator[Callable[[str], str]]:  # noqa: F811
    """`talk(text)`: the answer to a frame of a station in this process; its link lives on at the end."""
    with driver() as driving:
        station = driving.connect("CP_FUZZ")
        yield lambda text: driving.run(station.ask(text))
        assert driving.run(station.lives())
