"""What happened, for who wants to be told: API clients and alerts."""

from django.db import models
from django.db.models import Max

from stations.models import ChargingStation


class Event(models.Model):
    """Something that happened at a station. It is derived from rows after their commit, by one process at a time.

    `id` grows in the order of the commits, so who has seen one has seen all before it. `key` is what makes an event
    itself: it is told once, whoever derives it, and after a crash too.
    """

    class Type(models.TextChoices):
        STATION_ONLINE = "station.online"
        STATION_OFFLINE = "station.offline"
        STATION_BOOTED = "station.booted"
        CONNECTOR_STATUS = "connector.status"
        SESSION_STARTED = "session.started"
        SESSION_STOPPED = "session.stopped"
        COMMAND_ENDED = "command.ended"
        ALERT_OPENED = "alert.opened"
        ALERT_CLOSED = "alert.closed"

    type = models.CharField(max_length=32, choices=Type)
    cp_id = models.CharField("station", max_length=48)
    at = models.DateTimeField(help_text="By the gateway's clock.")
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=100, unique=True, editable=False)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["noted_at"])]

    def __str__(self) -> str:
        return f"{self.type} of {self.cp_id}"


def newest_event() -> int:
    """The largest id; 0: there is none."""
    return Event.objects.aggregate(newest=Max("pk"))["newest"] or 0


class EventFeed(models.Model):
    """How far the rows have been read, and by which process (one row, `pk` 1)."""

    owner = models.CharField(max_length=120)
    claimed_until = models.DateTimeField()
    read_to = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner} to {self.read_to}"


class ToldConnection(models.Model):
    """The last that was told about a station's link. A lease runs out without a write, so there is a row to compare."""

    station = models.OneToOneField(ChargingStation, on_delete=models.CASCADE, primary_key=True, related_name="told")
    epoch = models.BigIntegerField()
    online = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.online}"
