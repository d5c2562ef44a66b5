"""Reservations, made at a station or by the central system."""

from django.db import models
from django.utils import timezone

from stations.models.station import ChargingStation


class Reservation(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "Active"
        USED = "Used"
        CANCELLED = "Cancelled"
        EXPIRED = "Expired"

    class Origin(models.TextChoices):
        STATION = "station"
        CENTRAL = "central"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="reservations")
    reservation_id = models.BigIntegerField()
    connector_number = models.PositiveIntegerField()
    id_tag = models.CharField(max_length=255)
    parent_id_tag = models.CharField(max_length=255, blank=True)
    expiry_date = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    origin = models.CharField(max_length=7, choices=Origin, default=Origin.STATION)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["station", "reservation_id"], name="one_row_per_reservation_id")]
        indexes = [models.Index(fields=["station", "status"]), models.Index(fields=["status", "expiry_date"])]

    def __str__(self) -> str:
        return f"{self.station.cp_id} / {self.reservation_id}"
