"""The sockets and cables of stations."""

from django.db import models

from stations.models.station import ChargingStation
from stations.models.status import CurrentStatus


class Connector(CurrentStatus):
    """A socket or cable of a station, created when the station first names it."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["station", "number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="one_row_per_connector")]

    def __str__(self) -> str:
        return f"{self.station.cp_id} / {self.number}"
