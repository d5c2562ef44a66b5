"""The configuration of stations, as they told it."""

from django.db import models

from stations.models.station import ChargingStation


class ConfigurationKey(models.Model):
    """A key of a station and its value, as the last GetConfiguration answer had them (core 5.8)."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="configuration")
    key = models.CharField(max_length=255)
    value = models.TextField(null=True, blank=True)  # noqa: DJ001 - a key without value is not one with an empty value
    readonly = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["station", "key"]
        constraints = [models.UniqueConstraint(fields=["station", "key"], name="one_row_per_configuration_key")]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.key}"
