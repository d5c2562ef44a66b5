"""The routes about certificates (security white paper)."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ocpp_ws.protocol import enumeration
from rfid.api.kit import StrictSerializer
from stations import commands
from stations.api.remote.base import RemoteControl, command, ocpp_object


class CertificateSigned(StrictSerializer):
    certificateChain = serializers.CharField(
        source="certificate_chain",
        max_length=10_000,
        trim_whitespace=False,
        help_text="PEM, the station's own certificate first.",
    )


class InstallCertificate(StrictSerializer):
    certificateType = serializers.ChoiceField(
        source="certificate_type", choices=enumeration("InstallCertificate", "certificateType")
    )
    certificate = serializers.CharField(max_length=5_500, trim_whitespace=False, help_text="A root certificate, PEM.")


class DeleteCertificate(StrictSerializer):
    certificateHashData = ocpp_object("DeleteCertificate", "certificateHashData")(
        source="certificate_hash_data", help_text="As /api/certificates gives it."
    )


class GetInstalledCertificateIds(StrictSerializer):
    certificateType = serializers.ChoiceField(
        source="certificate_type", choices=enumeration("GetInstalledCertificateIds", "certificateType")
    )


class SecurityRoutes(RemoteControl):
    @command("certificate-signed", CertificateSigned)
    def certificate_signed(self, request: Request, cpId: str) -> Response:
        """Give the station its own certificate. For one that it asked for: /api/signing-requests/{id}/sign."""
        return self.give(commands.certificate_signed)

    @command("install-certificate", InstallCertificate)
    def install_certificate(self, request: Request, cpId: str) -> Response:
        """Install a root certificate: the central system's or the manufacturer's."""
        return self.give(commands.install_certificate)

    @command("delete-certificate", DeleteCertificate)
    def delete_certificate(self, request: Request, cpId: str) -> Response:
        """Delete a root certificate."""
        return self.give(commands.delete_certificate)

    @command("get-installed-certificate-ids", GetInstalledCertificateIds)
    def get_installed_certificate_ids(self, request: Request, cpId: str) -> Response:
        """Ask which root certificates the station has; /api/certificates is set right by its answer."""
        return self.give(commands.get_installed_certificate_ids)
