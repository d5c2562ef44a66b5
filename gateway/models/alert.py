"""What somebody should look at."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sessions_app.models import ChargingSession
from stations.models import ChargingStation


class Alert(models.Model):
    """Something that has been wrong for a while; it closes by itself once it has been right for a while.

    `subject` is what it is about (a station, a connector, a session): about one there is at most one open alert of a
    kind, whoever looks.
    """

    class Kind(models.TextChoices):
        OFFLINE = "offline", _("offline")
        FAULTED = "faulted", _("faulted")
        NO_HEARTBEAT = "no_heartbeat", _("connected, but silent")
        NO_ENERGY = "no_energy", _("charging without energy")
        SUSPICIOUS_DATA = "suspicious_data", _("suspicious data")

    kind = models.CharField(max_length=16, choices=Kind)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="alerts")
    connector_number = models.PositiveIntegerField(_("connector"), null=True, blank=True)
    session = models.ForeignKey(ChargingSession, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts")
    subject = models.CharField(max_length=60, editable=False)
    detail = models.TextField()
    since = models.DateTimeField(help_text=_("When it became so."))
    opened_at = models.DateTimeField()
    clear_since = models.DateTimeField(null=True, blank=True, help_text=_("It has been right again from then on."))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at__isnull=True), name="one_open_alert_per_subject"
            )
        ]
        indexes = [
            models.Index(fields=["opened_at"]),
            models.Index(fields=["closed_at"]),
            models.Index(fields=["kind"], name="alerts_open", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.get_kind_display()}"
