"""What only a browser shows: lines and curves that grow by themselves, a key that is edited in its row."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import playing
from tests.processes import Gateway

pytestmark = pytest.mark.browser
SOON = 3000  # ms: a look comes every 1.5 to 2 s
START = {"connectorId": 1, "idTag": "DRIVER", "meterStart": 1000, "timestamp": "2026-11-22T10:00:00Z"}
FAULT = {"connectorId": 1, "status": "Faulted", "errorCode": "OtherError"}


def open_station(page: Page, cp_id: str) -> None:
    page.goto(f"/admin/stations/chargingstation/?q={cp_id}")
    page.locator("#result_list").get_by_role("link", name=cp_id).first.click()
    page.wait_for_url("**/change/**")


def test_messages_appear_on_the_stations_page_and_can_be_read_filtered_and_copied(gateway: Gateway, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with playing(gateway, "CP_TAIL") as cp:
        open_station(page, "CP_TAIL")
        page.locator(".line", has_text="BootNotification").wait_for()
        cp.send("StatusNotification", FAULT)
        fault = page.locator(".line-red", has_text="StatusNotification")
        fault.wait_for(timeout=SOON)
        fault.locator("summary").click()
        fault.locator("pre", has_text='"status": "Faulted"').wait_for()
        fault.get_by_role("button", name="Copy").first.click()
        fault.get_by_text("check", exact=True).wait_for()
        assert '"StatusNotification"' in page.evaluate("navigator.clipboard.readText()")
        page.get_by_label("Show only lines with").fill("faulted")
        page.locator(".line", has_text="BootNotification").wait_for(state="hidden")
        assert fault.is_visible()


def test_messages_wait_while_the_tail_is_paused(gateway: Gateway, page: Page) -> None:
    with playing(gateway, "CP_PAUSE") as cp:
        open_station(page, "CP_PAUSE")
        page.get_by_role("button", name="Pause").click()
        cp.send("DataTransfer", {"vendorId": "V"})
        page.wait_for_timeout(SOON)
        assert page.locator(".line", has_text="DataTransfer").count() == 0
        page.get_by_role("button", name="Resume").click()
        page.locator(".line", has_text="DataTransfer").wait_for(timeout=SOON)
        assert page.locator(".line", has_text="DataTransfer").count() == 1


def test_the_list_of_messages_follows_its_filter(gateway: Gateway, page: Page) -> None:
    with playing(gateway, "CP_LIST") as cp, playing(gateway, "CP_OTHER") as other:
        page.goto("/admin/ocpp_ws/ocppmessage/?q=CP_LIST")
        other.send("DataTransfer", {"vendorId": "V"})
        cp.send("DataTransfer", {"vendorId": "V"})
        page.locator(".line", has_text="CP_LIST").wait_for(timeout=SOON)
        assert page.locator(".line").count() == 1


def test_the_curve_of_an_active_session_grows(gateway: Gateway, page: Page) -> None:
    with playing(gateway, "CP_CURVE") as cp:
        number = cp.send("StartTransaction", START)["transactionId"]

        def tell(minute: int, watt_hours: int) -> None:
            sample = {"timestamp": f"2026-11-22T10:{minute:02}:00Z", "sampledValue": [{"value": str(watt_hours)}]}
            cp.send("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [sample]})

        tell(1, 2000)
        page.goto(f"/admin/sessions_app/chargingsession/?q={number}")
        page.locator("#result_list a").first.click()
        page.get_by_text("1.00 kWh").first.wait_for()
        tell(30, 9000)
        page.locator(".number-value", has_text="8.00 kWh").wait_for(timeout=SOON)
        page.locator(".strip").last.hover()
        page.get_by_text("Energy 8.00 kWh").wait_for()
        page.locator(".line", has_text="MeterValues").nth(1).wait_for(timeout=SOON)
        stop = {"transactionId": number, "meterStop": 9500, "timestamp": "2026-11-22T10:31:00Z"}
        cp.send("StopTransaction", stop)
        page.locator(".chip", has_text="completed").wait_for(timeout=SOON)
        assert page.get_by_role("button", name="Remote stop").count() == 0


def test_a_key_is_edited_in_its_row_and_waits_for_the_boot(gateway: Gateway, page: Page) -> None:
    told = [{"key": "MeterValueSampleInterval", "readonly": False, "value": "60"}]
    with playing(gateway, "CP_KEYS") as cp:
        open_station(page, "CP_KEYS")
        page.get_by_role("link", name="Configuration", exact=True).last.click()
        asked = cp.start(lambda one: one.expect("GetConfiguration", {"configurationKey": told}))
        page.get_by_role("button", name="Read from the station").click()
        asked.result(20)
        page.get_by_role("button", name="Edit MeterValueSampleInterval").click()
        expect(page.get_by_role("textbox", name="MeterValueSampleInterval", exact=True)).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("30")
        changed = cp.start(lambda one: one.expect("ChangeConfiguration", {"status": "RebootRequired"}))
        page.keyboard.press("Enter")
        assert changed.result(20) == {"key": "MeterValueSampleInterval", "value": "30"}
        page.get_by_text("RebootRequired").wait_for()
        page.reload()
        page.get_by_text("A reboot is required for: MeterValueSampleInterval").wait_for()
        cp.do(lambda one: one.boot())
        page.reload()
        assert page.get_by_text("reboot").count() == 0
        assert page.locator(".setting-value", has_text="30").is_visible()


def test_another_key_comes_below_and_is_answered_in_its_row_from_then_on(gateway: Gateway, page: Page) -> None:
    with playing(gateway, "CP_OTHER_KEY") as cp:
        open_station(page, "CP_OTHER_KEY")
        page.get_by_role("link", name="Configuration", exact=True).last.click()
        key, value = page.get_by_label("Another key"), page.get_by_label("Value", exact=True)
        row = page.locator(".setting-row", has=page.get_by_role("rowheader", name="VendorPin"))
        for word, status in (("VendorPin", "Accepted"), ("vendorpin", "Rejected")):
            key.fill(word)
            value.fill("7")
            assert value.get_attribute("type") == "password"
            changed = cp.start(lambda one, status=status: one.expect("ChangeConfiguration", {"status": status}))
            page.get_by_role("button", name="Set", exact=True).click()
            changed.result(20)
            row.get_by_role("status").get_by_text(status).wait_for()
            assert row.count() == 1
