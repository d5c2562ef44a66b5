"""What stations tell of updates and uploads is kept over time, with the command that it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stations.models import ChargingStation, Command, FileLink, ProgressReport
from stations.services import file_announced, file_progress

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sent(station: ChargingStation, action: str, status: str = "Accepted", **payload: Any) -> Command:
    return Command.objects.create(
        station=station, action=action, payload=payload, actor="olga", state="answered", status=status, sent_at=NOON
    )


def tell(station: ChargingStation, action: str, status: str, request_id: int | None = None, minute: int = 0) -> None:
    at = NOON + timedelta(minutes=minute)
    file_progress(station_id=station.pk, action=action, status=status, request_id=request_id, now=at)


def told() -> list[tuple[str, int | None]]:
    return list(ProgressReport.objects.order_by("pk").values_list("status", "command_id"))


def test_each_status_is_kept_with_the_newest_command_and_the_latest_stands_with_the_station(
    station: ChargingStation,
) -> None:
    sent(station, "UpdateFirmware")
    update, log = sent(station, "UpdateFirmware"), sent(station, "GetDiagnostics")
    for minute, status in enumerate(("Downloading", "Downloaded", "InstallationFailed")):
        tell(station, "FirmwareStatusNotification", status, minute=minute)
    tell(station, "DiagnosticsStatusNotification", "U" * 90)
    assert told() == [
        ("Downloading", update.pk), ("Downloaded", update.pk), ("InstallationFailed", update.pk), ("U" * 40, log.pk),
    ]  # fmt: skip
    station.refresh_from_db()
    assert (station.firmware_status, station.firmware_status_at) == ("InstallationFailed", NOON + timedelta(minutes=2))
    assert (station.diagnostics_status, station.diagnostics_status_at) == ("U" * 40, NOON)


def test_a_request_id_names_the_command(station: ChargingStation) -> None:
    first, second = (sent(station, "GetLog", requestId=number) for number in (7, 8))
    tell(station, "LogStatusNotification", "Uploading", 7)
    tell(station, "LogStatusNotification", "Uploading", 8)
    tell(station, "LogStatusNotification", "Uploaded")
    tell(station, "LogStatusNotification", "UploadFailure", 99)
    assert told() == [
        ("Uploading", first.pk), ("Uploading", second.pk), ("Uploaded", second.pk), ("UploadFailure", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told_by", "own", "other"),
    [
        ("DiagnosticsStatusNotification", "GetDiagnostics", "GetLog"),
        ("LogStatusNotification", "GetLog", "GetDiagnostics"),
        ("FirmwareStatusNotification", "UpdateFirmware", "SignedUpdateFirmware"),
        ("SignedFirmwareStatusNotification", "SignedUpdateFirmware", "UpdateFirmware"),
    ],
)
def test_without_a_request_id_the_command_of_its_own_kind_comes_first(
    station: ChargingStation, told_by: str, own: str, other: str
) -> None:
    elder = sent(station, other)
    tell(station, told_by, "Downloading")
    mine = sent(station, own)
    sent(station, other)
    tell(station, told_by, "Downloaded")
    assert told() == [("Downloading", elder.pk), ("Downloaded", mine.pk)]


def test_what_was_not_sent_or_not_taken_is_not_what_goes_on(station: ChargingStation) -> None:
    update = sent(station, "SignedUpdateFirmware")
    sent(station, "SignedUpdateFirmware", "InvalidCertificate")
    Command.objects.create(station=station, action="UpdateFirmware", actor="olga", state="station_offline")
    other = ChargingStation.objects.create(cp_id="CP_2")
    sent(other, "SignedUpdateFirmware")
    tell(station, "SignedFirmwareStatusNotification", "Downloading")
    assert told() == [("Downloading", update.pk)]


def test_idle_is_about_no_command(station: ChargingStation) -> None:
    sent(station, "UpdateFirmware")
    tell(station, "FirmwareStatusNotification", "Idle")
    assert told() == [("Idle", None)]


def test_the_same_status_again_is_counted(station: ChargingStation) -> None:
    sent(station, "UpdateFirmware")
    for minute, status in enumerate(("Downloading", "Downloading", "Downloaded", "Downloading")):
        tell(station, "FirmwareStatusNotification", status, minute=minute)
    first, *rest = ProgressReport.objects.order_by("pk")
    assert (first.count, first.at, first.last_at) == (2, NOON, NOON + timedelta(minutes=1))
    assert [report.status for report in rest] == ["Downloaded", "Downloading"]
    sent(station, "UpdateFirmware")
    tell(station, "FirmwareStatusNotification", "Downloading")
    assert len(told()) == 4, "of another update it is another one"


@pytest.mark.parametrize(
    ("action", "answer"), [("GetDiagnostics", {"fileName": "d.zip"}), ("GetLog", {"filename": "d.zip"})]
)
def test_the_name_in_the_answer_is_kept_for_what_comes_without_one(
    station: ChargingStation, action: str, answer: dict[str, Any]
) -> None:
    link = FileLink.objects.create(token="t", station=station, expires_at=NOON)
    command = sent(station, action)
    file_announced(command, answer, NOON)  # of an address elsewhere: nothing to keep it for
    command.link = link
    file_announced(command, answer, NOON)
    file_announced(command, {"status": "Accepted"}, NOON)
    link.refresh_from_db()
    assert link.announced == "d.zip"
