"""A running gateway, an operator's browser, and stations in threads of their own: playwright's calls block."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.engines import chromium
from tests.main_job.conftest import gateway_process
from tests.processes import Gateway, manage
from tests.station import Station, station

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def gateway(migrated_database: Path) -> Iterator[Gateway]:
    with gateway_process(migrated_database) as running:
        yield running


@pytest.fixture(scope="module")
def password(gateway: Gateway) -> str:
    out = manage("first_admin", DATABASE_URL=f"sqlite:///{gateway.database}").stdout
    found = re.search(r"^\s+password\s+(\S+)", out, re.MULTILINE)
    assert found, out
    return found[1]


@pytest.fixture
def page(gateway: Gateway, password: str) -> Iterator[Page]:
    """A logged-in operator; no console error and no request to another host may happen."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1400, "height": 900}, base_url=gateway.http)
        tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda sent: complaints.append(sent.url) if foreign(sent.url, gateway) else None)
        tab.goto("/")
        tab.fill("#id_username", "admin")
        tab.fill("#id_password", password)
        with tab.expect_navigation():
            tab.click("button[type=submit]")
        yield tab
        browser.close()
    # ReDoc's bundle wants its maker's logo; the page's Content-Security-Policy stops that before it leaves
    assert not [complaint for complaint in complaints if "cdn.redoc.ly" not in complaint]


def foreign(url: str, gateway: Gateway) -> bool:
    return not url.startswith((gateway.http, "data:", "blob:"))


class Played:
    """A station that does one thing after the other; `start` does not wait for it."""

    def __init__(self, cp: Station, loop: asyncio.AbstractEventLoop) -> None:
        self._cp, self._loop = cp, loop

    def start(self, action: Callable[[Station], Awaitable[Any]]) -> "Future[Any]":
        async def act() -> Any:
            return await action(self._cp)

        return asyncio.run_coroutine_threadsafe(act(), self._loop)

    def do(self, action: Callable[[Station], Awaitable[Any]]) -> Any:
        return self.start(action).result(20)

    def send(self, action: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.do(lambda cp: cp.send(action, payload))
        return answer


@contextmanager
def playing(gateway: Gateway, cp_id: str) -> Iterator[Played]:
    """A station that has booted."""
    ready: Future[Played] = Future()

    async def play() -> None:
        async with station(gateway.ws, cp_id) as cp:
            await cp.boot()
            ready.set_result(Played(cp, asyncio.get_running_loop()))
            await asyncio.to_thread(over.wait)

    over = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(play(),))
    thread.start()
    try:
        yield ready.result(20)
    finally:
        over.set()
        thread.join()
