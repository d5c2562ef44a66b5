"""An operator in chromium, against a running gateway and a station: sees it, commands it, finds its session."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.processes import Gateway
from tests.station import Station, station

pytestmark = pytest.mark.browser
START = {"connectorId": 1, "idTag": "DRIVER", "meterStart": 1000, "timestamp": "2026-11-22T10:00:00Z"}


@contextmanager
def charging_station(gateway: Gateway, cp_id: str) -> Iterator[None]:
    """A station that charges and accepts every Reset, in a thread of its own: playwright's calls block."""
    ready, over = threading.Event(), threading.Event()

    async def serve_resets(cp: Station) -> None:
        while True:
            await cp.expect("Reset", {"status": "Accepted"})

    async def charge() -> None:
        async with station(gateway.ws, cp_id) as cp:
            await cp.boot()
            await cp.send("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"})
            await cp.send("StartTransaction", START)
            obedient = asyncio.create_task(serve_resets(cp))
            ready.set()
            await asyncio.to_thread(over.wait)
            obedient.cancel()

    thread = threading.Thread(target=asyncio.run, args=(charge(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_operator_sees_a_station_charge_and_resets_it(gateway: Gateway, page: Page) -> None:
    with charging_station(gateway, "CP_SHOWN"):
        page.goto("/admin/")
        page.get_by_role("link", name="CP_SHOWN").first.click()
        page.get_by_text("Charging").first.wait_for()
        page.get_by_role("link", name="Reset").click()
        page.get_by_label("Soft").check()
        page.get_by_role("button", name="Reset").click()
        page.get_by_text("Accepted").first.wait_for()


def test_operator_finds_the_session_and_its_messages(gateway: Gateway, page: Page) -> None:
    with charging_station(gateway, "CP_FOUND"):
        page.goto("/admin/sessions_app/chargingsession/")
        page.locator("#result_list a").first.click()
        page.get_by_text("CP_FOUND").first.wait_for()
        page.goto("/admin/ocpp_ws/ocppmessage/")
        page.get_by_text("StartTransaction").first.wait_for()


def test_long_json_stays_inside_the_page(gateway: Gateway, page: Page) -> None:
    async def tell() -> None:
        async with station(gateway.ws, "CP_LONG") as cp:
            await cp.boot()
            await cp.send("DataTransfer", {"vendorId": "V", "data": "x" * 2000})

    thread = threading.Thread(target=asyncio.run, args=(tell(),))
    thread.start()
    thread.join()
    page.goto("/admin/ocpp_ws/ocppmessage/?q=CP_LONG")
    page.locator("#result_list tr", has_text="DataTransfer").last.locator("a").first.click()
    page.locator(".readonly pre", has_text="xxx").first.wait_for()
    ends = "all => all.map(one => one.getBoundingClientRect().right)"
    assert max(page.locator(".readonly, .readonly pre").evaluate_all(ends)) <= 1400


def test_documentation_pages_work_offline(page: Page) -> None:
    page.goto("/api/docs/")
    page.get_by_text("/api/admin/{cpId}/reset").first.wait_for()
    page.goto("/api/redoc/")
    page.get_by_text("OCPP gateway").first.wait_for()
