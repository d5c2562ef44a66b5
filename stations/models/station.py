"""A charge point, its link included."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Length, Now
from django.db.models.lookups import GreaterThanOrEqual

from ocpp_ws.protocol import ci_key
from rfid.fields import CiKeyField
from stations.models.status import CurrentStatus


class StationQuerySet(models.QuerySet["ChargingStation"]):
    def with_online(self) -> "StationQuerySet":
        """Adds `online`: the lease of the station's link has not run out, by the database's clock."""
        return self.annotate(online=Case(When(lease_until__gt=Now(), then=Value(True)), default=Value(False)))

    def connected(self) -> "StationQuerySet":
        return self.filter(lease_until__gt=Now())

    def locked(self) -> "StationQuerySet":
        """Until COMMIT; rows that point to them may be written meanwhile. SQLite has one writer anyway."""
        return self.select_for_update(no_key=connection.features.has_select_for_no_key_update)

    def named(self, cp_id: str) -> "StationQuerySet":
        """The station of that identity, whatever its case."""
        return self.filter(cp_key=ci_key(cp_id))

    def with_serial_number(self, number: str) -> "StationQuerySet":
        """Those that tell this number, whatever its case, as one of their two."""
        return self.filter(Q(serial_number__iexact=number) | Q(charge_box_serial_number__iexact=number))

    def with_serial_number_in(self, text: str, *, at_least: int) -> "StationQuerySet":
        """Those that tell a number of so many characters (1 or more) which is a part of the text, whatever its case."""
        parts = [
            Q(text__icontains=F(name)) & GreaterThanOrEqual(Length(name), at_least)
            for name in ("serial_number", "charge_box_serial_number")
        ]
        return self.annotate(text=Value(text, output_field=models.CharField())).filter(parts[0] | parts[1])


def time_zone_exists(name: str) -> None:
    """Raises ValidationError."""
    if name and name not in available_timezones():
        raise ValidationError(f"{name} is no time zone; use e.g. Europe/Berlin.")


class ChargingStation(CurrentStatus):
    """A charge point; its status is the one told of connector 0.

    The link columns (epoch .. lease_until) are written only by the process that holds its link.
    """

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

    class Authentication(models.TextChoices):
        NONE = "none", "none: whoever has the identity"
        BASIC = "basic", "basic: AuthorizationKey as password"
        KEY = "key", "key: the same under any user name"

    class UnknownTags(models.TextChoices):
        DEFAULT = "default", "as the gateway's setting"
        DENY = "deny", "Invalid"
        ACCEPT = "accept", "Accepted"

    cp_id = models.CharField("identity", max_length=48)
    cp_key = CiKeyField(of="cp_id", max_length=144, unique=True)
    name = models.CharField(max_length=100, blank=True)
    site = models.CharField(max_length=100, blank=True)
    registration = models.CharField(max_length=8, choices=Registration, default=Registration.ACCEPTED)
    strict = models.BooleanField(
        default=False,
        help_text="Refuse what is tolerated otherwise, at once; for conformance tests.",
    )
    milliseconds = models.BooleanField(
        default=False,
        help_text="Times that it is sent have milliseconds (12:00:00.000Z), which few need and some cannot read.",
    )
    transaction_ids = models.CharField(
        max_length=12, choices=TransactionIds, default=TransactionIds.DEFAULT, blank=True
    )
    time_zone = models.CharField(
        max_length=40, blank=True, validators=[time_zone_exists],
        help_text="Of times that it sends without one, e.g. Europe/Berlin; empty: UTC. From the next link on.",
    )  # fmt: skip
    pings = models.CharField(
        max_length=4, choices=Pings, default=Pings.AUTO,
        help_text="Without pings a link is cut after three heartbeat intervals of silence. From the next link on.",
    )  # fmt: skip

    # who it proves to be (white paper A01, A05); hashes of keys, never a key
    authentication = models.CharField(
        max_length=5, choices=Authentication, default=Authentication.NONE,
        help_text="basic, key: it must present its AuthorizationKey at every connection.",
    )  # fmt: skip
    key_hash = models.CharField(max_length=110, blank=True, editable=False)
    pending_key_hashes = models.JSONField(
        default=list, blank=True, editable=False, help_text="Of keys that it may have taken; the oldest first."
    )
    security_profile = models.PositiveSmallIntegerField(default=0, help_text="It has connected with this one.")
    pending_security_profile = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="It has accepted this one, and not connected with it yet."
    )
    unknown_tags = models.CharField(
        max_length=7,
        choices=UnknownTags,
        default=UnknownTags.DEFAULT,
        help_text="What a tag without a card is answered.",
    )

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
    boot_answer = models.CharField(
        "last boot was answered", max_length=8, blank=True, help_text="The registration that its last boot was told."
    )

    # as told by its Firmware- and DiagnosticsStatusNotification
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
    host = models.CharField(max_length=255, blank=True, help_text="The Host under which it reached the gateway.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_reservation_id = models.PositiveIntegerField(
        default=0, editable=False, help_text="The last one given out by the central system."
    )

    objects = StationQuerySet.as_manager()
    online: ClassVar[bool]  # by with_online()

    class Meta:
        ordering = ["cp_id"]
        indexes = [models.Index(fields=["lease_until"]), models.Index(fields=["owner"])]
        verbose_name = "station"

    def __str__(self) -> str:
        return self.cp_id

    def require_login(self) -> None:
        """From its next connection on; not saved. One that may use any user name still may."""
        if self.authentication == self.Authentication.NONE:
            self.authentication = self.Authentication.BASIC
