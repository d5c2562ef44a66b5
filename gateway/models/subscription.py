"""Who is told of events, and what became of it."""

import base64
import secrets
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gateway.models.event import Event, newest_event


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def alert_types() -> list[str]:
    return [Event.Type.ALERT_OPENED.value, Event.Type.ALERT_CLOSED.value]


def validate_web_address(text: str) -> None:
    """Also of a host of one word, as within a composed network. Raises ValidationError."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or any(one.isspace() for one in text):
        raise ValidationError("no web address")


class Subscription(models.Model):
    """An address that is told of events of some types, from its creation on: by e-mail, or by a signed webhook
    (Standard Webhooks 1.0)."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    name = models.CharField(max_length=100)
    channel = models.CharField(max_length=7, choices=Channel, default=Channel.EMAIL)
    address = models.CharField(
        max_length=500, help_text=_("An e-mail address, or the http(s) address that events are posted to.")
    )
    types = models.JSONField(default=alert_types, help_text=_("Types of events."))
    secret = models.CharField(
        max_length=100, default=new_secret, editable=False,
        help_text=_("Webhooks are signed with it; give it to the receiver."),
    )  # fmt: skip
    enabled = models.BooleanField(default=True)
    told_to = models.BigIntegerField(default=newest_event, editable=False, help_text="The last event looked at.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check = validate_email if self.channel == self.Channel.EMAIL else validate_web_address
        try:
            check(self.address)
        except ValidationError:
            example = "operator@example.org" if self.channel == self.Channel.EMAIL else "https://example.org/hook"
            raise ValidationError({"address": _("Give an address such as %s.") % example}) from None


class Delivery(models.Model):
    """One event on its way to one address. It goes with its event."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=255, blank=True, help_text=_("Of the last attempt."))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="one_delivery_per_event_and_address")
        ]
        indexes = [
            models.Index(fields=["next_at"], name="deliveries_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.subscription}"
