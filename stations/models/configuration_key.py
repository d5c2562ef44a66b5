"""What stations told about their configuration."""

from django.db import models

from stations.models.station import ChargingStation


class ConfigurationKey(models.Model):
    """A key of a station as its GetConfiguration.conf or ChangeConfiguration.conf told it last; secrets are masked."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="configuration")
    key = models.CharField(max_length=50)
    value = models.TextField(null=True, blank=True, help_text="Empty: the key is known, but not set.")  # noqa: DJ001
    pending = models.TextField(  # noqa: DJ001 - "" is a value
        null=True, blank=True, help_text="Taken by the station (RebootRequired); it holds from the next boot on."
    )
    readonly = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["station", "key"]
        verbose_name = "configuration key"
        constraints = [models.UniqueConstraint(fields=["station", "key"], name="one_row_per_configuration_key")]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.key}"
