"""The command's page: what came of it. It has its own address, so it can be reloaded and passed on."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from gateway.pages import schedule, tables
from gateway.pages.commanding import command_address
from gateway.pages.forms import NAMES
from gateway.pages.live import fragment, in_dialog
from gateway.pages.steps import steps
from stations.admin import CommandAdmin
from stations.admin.commands import outcome
from stations.admin.show import chip, page
from stations.commands import MAY_COMMAND
from stations.models import Command
from stations.remote_start import RemoteStart, remote_start, session_of
from stations.services.progress import ENDS, NOT_TAKEN, UPDATES, UPLOADS, announced

SENTENCES = {
    Command.State.QUEUED: "It waits for its turn: a station is asked one thing at a time.",
    Command.State.SENT: "It was sent; the station has not answered yet.",
    Command.State.CALL_ERROR: "The station refused it with a CALLERROR.",
    Command.State.INVALID_RESPONSE: "The station answered, but not as OCPP prescribes.",
    Command.State.TIMEOUT: "The station did not answer in time. A late answer would be kept here.",
    Command.State.UNKNOWN: "The link was lost before the answer: it may or may not have been carried out.",
    Command.State.CANCELLED: "It was cancelled before it was sent.",
    Command.State.STATION_OFFLINE: "The station is not connected; nothing was sent.",
    Command.State.EXPIRED: "It waited too long and was not sent.",
}
STARTS: dict[str, str] = {
    RemoteStart.STARTING: "The station will try. The session begins when the vehicle is plugged in.",
    RemoteStart.STARTED: "The session has begun.",
    RemoteStart.NOT_STARTED: "The station accepted it, but no session began in time. Was the vehicle plugged in?",
}

ANSWERS = {
    ("ClearChargingProfile", "Unknown"): "The station holds no such profile; what was noted of it here is removed.",
    ("GetCompositeSchedule", "Rejected"): "The station cannot tell it, for instance because the connector is unknown.",
}
HOLDS = {
    "ChargePointMaxProfile": "It holds for the whole station.",
    "TxDefaultProfile": "It holds for each session that has no profile of its own, now and later.",
    "TxProfile": "It holds for this session alone; the next one will charge without it.",
}


class CommandPage(CommandAdmin):
    change_form_outer_before_template = "gateway/command.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        command = kwargs.get("obj")
        if command:
            context |= result(command)
            if not request.user.has_perm(MAY_COMMAND):
                context["again"] = ""
            if in_dialog(request):
                context["dialog"] = not request.headers.get("HX-Current-URL", "").endswith(request.path)
                return fragment(request, "outcome", self.change_form_outer_before_template, context)
        return super().render_change_form(request, context, *args, **kwargs)


def result(command: Command) -> dict[str, Any]:
    form, started = "", remote_start(command, timezone.now())
    if name := NAMES.get(command.action):
        form = command_address(command.station_id, name)
    return {
        "command": command,
        "outcome": outcome(command),
        "sentence": sentence(command),
        "open": command.state in Command.OPEN or under_way(command) or started == RemoteStart.STARTING,
        "session": session_of(command),
        "station": page(command.station),
        "again": form,
        "keys": keys(command),
        "chart": drawn(command),
        **files(command),
        **steps(command),
    }


def files(command: Command) -> dict[str, Any]:
    """What came of a firmware update or an upload: its progress, and the files."""
    if command.action not in (*UPDATES, *UPLOADS):
        return {}
    name = announced(command.action, command.answer) if command.action in UPLOADS else ""
    return {
        "progress": tables.progress(command.progress.order_by("pk")),
        "announced": name,
        "no_file": no_file(command),
        "uploads": tables.files(command.files.order_by("pk")) if command.action in UPLOADS else None,
        "fetched": command.link if command.link and command.link.file_id else None,
    }


def no_file(command: Command) -> bool:
    """A GetDiagnostics.conf without a name: there are no diagnostics (core 5.9)."""
    diagnostics = command.action == "GetDiagnostics" and command.state == Command.State.ANSWERED
    return diagnostics and not announced(command.action, command.answer)


def under_way(command: Command) -> bool:
    """Whether the page should look again: the station has taken it, and told no end of it within the last hour."""
    if command.action not in (*UPDATES, *UPLOADS) or command.state != Command.State.ANSWERED:
        return False
    if command.created_at < timezone.now() - timedelta(hours=1) or command.status in NOT_TAKEN:
        return False
    last = command.progress.order_by("-pk").first()
    return last.status not in ENDS if last else not no_file(command)


def sentence(command: Command) -> str:
    """What the outcome means, where the station's own word does not say it."""
    if command.state != Command.State.ANSWERED:
        return SENTENCES[Command.State(command.state)]
    if started := remote_start(command, timezone.now()):
        return STARTS[started]
    if command.action == "SetChargingProfile" and command.status == "Accepted":
        return HOLDS.get(command.payload["csChargingProfiles"]["chargingProfilePurpose"], "")
    return ANSWERS.get((command.action, command.status), "")


def drawn(command: Command) -> schedule.Chart | None:
    if command.action == "SetChargingProfile":
        return schedule.of_profile(command.payload["csChargingProfiles"])
    if command.action == "GetCompositeSchedule" and command.state == Command.State.ANSWERED:
        return schedule.composite(command)
    return None


def keys(command: Command) -> dict[str, Any] | None:
    """A GetConfiguration's answer as a table; each key that may be changed leads to the form that does it."""
    if command.action != "GetConfiguration" or not isinstance(command.answer, dict):
        return None
    told = [one for one in command.answer.get("configurationKey") or [] if isinstance(one, dict)]
    rows = [
        {
            "key": str(one.get("key", "")),
            "value": one.get("value"),
            "fixed": chip("read only") if one.get("readonly") else "",
            "change": command_address(
                command.station_id, "change-configuration", key=one.get("key", ""), value=one.get("value") or ""
            ),
        }
        for one in told
    ]
    return {"rows": rows, "unknown": command.answer.get("unknownKey") or []}
