"""The list of certificates with a button for each that can be deleted."""

from typing import ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString

from gateway.pages.commanding import command_address
from gateway.pages.tables import text_link
from stations.admin import CertificateAdmin
from stations.models import Certificate


class CertificatePage(CertificateAdmin):
    list_display: ClassVar[tuple[str, ...]] = (*CertificateAdmin.list_display, "delete")

    @admin.display(description="")
    def delete(self, certificate: Certificate) -> SafeString | str:
        """A station's own cannot be deleted (M04.FR.05), nor one whose issuer's hash is not known."""
        own = certificate.type == Certificate.Type.CHARGE_POINT
        if own or certificate.state != Certificate.State.INSTALLED or not certificate.issuer_key_hash:
            return ""
        form = command_address(certificate.station_id, "delete-certificate", certificate=certificate.pk)
        return text_link(form, "Delete")
