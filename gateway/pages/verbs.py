"""The big verbs: what an operator does to a station most, each with the reason where it cannot be done now."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from ocpp.v16.enums import ChargePointStatus

from gateway.pages.commanding import OFFLINE, command_address
from stations.models import ChargingStation

Registration = ChargingStation.Registration


@dataclass(frozen=True, slots=True)
class Verb:
    """A form of a command with some of it filled in; `off` says why it cannot be given now."""

    name: str
    title: str
    icon: str
    link: str
    off: str


def cannot(*, online: bool, registration: str, remote: bool = False) -> str:
    """Why no command can be given, or none of a session (core 4.2); empty: it can."""
    if not online:
        return str(OFFLINE)
    if registration == Registration.REJECTED or (remote and registration != Registration.ACCEPTED):
        return _("The station is %(registration)s: accept it first.") % {"registration": registration}
    return ""


def verbs(
    *, station: int, registration: str, online: bool, statuses: dict[int, str], charging: list[int]
) -> list[Verb]:
    """`statuses` of the connectors by their number; `charging` are the connectors with a session."""
    off = cannot(online=online, registration=registration)
    off_session = cannot(online=online, registration=registration, remote=True)
    disabled = bool(statuses) and set(statuses.values()) == {ChargePointStatus.unavailable}
    availability = ("Operative", _("Enable"), "toggle_on") if disabled else ("Inoperative", _("Disable"), "toggle_off")
    only = {"connector_id": next(iter(statuses))} if len(statuses) == 1 else {}
    free = [number for number in statuses if number not in charging]
    start = {"connector_id": free[0]} if len(free) == 1 else {}
    return [
        Verb("start", _("Start"), "play_arrow", command_address(station, "start-transaction", **start), off_session),
        Verb("stop", _("Stop"), "stop", command_address(station, "stop-transaction"),
             off_session or ("" if charging else _("No session is active here."))),
        Verb("unlock", _("Unlock"), "lock_open", command_address(station, "unlock-connector", **only), off),
        Verb("availability", availability[1], availability[2],
             command_address(station, "change-availability", connector_id=0, type=availability[0]), off),
        Verb("reset", _("Reset"), "restart_alt", command_address(station, "reset"), off),
    ]  # fmt: skip
