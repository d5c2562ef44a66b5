"""The message log, and the frames that could not be taken."""

from django.db import models

from stations.models import ChargingStation, OrderedJSONField, elapsed_ms


class OcppMessage(models.Model):
    """A CALL and its answer, written in the same commit as what it records."""

    class Direction(models.TextChoices):
        IN = "in", "from the station"
        OUT = "out", "to the station"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    epoch = models.BigIntegerField(help_text="The station's link on which it came or went.")
    direction = models.CharField(max_length=3, choices=Direction)
    unique_id = models.CharField("message id", max_length=255)
    action = models.CharField(max_length=64)
    payload = OrderedJSONField(default=dict)
    answer = OrderedJSONField(null=True, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_description = models.CharField(max_length=255, blank=True)
    status = models.CharField(
        max_length=50, blank=True, help_text="What the answer says, else what the message itself tells: Faulted."
    )
    transaction_id = models.BigIntegerField("transactionId", null=True, blank=True)
    at = models.DateTimeField(help_text="When the CALL was received or sent.")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "message"
        indexes = [
            models.Index(fields=["station", "-id"]),
            models.Index(fields=["station", "transaction_id", "-id"]),
            models.Index(fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.unique_id}"

    @property
    def latency_ms(self) -> int | None:
        return elapsed_ms(self.at, self.answered_at) if self.answered_at else None


class RejectedFrame(models.Model):
    """A CALL that is not stored as its station meant it, word for word: the station may have discarded it.

    `refused` got a CALLERROR; `dead_letter` was confirmed although its handler failed, and is run again by
    `manage.py replay_dead_letters`.
    """

    class Kind(models.TextChoices):
        DEAD_LETTER = "dead_letter", "our fault, to be repaired"
        REFUSED = "refused", "answered with a CALLERROR"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="rejected_frames")
    epoch = models.BigIntegerField(help_text="The station's link on which it came.")
    kind = models.CharField(max_length=11, choices=Kind)
    action = models.CharField(max_length=64, blank=True)
    unique_id = models.CharField("message id", max_length=255, blank=True)
    raw = models.TextField("frame")
    error = models.TextField(blank=True)
    received_at = models.DateTimeField()
    repaired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["received_at"]),
            # not a partial one: SQLite cannot tell that a parameter fits its condition
            models.Index(fields=["kind", "repaired_at", "received_at"], name="dead_letters_to_repair"),
        ]

    def __str__(self) -> str:
        return f"{self.action or 'frame'} {self.unique_id}"
