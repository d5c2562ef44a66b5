"""What was asked of stations."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stations.models.file import FileLink
from stations.models.ordered_json import OrderedJSONField
from stations.models.station import ChargingStation


class Command(models.Model):
    """The outbox and its audit trail: one row for each CALL that an operator or API client asked for.

    `state` is how far it got; `status` is the station's own word (Accepted, Rejected, ...).
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        ANSWERED = "answered"
        CALL_ERROR = "call_error"
        INVALID_RESPONSE = "invalid_response"
        TIMEOUT = "timeout"
        UNKNOWN = "unknown"
        CANCELLED = "cancelled"
        STATION_OFFLINE = "station_offline"
        EXPIRED = "expired"

    OPEN = (State.QUEUED, State.SENT)
    POSITIVE = frozenset({"Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked"})

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="commands")
    action = models.CharField(max_length=40)
    payload = OrderedJSONField(default=dict)
    actor = models.CharField(max_length=150, help_text="Who asked: a user, an API key, or a job.")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=255, blank=True, help_text="Why it ended without the station's answer.")
    status = models.CharField(max_length=50, blank=True, help_text="The station's own word.")
    answer = OrderedJSONField(null=True, blank=True)
    late_answer = OrderedJSONField(null=True, blank=True, help_text="What came after the time was up.")
    error_code = models.CharField(max_length=64, blank=True)
    error_description = models.CharField(max_length=255, blank=True)
    unique_id = models.CharField("message id", max_length=36, blank=True)
    epoch = models.BigIntegerField(null=True, blank=True, help_text="The link it was sent on.")
    reply_to = models.CharField(max_length=120, blank=True, help_text="The channel of the process that waits for it.")
    idempotency_key = models.CharField(max_length=255, null=True, blank=True, unique=True)
    request_digest = models.CharField(max_length=64, blank=True, help_text="What was asked under that key.")
    link = models.ForeignKey(
        FileLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="commands",
        help_text="The address of the gateway's own that it told the station.",
    )  # fmt: skip
    then = OrderedJSONField(default=list, blank=True, help_text="Payloads of the same action to follow it, one by one.")
    after = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next", help_text="It followed that one."
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Until then it may wait for the station.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["station", "state", "id"]),  # the next one to send
            models.Index(fields=["state"], name="stations_command_open", condition=Q(state__in=["queued", "sent"])),
            models.Index(fields=["created_at"]),
            models.Index(fields=["finished_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} to {self.station.cp_id}"

    @property
    def word(self) -> str:
        """The station's status; a .conf without one (GetConfiguration) is itself the Accepted."""
        return self.status or "Accepted"

    @property
    def accepted(self) -> bool | None:
        """Whether the station will do it; None while there is no answer."""
        return self.word in self.POSITIVE if self.state == self.State.ANSWERED else None

    @property
    def latency_ms(self) -> int | None:
        """From the CALL's sending to its answer, in milliseconds."""
        if self.sent_at and self.finished_at and self.state in (self.State.ANSWERED, self.State.CALL_ERROR):
            return elapsed_ms(self.sent_at, self.finished_at)
        return None


def elapsed_ms(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
