"""How a firmware update, or an upload of diagnostics or a log, goes on."""

from django.db import models

from stations.models.command import Command
from stations.models.station import ChargingStation


class ProgressReport(models.Model):
    """A status that a station told, and the command that it is about; told again at once, it is counted."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="progress")
    command = models.ForeignKey(Command, on_delete=models.CASCADE, null=True, blank=True, related_name="progress")
    action = models.CharField("message", max_length=40)
    status = models.CharField(max_length=40)
    request_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When it was told last.")
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "action", "id"], name="stations_progress_latest")]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.status}"
