"""The local authorization lists of stations."""

from django.db import models

from stations.models.station import ChargingStation


class LocalList(models.Model):
    """What a station's local authorization list holds, as far as its answers tell (core 5.15).

    `entries` is the list as it was accepted: idTag -> idTagInfo. While `filling_since`, the time of the last step, is
    set each accepted step is followed by the next one, until the list holds the cards.
    """

    station = models.OneToOneField(ChargingStation, on_delete=models.CASCADE, related_name="local_list")
    version = models.BigIntegerField(default=0, help_text="Of the list that was accepted last; 0: none.")
    told_version = models.BigIntegerField(
        null=True, blank=True, help_text="What the station said last; 0: empty, -1: it has no local lists."
    )
    entries = models.JSONField(default=dict, blank=True)
    filling_since = models.DateTimeField(null=True, blank=True)
    begun_anew = models.BooleanField(default=False, help_text="After a refused step of this filling.")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["station"]
        verbose_name = "local list"

    def __str__(self) -> str:
        return f"{self.station.cp_id}, version {self.version}"
