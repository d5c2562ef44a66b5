"""Firmware, diagnostics and logs."""

import asyncio
from typing import Any

from tests.conformance.charge_point import ChargePoint
from tests.conformance.conftest import CentralSystem
from tests.station import Payload

LOG = b"2026-03-01 nothing happened"
FIRMWARE = {"location": "https://example.com/firmware.bin", "retrieveDate": "2026-03-01T12:00:00Z"}


async def progress(system: CentralSystem, answer: Payload) -> list[str]:
    """What the command came to, as the operator sees it."""
    command = await system.get(f"commands/{answer['commandId']}")
    return [one["status"] for one in command["progress"]]


async def answered(cp: ChargePoint, asking: "asyncio.Task[Payload]", action: str, answer: Payload) -> tuple[Any, Any]:
    sent = await cp.expect(action, answer)
    return sent, await asking


async def update(system: CentralSystem, cp: ChargePoint, *statuses: str) -> None:
    sent, answer = await answered(cp, system.ask(cp.id, "update-firmware", FIRMWARE), "UpdateFirmware", {})
    assert sent == FIRMWARE
    for status in statuses:
        if status == "Installing":
            await cp.status("Unavailable")
        if status == "Installed":
            await cp.cold_boot()
        assert await cp.send("FirmwareStatusNotification", {"status": status}) == {}
    assert await progress(system, answer) == [*statuses]
    assert (await system.get(f"stations/{cp.id}"))["firmwareStatus"] == statuses[-1]


async def test_tc_044_1_firmware_update_download_and_install(cp: ChargePoint, system: CentralSystem) -> None:
    await update(system, cp, "Downloading", "Downloaded", "Installing", "Installed")


async def test_tc_044_2_firmware_update_download_failed(cp: ChargePoint, system: CentralSystem) -> None:
    await update(system, cp, "Downloading", "DownloadFailed")


async def test_tc_044_3_firmware_update_installation_failed(cp: ChargePoint, system: CentralSystem) -> None:
    await update(system, cp, "Downloading", "Downloaded", "Installing", "InstallationFailed")


async def diagnostics(system: CentralSystem, cp: ChargePoint, *statuses: str) -> Payload:
    body = {"location": "ftp://example.com/diagnostics"}
    asking = system.ask(cp.id, "get-diagnostics", body)
    sent, answer = await answered(cp, asking, "GetDiagnostics", {"fileName": "diagnostics.zip"})
    assert sent == body
    assert answer["fileName"] == "diagnostics.zip"
    for status in statuses:
        assert await cp.send("DiagnosticsStatusNotification", {"status": status}) == {}
    assert await progress(system, answer) == [*statuses]
    return answer  # type: ignore[no-any-return]


async def test_tc_045_1_get_diagnostics(cp: ChargePoint, system: CentralSystem) -> None:
    await diagnostics(system, cp, "Uploading", "Uploaded")


async def test_tc_045_2_get_diagnostics_upload_failed(cp: ChargePoint, system: CentralSystem) -> None:
    await diagnostics(system, cp, "Uploading", "UploadFailed")


async def test_tc_079_get_security_log(cp: ChargePoint, system: CentralSystem) -> None:
    asking = system.ask(cp.id, "get-log", {"logType": "SecurityLog"})
    sent, answer = await answered(cp, asking, "GetLog", {"status": "Accepted", "filename": "security.log"})
    assert sent["logType"] == "SecurityLog"
    # no location was given: the gateway takes the file itself
    for status in ("Uploading", "Uploaded"):
        if status == "Uploaded":
            place = sent["log"]["remoteLocation"].split("/", 3)[3]
            uploaded = await system.api.put(
                f"/{place.rstrip('/')}/security.log", content=b"2026-03-01 nothing happened"
            )
            assert uploaded.status_code in (200, 201, 204), uploaded.text
        told = {"status": status, "requestId": sent["requestId"]}
        assert await cp.send("LogStatusNotification", told) == {}
    assert await progress(system, answer) == ["Uploading", "Uploaded"]
    command = await system.get(f"commands/{answer['commandId']}")
    (file,) = command["fileIds"]
    content = await system.api.get(f"/api/files/{file}/content")
    assert content.content == LOG


async def secure_update(system: CentralSystem, cp: ChargePoint, event: str, *statuses: str) -> None:
    firmware = {
        "location": "https://example.com/signed.bin", "retrieveDateTime": "2026-03-01T12:00:00Z",
        "signingCertificate": "-----BEGIN CERTIFICATE-----", "signature": "c2lnbmF0dXJl",
    }  # fmt: skip
    asking = system.ask(cp.id, "signed-update-firmware", {"requestId": 4711, "firmware": firmware})
    sent, answer = await answered(cp, asking, "SignedUpdateFirmware", {"status": "Accepted"})
    assert sent == {"requestId": 4711, "firmware": firmware}
    assert answer["status"] == "Accepted"
    for status in statuses:
        if status == "Installed":
            await cp.cold_boot()
        assert await cp.send("SignedFirmwareStatusNotification", {"status": status, "requestId": 4711}) == {}
    told = {"type": event, "timestamp": "2026-03-01T12:00:00Z"}
    assert await cp.send("SecurityEventNotification", told) == {}
    assert await progress(system, answer) == [*statuses]
    events = (await system.get("security-events", cpId=cp.id))["results"]
    assert [one["type"] for one in events] == [event]


async def test_tc_080_secure_firmware_update(cp: ChargePoint, system: CentralSystem) -> None:
    statuses = "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"
    await secure_update(system, cp, "FirmwareUpdated", *statuses)


async def test_tc_081_secure_firmware_update_invalid_signature(cp: ChargePoint, system: CentralSystem) -> None:
    await secure_update(system, cp, "InvalidFirmwareSignature", "Downloading", "Downloaded", "InvalidSignature")
