"""What stations do otherwise than OCPP says."""

from django.db import models

from stations.models.counted import Counted
from stations.models.station import ChargingStation


class Quirk(Counted):
    """A deviation from OCPP that was tolerated, counted per station."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="quirks")
    action = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40)
    path = models.CharField(max_length=120, blank=True)
    sample = models.CharField(max_length=255, blank=True, help_text="What it looked like when first seen.")
    frame = models.TextField(blank=True, help_text="The message in which it was first seen, or its beginning.")

    class Meta:
        ordering = ["station", "-count"]
        constraints = [
            models.UniqueConstraint(fields=["station", "action", "kind", "path"], name="one_row_per_kind_of_quirk")
        ]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.kind} in {self.action}"
