"""The message log."""

from datetime import datetime

from django.db import models

from stations.models import ChargingStation


class OcppMessage(models.Model):
    """A CALL and its answer, written in the same commit as what it records."""

    class Direction(models.TextChoices):
        IN = "in", "from the station"
        OUT = "out", "to the station"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    epoch = models.BigIntegerField(help_text="The station's link on which it came or went.")
    direction = models.CharField(max_length=3, choices=Direction)
    unique_id = models.CharField("message id", max_length=255)
    action = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    answer = models.JSONField(null=True, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_description = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(help_text="When the CALL was received or sent.")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "message"
        indexes = [models.Index(fields=["station", "-id"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.unique_id}"

    @property
    def latency_ms(self) -> int | None:
        return latency(self.at, self.answered_at)


def latency(at: datetime, answered_at: datetime | None) -> int | None:
    return None if answered_at is None else max(0, round((answered_at - at).total_seconds() * 1000))
