"""How the statuses of connectors changed."""

from django.db import models

from stations.models.station import ChargingStation
from stations.models.status import ToldStatus


class ConnectorStatusChange(ToldStatus):
    """A StatusNotification that told something new; connector 0 is the station itself. Told again it makes no row."""

    station = models.ForeignKey(
        ChargingStation, on_delete=models.CASCADE, related_name="status_changes", db_index=False
    )
    connector_number = models.PositiveIntegerField("connector")
    timestamp = models.DateTimeField(help_text="By the station's clock, where that can be believed.")
    as_sent = models.CharField(max_length=64, blank=True, help_text="Empty: it told no time.")
    received_at = models.DateTimeField()
    outdated = models.BooleanField(
        default=False, help_text="It came after a newer one, so what is shown as current stayed as it was."
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "status change"
        indexes = [models.Index(fields=["station", "-id"]), models.Index(fields=["received_at"])]

    def __str__(self) -> str:
        return f"{self.station.cp_id} / {self.connector_number}: {self.status}"
