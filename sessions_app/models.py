"""Who charged where, and how much."""

from django.db import models
from django.db.models import Q

from rfid.models import RfidCard
from stations.models import ChargingStation, Command, Connector


def energy(meter_start: int, meter_stop: int | None, last_meter_wh: int | None) -> int | None:
    """ChargingSession.energy_wh, for rows of which only these columns are read."""
    last = last_meter_wh if meter_stop is None else meter_stop
    return last - meter_start if last is not None and last >= meter_start else None


class ChargingSession(models.Model):
    """One transaction of a station, from StartTransaction to StopTransaction.

    `id` is the time of its registration in ms since 1970, made unique: it never repeats and orders by time.
    `transaction_id` is the number that the station was told (docs/api.md says how they relate).
    `active_connector` is set while the session is active and emptied when it ends: a nullable unique reference, so
    that a connector has at most one active session on every database.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        COMPLETED = "completed"
        INTERRUPTED = "interrupted"

    id = models.BigIntegerField(primary_key=True)
    transaction_id = models.BigIntegerField(unique=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.PROTECT, related_name="sessions")
    connector_number = models.PositiveIntegerField()
    active_connector = models.OneToOneField(
        Connector, on_delete=models.PROTECT, null=True, blank=True, related_name="active_session"
    )
    card = models.ForeignKey(RfidCard, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions")
    id_tag = models.CharField(max_length=255, blank=True)
    id_tag_key = models.CharField(max_length=255, blank=True, help_text="Without case: idTags are compared so.")
    authorization = models.CharField(max_length=20, help_text="What the station was told about the card.")
    id_tag_info = models.JSONField(default=dict, help_text="The idTagInfo of the first answer; a retry gets it again.")
    status = models.CharField(max_length=11, choices=Status, default=Status.ACTIVE)
    flags = models.JSONField(default=list, blank=True, help_text="What is suspicious about it.")
    reservation_id = models.BigIntegerField(null=True, blank=True)
    command = models.OneToOneField(
        Command, on_delete=models.SET_NULL, null=True, blank=True, related_name="session",
        help_text="The RemoteStartTransaction that led to it.",
    )  # fmt: skip

    meter_start = models.BigIntegerField("meter at start (Wh)")
    started_at = models.DateTimeField(help_text="By the station's clock; by ours where that is not set.")
    started_as_sent = models.CharField(max_length=64, help_text="The instant in UTC, else the raw text.")
    start_received_at = models.DateTimeField()
    generation = models.PositiveIntegerField(default=0, help_text="Counts sessions of stations without a clock.")

    last_meter_wh = models.BigIntegerField(null=True, blank=True)
    last_meter_at = models.DateTimeField(null=True, blank=True)
    power_w = models.FloatField(null=True, blank=True)
    soc_percent = models.FloatField(null=True, blank=True)

    meter_stop = models.BigIntegerField("meter at stop (Wh)", null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_as_sent = models.CharField(max_length=64, blank=True)
    stop_received_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=40, blank=True)
    stop_id_tag = models.CharField(max_length=255, blank=True)
    stop_inferred = models.BooleanField(default=False, help_text="No StopTransaction came; a late one still wins.")
    stop_conflicts = models.JSONField(default=list, blank=True, help_text="Further, different StopTransactions.")
    needs_reconcile_since = models.DateTimeField(
        null=True, blank=True, help_text="The station booted then; nothing has come since to say that it goes on."
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "session"
        constraints = [
            # the natural key of a StartTransaction: a retry opens no second session
            models.UniqueConstraint(
                fields=[
                    "station", "connector_number", "id_tag_key", "meter_start", "started_as_sent", "generation",
                ],
                name="one_session_per_start",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["station", "-id"]),
            models.Index(fields=["id_tag_key", "-id"]),
            models.Index(fields=["status", "-id"]),
            models.Index(fields=["started_at", "id"]),
            models.Index(fields=["start_received_at"]),
            models.Index(fields=["stop_received_at"]),
            models.Index(fields=["station"], name="sessions_open_of_station", condition=Q(status="active")),
            models.Index(fields=["id_tag_key"], name="sessions_open_of_card", condition=Q(status="active")),
            models.Index(fields=["card"], name="sessions_open_by_card", condition=Q(status="active")),
            models.Index(
                fields=["needs_reconcile_since"], name="sessions_to_reconcile",
                condition=Q(needs_reconcile_since__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)

    @property
    def energy_wh(self) -> int | None:
        """Energy in Wh: at the end by the meter, until then by the last register value; None where unverified."""
        return energy(self.meter_start, self.meter_stop, self.last_meter_wh)


class MeterValue(models.Model):
    """One sampled value. `value` is the station's text, `number` its reading where it is one.

    `digest` sums up what else makes a sample itself (connector or session, measurand, phase, context, location, unit,
    format, value): with station and time as sent it is the natural key, so a message sent twice is stored once.
    """

    station = models.ForeignKey(ChargingStation, on_delete=models.PROTECT, related_name="meter_values")
    session = models.ForeignKey(
        ChargingSession, on_delete=models.CASCADE, null=True, blank=True, related_name="meter_values", db_index=False
    )
    connector_number = models.PositiveIntegerField(default=0)
    timestamp = models.DateTimeField(help_text="As sent; 1970 where it could not be read.")
    sampled_at = models.DateTimeField(help_text="For display and order: the time of receipt where that one is wrong.")
    received_at = models.DateTimeField()
    measurand = models.CharField(max_length=64, default="Energy.Active.Import.Register")
    phase = models.CharField(max_length=16, default="", blank=True)
    context = models.CharField(max_length=32, default="Sample.Periodic")
    location = models.CharField(max_length=16, default="Outlet")
    unit = models.CharField(max_length=32, default="", blank=True)
    format = models.CharField(max_length=16, default="Raw")
    value = models.TextField()
    number = models.FloatField(null=True, blank=True)
    digest = models.BigIntegerField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "timestamp", "digest"], name="one_row_per_sampled_value")
        ]
        indexes = [models.Index(fields=["session", "sampled_at"])]

    def __str__(self) -> str:
        return f"{self.measurand} {self.value} {self.unit}".rstrip()


class ReconciliationItem(models.Model):
    """Something that the gateway could not decide for sure: an operator looks at it and settles it with one click.

    It is written in the commit of what it is about. `key` is what makes it itself: a message that is repeated, with
    whatever message id, makes no second one, also when the first one is settled.
    """

    class Kind(models.TextChoices):
        UNMATCHED_STOP = "unmatched_stop", "stop without session"
        UNMATCHED_METER_VALUES = "unmatched_meter_values", "meter values without session"
        FOREIGN_TRANSACTION = "foreign_transaction", "another station's transaction"
        STOP_CONFLICT = "stop_conflict", "second, different stop"
        SUSPECT_SESSION = "suspect_session", "suspect session"
        SILENT_SESSION = "silent_session", "silent session"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="reconciliation_items")
    session = models.ForeignKey(
        ChargingSession, on_delete=models.CASCADE, null=True, blank=True, related_name="reconciliation_items"
    )
    kind = models.CharField(max_length=24, choices=Kind)
    key = models.CharField(max_length=64, editable=False)
    action = models.CharField(max_length=40, blank=True)
    payload = models.JSONField(default=dict, blank=True, help_text="As the station sent it.")
    detail = models.TextField(help_text="What happened, and what can be done.")
    created_at = models.DateTimeField(help_text="When the message was received.")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    resolution = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["station", "kind", "key"], name="one_item_per_matter")]
        indexes = [
            models.Index(fields=["kind"], name="reconciliation_open", condition=Q(resolved_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.station.cp_id}"


class TransactionIdCounter(models.Model):
    """The last transactionId given out, where the database has no sequences (one row, `pk` 1)."""

    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.value)
