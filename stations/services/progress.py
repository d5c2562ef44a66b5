"""How firmware updates and uploads go on (core 4.4, 4.5; white paper L01, N01)."""

from datetime import datetime
from typing import Any

from django.db.models import F

from stations.models import ChargingStation, Command, FileLink, ProgressReport

UPDATES, UPLOADS = ("UpdateFirmware", "SignedUpdateFirmware"), ("GetDiagnostics", "GetLog")
ABOUT = {  # its own command, and that of the other kind, which some stations tell of by it
    "FirmwareStatusNotification": UPDATES,
    "SignedFirmwareStatusNotification": UPDATES[::-1],
    "DiagnosticsStatusNotification": UPLOADS,
    "LogStatusNotification": UPLOADS[::-1],
}
LOOKED_THROUGH = 50  # newest commands, for a requestId
ENDS = (  # nothing follows of itself
    "Installed", "InstallationFailed", "InstallVerificationFailed", "InvalidSignature", "DownloadFailed", "Uploaded",
    "UploadFailed", "UploadFailure", "BadMessage", "NotSupportedOperation", "PermissionDenied",
)  # fmt: skip
NOT_TAKEN = ("Rejected", "InvalidCertificate", "RevokedCertificate")


def file_progress(*, station_id: int, action: str, status: str, request_id: int | None, now: datetime) -> None:
    """Keep what the station told, with the command that it is about, and as the station's latest status.

    The same again at once, as some stations send it every few seconds, is counted.
    """
    status = status[:40]
    column = "firmware_status" if ABOUT[action][0] in UPDATES else "diagnostics_status"
    ChargingStation.objects.filter(pk=station_id).update(**{column: status, f"{column}_at": now})
    command_id = None if status == "Idle" else command_of(station_id, ABOUT[action], request_id)
    latest = ProgressReport.objects.filter(station_id=station_id, action=action).order_by("-pk").first()
    if latest and (latest.status, latest.command_id, latest.request_id) == (status, command_id, request_id):
        ProgressReport.objects.filter(pk=latest.pk).update(count=F("count") + 1, last_at=now)
        return
    ProgressReport.objects.create(
        station_id=station_id, command_id=command_id, action=action, status=status, request_id=request_id, at=now,
        last_at=now,
    )  # fmt: skip


def command_of(station_id: int, actions: tuple[str, ...], request_id: int | None) -> int | None:
    """The command with that requestId (L01.FR.10, N01.FR.07).

    Where none was told, the newest that went out of the first of these actions that has one.
    """
    sent = Command.objects.filter(station_id=station_id, sent_at__isnull=False).exclude(status__in=NOT_TAKEN)
    sent = sent.order_by("-pk")
    if request_id is None:
        newest = (sent.filter(action=action).values_list("pk", flat=True).first() for action in actions)
        return next(filter(None, newest), None)
    rows = sent.filter(action__in=actions).values_list("pk", "payload")[:LOOKED_THROUGH]
    return next((pk for pk, payload in rows if payload.get("requestId") == request_id), None)


def file_announced(command: Command, answer: dict[str, Any], now: datetime) -> None:
    """The name in a GetDiagnostics.conf or GetLog.conf: of what comes to the address itself, without a name."""
    name = announced(command.action, answer)
    if command.link_id and name:
        FileLink.objects.filter(pk=command.link_id).update(announced=name[:100])


def announced(action: str, answer: dict[str, Any] | None) -> str:
    """The file that the station said it will upload; empty where it has none."""
    return str((answer or {}).get("fileName" if action == "GetDiagnostics" else "filename") or "")
