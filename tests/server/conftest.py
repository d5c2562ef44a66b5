"""The bare server, without Django, around the application in app.py."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Process

StartServer = Callable[..., "AppServer"]


class AppServer(Process):
    def __init__(self, log: Path, **limits: Any) -> None:
        super().__init__([sys.executable, "-m", "tests.server.app", json.dumps(limits)], log)
        self.port = int(self.wait_for(r"port (\d+)\n").group(1))
        self.http, self.ws = f"http://127.0.0.1:{self.port}", f"ws://127.0.0.1:{self.port}"


@contextmanager
def app_server(log: Path, **limits: Any) -> Iterator[AppServer]:
    server = AppServer(log, **limits)
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """With the limits as they are in service."""
    with app_server(tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture(scope="session")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """With limits of a second."""
    limits = {"ping_interval": 1.0, "ping_timeout": 1.0, "header_deadline": 1.0, "connect_timeout": 1.0}
    with app_server(tmp_path_factory.mktemp("hasty") / "log", **limits) as running:
        yield running


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """`start_server(drain=1.0)`: one that the test may end."""
    started: list[AppServer] = []

    def start(**limits: Any) -> AppServer:
        started.append(AppServer(tmp_path / f"log-{len(started)}", **limits))
        return started[-1]

    yield start
    for running in started:
        running.kill()
