"""The forms about certificates (security white paper)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from gateway.pages.forms.base import SELECT, CommandForm, PemField, choose, words
from ocpp_ws.protocol import enumeration
from stations import commands
from stations.certificates import authority
from stations.models import Certificate, ChargingStation, Command


class InstallCertificateForm(CommandForm):
    action, title, icon = "InstallCertificate", "Install certificate", "add_moderator"
    explanation = "A root by which the station judges the central system, or the firmware of its manufacturer."
    certificate_type = forms.ChoiceField(
        label="Type", choices=words(enumeration("InstallCertificate", "certificateType")), widget=SELECT
    )
    certificate = PemField(max_length=5_500, help_text="PEM.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certificate"].initial = next(iter(authority.certificates().values()), "")
        if self.fields["certificate"].initial:
            self.fields["certificate"].help_text = "PEM. Filled in: the gateway's own authority."

    def send(self, actor: str) -> Command:
        return commands.install_certificate(self.station, actor=actor, **self.cleaned_data)


class DeleteCertificateForm(CommandForm):
    action, title, icon = "DeleteCertificate", "Delete certificate", "remove_moderator"
    explanation = "Of the certificates that the station is known to have; Installed certificates asks it for them."
    certificate = forms.TypedChoiceField(coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deletable = {row.pk: row for row in deletable([self.station])}
        known = [(pk, told(row)) for pk, row in self.deletable.items()]
        choose(self, "certificate", known or [("", "none is known: ask for the installed ones first")])

    def risk(self) -> str:
        row = self.deletable[self.cleaned_data["certificate"]]
        last = not [one for one in self.deletable.values() if one.type == row.type and one.pk != row.pk]
        if row.type == Certificate.Type.CENTRAL_SYSTEM_ROOT:
            return "Without any central system root the station cannot connect over TLS any more." if last else ""
        return "Without any manufacturer root it takes no signed firmware any more." if last else ""

    def send(self, actor: str) -> Command:
        row = self.deletable[self.cleaned_data["certificate"]]
        return commands.delete_certificate(self.station, actor=actor, certificate_hash_data=row.hash_data)


class InstalledCertificatesForm(CommandForm):
    action, title, icon = "GetInstalledCertificateIds", "Installed certificates", "verified_user"
    explanation = "Asks the station which roots it has, and sets the list of its certificates right."
    certificate_type = forms.ChoiceField(
        label="Type", choices=words(enumeration("GetInstalledCertificateIds", "certificateType")), widget=SELECT
    )

    def send(self, actor: str) -> Command:
        return commands.get_installed_certificate_ids(self.station, actor=actor, **self.cleaned_data)


class CertificateSignedForm(CommandForm):
    action, title, icon = "CertificateSigned", "Send signed certificate", "workspace_premium"
    explanation = "For a certificate that was made outside; what a station asked for is signed on its request's page."
    certificate_chain = PemField(
        label="Chain", max_length=10_000, help_text="PEM, the station's own certificate first."
    )

    def send(self, actor: str) -> Command:
        return commands.certificate_signed(self.station, actor=actor, **self.cleaned_data)


def deletable(stations: Sequence[ChargingStation]) -> QuerySet[Certificate]:
    """M04.FR.05: their own certificates cannot be deleted. Without the issuer's hash none can be named."""
    rows = Certificate.objects.filter(station__in=stations, state=Certificate.State.INSTALLED)
    return rows.exclude(issuer_key_hash="").exclude(type=Certificate.Type.CHARGE_POINT)


def told(row: Certificate) -> str:
    end = f", until {row.valid_to:%Y-%m-%d}" if row.valid_to else ""
    return f"{row.type}: {row.subject or f'number {row.serial_number}'}{end}"


CERTIFICATES: dict[str, type[CommandForm]] = {
    "get-installed-certificate-ids": InstalledCertificatesForm,
    "install-certificate": InstallCertificateForm,
    "delete-certificate": DeleteCertificateForm,
    "certificate-signed": CertificateSignedForm,
}
