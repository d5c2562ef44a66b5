"""What stands in the street, and what was asked of it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower, Now
from django.utils import timezone


class StationQuerySet(models.QuerySet["ChargingStation"]):
    def with_online(self) -> "StationQuerySet":
        """Adds `online`: the lease of the station's link has not run out, by the database's clock."""
        return self.annotate(online=Case(When(lease_until__gt=Now(), then=Value(True)), default=Value(False)))

    def connected(self) -> "StationQuerySet":
        return self.filter(lease_until__gt=Now())

    def named(self, cp_id: str) -> "StationQuerySet":
        """The station of that identity, whatever its case."""
        return self.filter(cp_key=Lower(Value(cp_id)))


class ChargingStation(models.Model):
    """A charge point. The link columns (epoch .. lease_until) are written only by the process that holds its link."""

    class Registration(models.TextChoices):
        ACCEPTED = "Accepted"
        PENDING = "Pending"
        REJECTED = "Rejected"

    class TransactionIds(models.TextChoices):
        DEFAULT = "", "as the gateway's setting"
        SEQUENCE = "sequence", "small numbers from a sequence"
        TIMESTAMP = "timestamp_ms", "the session id, in milliseconds"

    class Pings(models.TextChoices):
        AUTO = "auto", "as the gateway's setting, until it proves to answer none"
        ON = "on", "always"
        OFF = "off", "never"

    cp_id = models.CharField("identity", max_length=48)
    cp_key = models.GeneratedField(
        expression=Lower("cp_id"), output_field=models.CharField(max_length=48), db_persist=True, unique=True
    )
    name = models.CharField(max_length=100, blank=True)
    site = models.CharField(max_length=100, blank=True)
    registration = models.CharField(max_length=8, choices=Registration, default=Registration.ACCEPTED)
    strict = models.BooleanField(default=False, help_text="Refuse what is tolerated otherwise; for conformance tests.")
    transaction_ids = models.CharField(
        max_length=12, choices=TransactionIds, default=TransactionIds.DEFAULT, blank=True
    )
    pings = models.CharField(
        max_length=4, choices=Pings, default=Pings.AUTO,
        help_text="Without pings a link is cut after three heartbeat intervals of silence. From the next link on.",
    )  # fmt: skip

    # as told by its BootNotification
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    serial_number = models.CharField(max_length=50, blank=True)
    charge_box_serial_number = models.CharField(max_length=50, blank=True)
    firmware = models.CharField(max_length=100, blank=True)
    iccid = models.CharField(max_length=50, blank=True)
    imsi = models.CharField(max_length=50, blank=True)
    meter_type = models.CharField(max_length=50, blank=True)
    meter_serial_number = models.CharField(max_length=50, blank=True)
    last_boot_at = models.DateTimeField(null=True, blank=True)

    # as told by its StatusNotification for connector 0, Firmware- and DiagnosticsStatusNotification
    status = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    status_at = models.DateTimeField(null=True, blank=True)
    firmware_status = models.CharField(max_length=40, blank=True)
    firmware_status_at = models.DateTimeField(null=True, blank=True)
    diagnostics_status = models.CharField(max_length=40, blank=True)
    diagnostics_status_at = models.DateTimeField(null=True, blank=True)

    # the link: a fencing token, its process, and a lease
    epoch = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=120, blank=True, help_text="The process that holds the link.")
    channel = models.CharField(max_length=120, blank=True, help_text="The channel-layer channel of that process.")
    lease_until = models.DateTimeField(null=True, blank=True)
    ping_cut_at = models.DateTimeField(
        null=True, blank=True, help_text="The last cut of a link that had answered no ping."
    )
    ping_cut_before_at = models.DateTimeField(null=True, blank=True, help_text="The last but one.")
    connected_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    remote_address = models.CharField(max_length=60, blank=True)
    subprotocol = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StationQuerySet.as_manager()
    online: ClassVar[bool]  # by with_online()

    class Meta:
        ordering = ["cp_id"]
        indexes = [models.Index(fields=["lease_until"]), models.Index(fields=["owner"])]
        verbose_name = "station"

    def __str__(self) -> str:
        return self.cp_id


class Connector(models.Model):
    """A socket or cable of a station, created when the station first names it."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    info = models.CharField(max_length=255, blank=True)
    vendor_id = models.CharField(max_length=255, blank=True)
    vendor_error_code = models.CharField(max_length=50, blank=True)
    status_at = models.DateTimeField(null=True, blank=True, help_text="By the station's clock.")
    status_received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["station", "number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="one_row_per_connector")]

    def __str__(self) -> str:
        return f"{self.station.cp_id} / {self.number}"


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
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["station", "reservation_id"], name="one_row_per_reservation_id")]

    def __str__(self) -> str:
        return f"{self.station.cp_id} / {self.reservation_id}"


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

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="commands")
    action = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    actor = models.CharField(max_length=150, help_text="Who asked: a user, an API key, or a job.")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=255, blank=True, help_text="Why it ended without the station's answer.")
    status = models.CharField(max_length=50, blank=True, help_text="The station's own word.")
    answer = models.JSONField(null=True, blank=True)
    late_answer = models.JSONField(null=True, blank=True, help_text="What came after the time was up.")
    error_code = models.CharField(max_length=64, blank=True)
    error_description = models.CharField(max_length=255, blank=True)
    unique_id = models.CharField("message id", max_length=36, blank=True)
    epoch = models.BigIntegerField(null=True, blank=True, help_text="The link it was sent on.")
    reply_to = models.CharField(max_length=120, blank=True, help_text="The channel of the process that waits for it.")
    idempotency_key = models.CharField(max_length=255, null=True, blank=True, unique=True)
    request_digest = models.CharField(max_length=64, blank=True, help_text="What was asked under that key.")
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
        ]

    def __str__(self) -> str:
        return f"{self.action} to {self.station.cp_id}"

    @property
    def latency_ms(self) -> int | None:
        """From the CALL's sending to its answer, in milliseconds."""
        if self.sent_at and self.finished_at and self.state in (self.State.ANSWERED, self.State.CALL_ERROR):
            return elapsed_ms(self.sent_at, self.finished_at)
        return None


def elapsed_ms(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))


class Quirk(models.Model):
    """A deviation from OCPP that was tolerated, counted per station."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="quirks")
    action = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40)
    path = models.CharField(max_length=120, blank=True)
    sample = models.CharField(max_length=255, blank=True, help_text="What it looked like when first seen.")
    count = models.PositiveBigIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["station", "-count"]
        constraints = [
            models.UniqueConstraint(fields=["station", "action", "kind", "path"], name="one_row_per_kind_of_quirk")
        ]

    def __str__(self) -> str:
        return f"{self.station.cp_id}: {self.kind} in {self.action}"
