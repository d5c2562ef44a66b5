"""The sockets and cables of stations."""

from django.db import models

from stations.models.station import ChargingStation


class Connector(models.Model):
    """A socket or cable of a station, created when the station first names it."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    info = models.CharField(max_length=255, blank=True)
    vendor_id = models.CharField(max_length=255, blank=True)
    vendor_error_code = models.CharField(max_length=50, blank=True)
    status_at = models.DateTimeField(null=True, blank=True, help_text="By the station's clock.")
    status_received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["station", "number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="one_row_per_connector")]

    def __str__(self) -> str:
        return f"{self.station.cp_id} / {self.number}"
