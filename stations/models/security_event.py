"""What endangers a station or the gateway: told by stations (white paper A04), or noticed here."""

from django.db import models
from django.db.models import Q

from stations.models.station import ChargingStation


class SecurityEvent(models.Model):
    """`key` is the content: told again it makes no second row. What the gateway notices again and again counts up."""

    class Origin(models.TextChoices):
        STATION = "station"
        GATEWAY = "gateway"

    station = models.ForeignKey(
        ChargingStation, on_delete=models.CASCADE, null=True, blank=True, related_name="security_events"
    )
    origin = models.CharField(max_length=7, choices=Origin, default=Origin.STATION)
    type = models.CharField(max_length=50)
    critical = models.BooleanField(default=False, help_text="By the list of the white paper (section 8).")
    tech_info = models.CharField(max_length=255, blank=True)
    timestamp = models.DateTimeField(help_text="By the station's clock, where that can be believed.")
    as_sent = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1, help_text="How often the gateway noticed it within an hour.")
    last_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.CharField(max_length=150, blank=True)
    key = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["station", "-id"]),
            models.Index(fields=["received_at"]),
            models.Index(fields=["id"], name="security_event_unseen", condition=Q(critical=True, seen_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.station.cp_id}" if self.station else self.type
