"""The small parts by themselves."""

import io

import pytest
from ocpp.v16.enums import ReadingContext
from rich.console import Console

from ocpp_ws.test_client.errors import Refused, first_leaf, one_line
from ocpp_ws.test_client.meter import READINGS, Meter
from ocpp_ws.test_client.options import numbered
from ocpp_ws.test_client.progress import FleetDisplay, SingleDisplay


@pytest.mark.parametrize(
    ("first", "count", "names"),
    [
        ("CP_TEST_001", 3, ["CP_TEST_001", "CP_TEST_002", "CP_TEST_003"]),
        ("CP_9", 2, ["CP_9", "CP_10"]),
        ("GARAGE", 1, ["GARAGE"]),
        ("GARAGE", 2, ["GARAGE_001", "GARAGE_002"]),
    ],
)
def test_numbered(first: str, count: int, names: list[str]) -> None:
    assert numbered(first, count) == names


def test_an_hour_at_eleven_kilowatts() -> None:
    meter = Meter(register_wh=1_000_000)
    meter.plug_in(soc=0.3)
    for _ in range(3600):
        meter.advance(1)
    assert 10_700 < meter.register - 1_000_000 <= 11_000
    assert 0.45 < meter.soc < 0.5


def test_a_nearly_full_car_draws_less_and_never_more_than_its_battery() -> None:
    meter = Meter(register_wh=0)
    meter.plug_in(soc=0.95)
    meter.advance(60)
    assert meter.power_w < 3_000
    for _ in range(1_000):
        meter.advance(60)
    assert 0.99 < meter.soc <= 1.0


def test_power_is_what_the_phases_carry() -> None:
    meter = Meter(register_wh=0)
    meter.plug_in()
    meter.advance(2)
    values = [float(value.value) for value in meter.sample(ReadingContext.other, READINGS).sampled_value]
    power, currents, voltages = values[1], values[2:5], values[5:8]
    assert sum(u * i for u, i in zip(voltages, currents, strict=True)) == pytest.approx(power, rel=0.01)


def test_one_line_takes_the_peers_words_apart() -> None:
    assert one_line("a\r\nb\x1b[31m  c") == "a b [31m c"
    assert len(one_line("x" * 1000)) == 300


def test_a_programming_error_is_not_hidden_by_a_refusal() -> None:
    bug = KeyError("x")
    assert first_leaf(BaseExceptionGroup("", [Refused("no"), ExceptionGroup("", [bug])])) is bug


def test_without_a_terminal_lines_are_plain_and_unbroken() -> None:
    out = io.StringIO()
    with SingleDisplay(Console(file=out, width=20), total=1.0, frames=True) as display:
        display.note("CP_1", "a sentence that is much longer than the width [bold]of the console[/bold]")
        display.metered("CP_1", 12, 11_000, 0.4)
        display.frame("CP_1", "→", '[2,"1","Heartbeat",{}]')
    assert out.getvalue().splitlines() == [
        "CP_1  a sentence that is much longer than the width [bold]of the console[/bold]",
        "CP_1  MeterValues: 12 Wh  11.0 kW  SoC 40%",
        'CP_1 → [2,"1","Heartbeat",{}]',
    ]


def test_a_fleet_is_counted_not_listed() -> None:
    out = io.StringIO()
    with FleetDisplay(Console(file=out), 20) as display:
        for number in range(20):
            display.note(f"CP_{number}", "BootNotification: Accepted")
            display.metered(f"CP_{number}", 10, 11_000, 0.4)
            display.finished(f"CP_{number}")
    lines = out.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[-1] == "20 of 20 stations done, 0 failed, 200 Wh"
