"""One command to many stations."""

from django.db import models

from stations.models.command import Command
from stations.models.ordered_json import OrderedJSONField
from stations.models.station import ChargingStation


class BulkCommand(models.Model):
    """A remote-control route and its body, given to each station of `items`, at most `at_once` at a time."""

    class State(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"
        STOPPED = "stopped", "stopped at a failure"
        CANCELLED = "cancelled"

    command = models.CharField(max_length=40, help_text="The last part of its route: reset, change-configuration, ...")
    body = OrderedJSONField(default=dict)
    actor = models.CharField(max_length=150)
    at_once = models.PositiveSmallIntegerField(default=10)
    stop_on_failure = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    again_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="again", help_text="Whose failed ones."
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "bulk command"
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.command} ({self.pk})"


class BulkItem(models.Model):
    """A station's part of a bulk command."""

    class State(models.TextChoices):
        WAITING = "waiting"
        GIVEN = "given"
        DONE = "done"
        FAILED = "failed"
        SKIPPED = "skipped"

    bulk = models.ForeignKey(BulkCommand, on_delete=models.CASCADE, related_name="items", db_index=False)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="bulk_items")
    command = models.OneToOneField(Command, on_delete=models.SET_NULL, null=True, blank=True, related_name="bulk_item")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    result = models.CharField(max_length=255, blank=True, help_text="The station's word, or why there is none.")
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["bulk", "station"], name="one_item_per_station")]
        indexes = [models.Index(fields=["bulk", "state", "id"])]

    def __str__(self) -> str:
        return f"{self.bulk}: {self.station.cp_id}"
