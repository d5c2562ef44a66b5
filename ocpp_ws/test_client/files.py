"""Firmware, diagnostics and logs: what the station obeys, and how it goes on (S§5.9, S§5.19, whitepaper L01, N01)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import (
    Action,
    DiagnosticsStatus,
    FirmwareStatus,
    LogStatus,
    UpdateFirmwareStatus,
    UploadLogStatus,
)

from .clock import wire_time
from .errors import Refused, one_line
from .station import Station
from .transfers import brought, certificate_of, fetched, signature_fits

Tell = Callable[[FirmwareStatus], Awaitable[None]]
Check = Callable[[bytes], bool]
FAILURES = ("download", "installation", "signature", "upload")  # of Options.fail


class FileStation(Station):
    signed_progress = call.SignedFirmwareStatusNotification(FirmwareStatus.idle, None)

    @on(Action.update_firmware)
    def on_update_firmware(self, location: str, retrieve_date: str, **more: Any) -> Any:
        self.journal.note("UpdateFirmware")
        self.afterwards(partial(self._update, location, retrieve_date, self._tell_firmware, **more))
        return call_result.UpdateFirmware()

    @on(Action.signed_update_firmware)
    def on_signed_update_firmware(self, request_id: int, firmware: dict[str, Any], **more: Any) -> Any:
        certificate = certificate_of(firmware["signing_certificate"])
        if certificate is None:
            self.afterwards(partial(self._report, "InvalidFirmwareSigningCertificate"))
            status = UpdateFirmwareStatus.invalid_certificate
        else:
            tell = partial(self._tell_signed_firmware, request_id)
            check = partial(signature_fits, certificate, firmware["signature"])
            start = firmware["retrieve_date_time"]
            self.afterwards(partial(self._update, firmware["location"], start, tell, check=check, **more))
            status = UpdateFirmwareStatus.accepted
        self.journal.note(f"SignedUpdateFirmware: {status.value}")
        return call_result.SignedUpdateFirmware(status)

    @on(Action.get_diagnostics)
    def on_get_diagnostics(self, location: str, **_: Any) -> Any:
        name = self._file_name("diagnostics")
        self.journal.note(f"GetDiagnostics: {name}")
        self.afterwards(partial(self._bring_diagnostics, location, name))
        return call_result.GetDiagnostics(name)

    @on(Action.get_log)
    def on_get_log(self, log: dict[str, Any], log_type: str, request_id: int, **_: Any) -> Any:
        name = self._file_name(log_type)
        self.journal.note(f"GetLog: {name}")
        self.afterwards(partial(self._bring_log, log["remote_location"], name, request_id))
        return call_result.GetLog(LogStatus.accepted, name)

    def last_progress(self) -> call.SignedFirmwareStatusNotification:
        """Of a signed update (L01.FR.28, 29): the last one again, or Idle where the update is done."""
        if self.signed_progress.status == FirmwareStatus.installed:
            return FileStation.signed_progress
        return self.signed_progress

    # --- firmware --------------------------------------------------------------------------------------------------

    async def _update(
        self, location: str, start: str, tell: Tell, *, check: Check | None = None, retries: int = 0,
        retry_interval: int = 1, **_: Any,
    ) -> None:  # fmt: skip
        if not await self._time_has_come(start):
            return
        await tell(FirmwareStatus.downloading)
        await self._step()
        firmware = await self._download(location, retries + 1, retry_interval)
        if firmware is None:
            await tell(FirmwareStatus.download_failed)
            return
        await tell(FirmwareStatus.downloaded)
        if check:
            if self.options.fail == "signature" or not check(firmware):
                await tell(FirmwareStatus.invalid_signature)
                await self._report("InvalidFirmwareSignature")
                return
            await tell(FirmwareStatus.signature_verified)
        await tell(FirmwareStatus.installing)
        await self._step()
        failed = self.options.fail == "installation"
        await tell(FirmwareStatus.installation_failed if failed else FirmwareStatus.installed)

    async def _download(self, location: str, tries: int, interval: float) -> bytes | None:
        for left in reversed(range(tries)):
            try:
                if self.options.fail == "download":
                    raise OSError("as the options want it")
                firmware = await fetched(location)
            except (OSError, ValueError) as error:
                self.journal.note(f"no firmware: {one_line(str(error))}")
                if left:
                    await asyncio.sleep(interval)
            else:
                self.journal.note(f"fetched {len(firmware)} bytes of firmware")
                return firmware
        return None

    async def _tell_firmware(self, status: FirmwareStatus) -> None:
        self.journal.note(f"FirmwareStatusNotification: {status.value}")
        await self.ask(call.FirmwareStatusNotification(status))

    async def _tell_signed_firmware(self, request_id: int, status: FirmwareStatus) -> None:
        self.journal.note(f"SignedFirmwareStatusNotification: {status.value}")
        self.signed_progress = call.SignedFirmwareStatusNotification(status, request_id)
        await self.ask(self.signed_progress)

    async def _report(self, event: str) -> None:
        self.journal.note(f"SecurityEventNotification: {event}")
        try:
            await self.ask(call.SecurityEventNotification(event, wire_time(), None))
        except Refused as error:  # a server without the security extension is no failure of this run
            self.journal.note(str(error))

    # --- diagnostics and logs --------------------------------------------------------------------------------------

    async def _bring_diagnostics(self, location: str, name: str) -> None:
        await self.ask(call.DiagnosticsStatusNotification(DiagnosticsStatus.uploading))
        status = DiagnosticsStatus.uploaded if await self._upload(location, name) else DiagnosticsStatus.upload_failed
        self.journal.note(f"DiagnosticsStatusNotification: {status.value}")
        await self.ask(call.DiagnosticsStatusNotification(status))

    async def _bring_log(self, location: str, name: str, request_id: int) -> None:
        await self.ask(call.LogStatusNotification(UploadLogStatus.uploading, request_id))
        status = UploadLogStatus.uploaded if await self._upload(location, name) else UploadLogStatus.upload_failure
        self.journal.note(f"LogStatusNotification: {status.value}")
        await self.ask(call.LogStatusNotification(status, request_id))

    async def _upload(self, location: str, name: str) -> bool:
        await self._step()
        try:
            if self.options.fail == "upload":
                raise OSError("as the options want it")
            await brought(location, name, self._about_itself())
        except (OSError, ValueError) as error:
            self.journal.note(f"not uploaded: {one_line(str(error))}")
            return False
        return True

    def _about_itself(self) -> bytes:
        known, _ = self.hardware.configuration.read([])
        lines = [f"{self.id} at {wire_time()}", *(f"{one.key} = {one.value}" for one in known)]
        return "\n".join([*lines, f"{self.journal.sent} frames sent, {self.journal.received} received", ""]).encode()

    def _file_name(self, what: str) -> str:
        return f"{self.id}-{what}-{datetime.now(UTC):%Y%m%dT%H%M%S}.txt"

    async def _step(self) -> None:
        """What takes a real station its time."""
        await asyncio.sleep(0 if self.options.fast else self.options.step)

    async def _time_has_come(self, start: str) -> bool:
        """Wait for retrieveDate; False where this run ends before it."""
        due = datetime.fromisoformat(start)
        while datetime.now(UTC) < due and not (self.options.fast or self.closing):  # noqa: ASYNC110 - or the run's end
            await asyncio.sleep(0.1)
        return not self.closing
