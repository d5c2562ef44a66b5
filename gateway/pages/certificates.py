"""The list of certificates with a button for each that can be deleted."""

from typing import ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
        form = reverse("admin:stations_chargingstation_command", args=[certificate.station_id, "delete-certificate"])
        return format_html('<a class="text-link" href="{}?certificate={}">Delete</a>', form, certificate.pk)
