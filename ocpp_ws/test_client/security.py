"""What the station obeys and tells of certificates (security white paper A02 to A04, M03 to M05)."""

from functools import partial
from typing import Any

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import (
    Action,
    CertificateSignedStatus,
    CertificateStatus,
    CertificateUse,
    DeleteCertificateStatus,
    GetInstalledCertificateStatus,
)

from .clock import wire_time
from .station import Station


class SecureStation(Station):
    """Has a key and certificates of its own, and roots that it trusts."""

    async def request_certificate(self) -> None:
        """SignCertificate with a new key (A02.FR.02, A03)."""
        serial_number = self.boot_notification().charge_point_serial_number
        csr = self.hardware.safe.request(serial_number, self.hardware.configuration.text("CpoName"))
        answer = await self.ask(call.SignCertificate(csr))
        self.journal.note(f"SignCertificate: {answer.status}")

    async def security_event(self, kind: str, tech_info: str) -> None:
        self.journal.note(f"SecurityEventNotification: {kind}")
        await self.ask(call.SecurityEventNotification(kind, wire_time(), tech_info))

    @on(Action.certificate_signed)
    def on_certificate_signed(self, certificate_chain: str, **_: Any) -> Any:
        fault = self.hardware.safe.take(certificate_chain)
        if fault:  # A02.FR.07
            self.afterwards(partial(self.security_event, "InvalidChargePointCertificate", fault))
        status = CertificateSignedStatus.rejected if fault else CertificateSignedStatus.accepted
        return self._answered("CertificateSigned", status)

    @on(Action.install_certificate)
    def on_install_certificate(self, certificate_type: str, certificate: str, **_: Any) -> Any:
        if self.hardware.safe.install(certificate_type, certificate):
            return self._answered("InstallCertificate", CertificateStatus.accepted)
        if certificate_type == CertificateUse.central_system_root_certificate:
            self.afterwards(partial(self.security_event, "InvalidCentralSystemCertificate", "not installed"))
        return self._answered("InstallCertificate", CertificateStatus.rejected)

    @on(Action.delete_certificate)
    def on_delete_certificate(self, certificate_hash_data: dict[str, Any], **_: Any) -> Any:
        found = self.hardware.safe.delete(certificate_hash_data)
        status = DeleteCertificateStatus.accepted if found else DeleteCertificateStatus.not_found
        return self._answered("DeleteCertificate", status)

    @on(Action.get_installed_certificate_ids)
    def on_get_installed_certificate_ids(self, certificate_type: str, **_: Any) -> Any:
        told = self.hardware.safe.hashes(certificate_type)
        self.journal.note(f"GetInstalledCertificateIds: {len(told)}")
        status = GetInstalledCertificateStatus.accepted if told else GetInstalledCertificateStatus.not_found
        return call_result.GetInstalledCertificateIds(status, told or None)

    def _answered(self, action: str, status: Any) -> Any:
        self.journal.note(f"{action}: {status.value}")
        return getattr(call_result, action)(status)
