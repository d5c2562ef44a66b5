"""`manage.py ocpp_test_client`: a charge point, or many, that try a running gateway. Needs no database."""

import argparse
import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from ocpp_ws.test_client.behaviours import BEHAVIOURS
from ocpp_ws.test_client.errors import Refused
from ocpp_ws.test_client.files import FAILURES
from ocpp_ws.test_client.fleet import run_fleet
from ocpp_ws.test_client.options import Options, fleet
from ocpp_ws.test_client.progress import FleetDisplay, SingleDisplay
from ocpp_ws.test_client.start import run_station
from ocpp_ws.test_client.summary import fleet_summary, station_summary


def positive(kind: type[int] | type[float]) -> Any:
    """An argparse type that says what is wrong in one line."""

    def convert(text: str) -> int | float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(0)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
        return value

    return convert


class Command(BaseCommand):
    help = "Connect as a charge point, charge one session and obey commands meanwhile. --verbosity 2 shows the frames."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        default = Options()
        text = parser.add_argument
        text("--cp-id", default=default.cp_id, help="identity; with --count the first one (default %(default)s)")
        here = f"{default.url}:{settings.PORT}/{settings.STATION_PATH_PREFIX}".rstrip("/")
        text("--url", default=here, help="where, without the identity (default %(default)s)")
        text("--id-tag", nargs="+", default=[default.id_tag], help="card; several are dealt to the stations in turn")
        behaviours = "; ".join(f"{name}: {one.explanation}" for name, one in BEHAVIOURS.items())
        text(
            "--behaviour", nargs="+", default=[default.behaviour], choices=BEHAVIOURS, metavar="NAME",
            help=f"several are dealt to the stations in turn. {behaviours}",
        )  # fmt: skip
        text("--password", help="for HTTP Basic; the user name is the identity")
        number = parser.add_argument
        number("--duration", type=positive(float), default=default.duration, help="seconds (default %(default)g)")
        number("--meter-interval", type=positive(float), default=default.meter_interval, help="seconds (default 2)")
        number("--timeout", type=positive(float), default=default.timeout, help="wait for an answer (default 10 s)")
        number("--count", type=positive(int), default=1, help="so many stations at once (default 1)")
        number("--connectors", type=positive(int), default=default.connectors, help="per station (default 1)")
        parser.add_argument("--sign-certificate", action="store_true", help="ask for a certificate after the boot")
        number("--step", type=positive(float), default=default.step, help="of an update or upload (default 2 s)")
        parser.add_argument(
            "--fail", choices=FAILURES, default="", help="the part of an update or upload that goes wrong"
        )
        parser.add_argument("--fast", action="store_true", help="a whole session without waiting")

    def handle(self, *args: Any, **given: Any) -> None:
        self.stdout.ending = ""  # rich ends its own lines
        console = Console(file=self.stdout, no_color=given["no_color"])  # type: ignore[arg-type]
        names = Options.__dataclass_fields__.keys() - {"id_tag", "behaviour"}
        options = Options(**{name: given[name] for name in names})
        stations = fleet(options, given["count"], given["id_tag"], given["behaviour"])
        try:
            run = run_many if len(stations) > 1 else run_one
            run(stations, console, frames=given["verbosity"] > 1)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            raise CommandError("interrupted", returncode=130) from None


def run_one(stations: list[Options], console: Console, frames: bool) -> None:
    with SingleDisplay(console, total=1.0, frames=frames) as display:
        journal = asyncio.run(run_station(stations[0], display))
    for row in station_summary(journal):
        display.line(row)


def run_many(stations: list[Options], console: Console, frames: bool) -> None:
    with FleetDisplay(console, len(stations), frames) as display:
        journals, failures = asyncio.run(run_fleet(stations, display))
    for row in fleet_summary(journals, len(stations)):
        display.line(row)
    if failures:
        raise Refused(f"{len(failures)} of {len(stations)} stations failed; the first: {failures[0]}")
