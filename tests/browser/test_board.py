"""Pages that follow what happens, in chromium: what changes shows by itself and disturbs nobody."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Played, playing
from tests.processes import Gateway

pytestmark = pytest.mark.browser
START = {"connectorId": 1, "idTag": "DRIVER", "meterStart": 1000, "timestamp": "2026-11-24T10:00:00Z"}
SECONDS = 5_000  # ms to wait at most; what is promised is two seconds


def status(cp: Played, word: str, error: str = "NoError") -> None:
    cp.send("StatusNotification", {"connectorId": 1, "status": word, "errorCode": error})


@contextmanager
def free(gateway: Gateway, cp_id: str) -> Iterator[Played]:
    """A station that says Available."""
    with playing(gateway, cp_id) as cp:
        status(cp, "Available")
        yield cp


def card(page: Page, cp_id: str) -> Any:
    return page.locator("#board-cards section", has_text=cp_id)


def test_a_station_appears_charges_breaks_and_leaves_without_a_reload(gateway: Gateway, page: Page) -> None:
    page.goto("/admin/")
    page.evaluate("window.same = true")
    with free(gateway, "CP_LIVE") as cp:
        shown = card(page, "CP_LIVE")
        expect(shown).to_contain_text("Available", timeout=SECONDS)
        status(cp, "Charging")
        begun = time.monotonic()
        expect(shown).to_contain_text("Charging", timeout=SECONDS)
        assert time.monotonic() - begun < 4, "two seconds, and the slowness of a busy machine"
        session = cp.send("StartTransaction", START)["transactionId"]
        power = {"measurand": "Power.Active.Import", "unit": "W", "value": "7400"}
        energy = {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "value": "3500"}
        values = [{"timestamp": "2026-11-24T10:05:00Z", "sampledValue": [power, energy]}]
        cp.send("MeterValues", {"connectorId": 1, "transactionId": session, "meterValue": values})
        expect(shown).to_contain_text("7.4 kW", timeout=SECONDS)
        expect(shown).to_contain_text("2.50 kWh", timeout=SECONDS)
        expect(page.locator("#board-numbers")).to_contain_text("7.4 kW", timeout=SECONDS)
        status(cp, "Faulted", "GroundFailure")
        expect(shown).to_contain_text("GroundFailure", timeout=SECONDS)
    expect(shown).to_contain_text("offline", timeout=SECONDS)
    expect(shown.locator(".verb-off")).to_have_count(5)
    assert page.evaluate("window.same"), "the page was loaded anew"


def test_a_change_leaves_focus_and_place_alone(gateway: Gateway, page: Page) -> None:
    with free(gateway, "CP_FOCUS") as cp:
        page.set_viewport_size({"width": 500, "height": 400})
        page.goto("/admin/")
        reset = card(page, "CP_FOCUS").get_by_role("link", name="Reset")
        reset.focus()
        focused, place = page.evaluate("[document.activeElement.id, scrollY]")
        assert focused.startswith("verb-")
        status(cp, "Preparing")
        expect(card(page, "CP_FOCUS")).to_contain_text("Preparing", timeout=SECONDS)
        assert page.evaluate("[document.activeElement.id, scrollY]") == [focused, place]


def test_cards_that_have_not_changed_stay_the_same_elements(gateway: Gateway, page: Page) -> None:
    with free(gateway, "CP_STILL"), free(gateway, "CP_MOVES") as cp:
        page.goto("/admin/")
        card(page, "CP_STILL").evaluate("one => one.mine = true")
        status(cp, "Finishing")
        expect(card(page, "CP_MOVES")).to_contain_text("Finishing", timeout=SECONDS)
        assert card(page, "CP_STILL").evaluate("one => one.mine")


def test_a_tab_out_of_sight_asks_nothing_and_catches_up(gateway: Gateway, page: Page) -> None:
    with free(gateway, "CP_HIDDEN") as cp:
        page.goto("/admin/")
        expect(card(page, "CP_HIDDEN")).to_be_visible()
        page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.url))
        page.wait_for_timeout(2500)  # what does not happen has no event
        assert not asked
        status(cp, "Finishing")
        page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
        expect(card(page, "CP_HIDDEN")).to_contain_text("Finishing", timeout=SECONDS)


def test_filters_stand_in_the_address_and_back_undoes_them(gateway: Gateway, page: Page) -> None:
    with free(gateway, "CP_ONE"), free(gateway, "CP_OTHER"):
        page.goto("/admin/")
        expect(card(page, "CP_ONE")).to_be_visible()
        page.get_by_label("Search").press_sequentially("other")
        expect(card(page, "CP_ONE")).to_have_count(0)
        expect(card(page, "CP_OTHER")).to_be_visible()
        assert "q=other" in page.url
        expect(page.get_by_label("Search")).to_be_focused()
        page.locator("#board-state").select_option("Faulted")
        expect(card(page, "CP_OTHER")).to_have_count(0)
        page.wait_for_url("**/*state=Faulted*")
        page.go_back()
        expect(card(page, "CP_OTHER")).to_be_visible()
        assert "state=Faulted" not in page.url
        expect(page.locator("#board-state")).to_have_value("")


def test_a_command_shows_its_result_without_leaving_the_board(gateway: Gateway, page: Page) -> None:
    with free(gateway, "CP_TOLD") as cp:
        page.goto("/admin/")
        verb = card(page, "CP_TOLD").get_by_role("link", name="Reset")
        verb.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Reset: CP_TOLD")
        dialog.get_by_label("Soft").check()
        asked = cp.start(lambda one: one.expect("Reset"))
        dialog.get_by_role("button", name="Reset").click()
        expect(dialog).to_contain_text("Waiting for the station 1 s")
        asked.result(20)
        cp.do(lambda one: one.reply({"status": "Accepted"}))
        expect(dialog).to_contain_text("Accepted")
        expect(dialog).to_contain_text(" ms")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(verb).to_be_focused()
        assert page.url.endswith("/admin/")


def test_a_stations_page_follows_its_connector(gateway: Gateway, page: Page) -> None:
    with free(gateway, "CP_WATCHED") as cp:
        page.goto("/admin/?q=CP_WATCHED")
        page.get_by_role("link", name="CP_WATCHED").click()
        page.evaluate("window.same = true")
        status(cp, "SuspendedEV")
        expect(page.locator("#connector-1")).to_contain_text("SuspendedEV", timeout=SECONDS)
        expect(page.locator("#station-timeline .tone-violet").first).to_be_visible(timeout=SECONDS)
        expect(page.locator("#command-reset")).to_be_visible()
    expect(page.locator("#station-commands")).to_contain_text("The station is not connected.", timeout=SECONDS)
    assert page.evaluate("window.same"), "the page was loaded anew"


def test_the_board_says_when_nothing_answers_any_more(gateway: Gateway, page: Page) -> None:
    page.goto("/admin/")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.route("**/admin/board/**", lambda route: route.fulfill(status=204))
    page.unroute("**/admin/board/**")
    page.evaluate("htmx.trigger(document.body, 'htmx:sendError', {})")
    expect(page.get_by_text("No answer from the gateway.")).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=SECONDS)  # the next answer
