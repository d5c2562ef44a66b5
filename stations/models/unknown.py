"""What was not known when it showed up: stations at the door, and tags at stations. Both lists are bounded."""

from django.db import models
from django.db.models import Exists, OuterRef

from rfid.fields import CiKeyField
from rfid.models import RfidCard
from stations.models.counted import Counted
from stations.models.station import ChargingStation


class UnknownStationQuerySet(models.QuerySet["UnknownStation"]):
    def waiting(self) -> "UnknownStationQuerySet":
        """Those that are still unknown."""
        return self.exclude(Exists(ChargingStation.objects.filter(cp_key=OuterRef("cp_key"))))


class UnknownStation(Counted):
    """Who knocked and was refused as unknown (policy `known`), counted by identity; the rest is of the last time."""

    cp_id = models.CharField("identity", max_length=48)
    cp_key = CiKeyField(of="cp_id", max_length=144, unique=True)
    address = models.CharField(max_length=60, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    subprotocols = models.CharField(max_length=100, blank=True, help_text="As offered.")

    objects = UnknownStationQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        indexes = [models.Index(fields=["last_seen_at"])]

    def __str__(self) -> str:
        return self.cp_id


class UnknownTagQuerySet(models.QuerySet["UnknownTag"]):
    def waiting(self) -> "UnknownTagQuerySet":
        """Those that are still no card."""
        return self.exclude(Exists(RfidCard.objects.filter(tag_key=OuterRef("tag_key"))))


class UnknownTag(Counted):
    """A tag that no card has, counted; `tag` without what stations append to it (ID_TAG_SPLIT)."""

    tag = models.CharField(max_length=255)
    tag_key = CiKeyField(of="tag", max_length=255, unique=True)
    station = models.ForeignKey(
        ChargingStation, on_delete=models.CASCADE, related_name="+", help_text="Where it was last seen."
    )

    objects = UnknownTagQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        indexes = [models.Index(fields=["last_seen_at"])]

    def __str__(self) -> str:
        return self.tag
