"""Who may charge."""

from django.db import models

from rfid.fields import CiKeyField


class RfidCard(models.Model):
    """A card or other token that a driver shows to a station; OCPP's idTag.

    idTags are CiString20: `tag_key` finds them without case (core 7.28, errata 3.74).
    """

    class Status(models.TextChoices):
        ACTIVE = "Active"
        BLOCKED = "Blocked"
        INACTIVE = "Inactive"

    tag_id = models.CharField("tag", max_length=20)
    tag_key = CiKeyField(of="tag_id", max_length=60, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    valid_until = models.DateTimeField(null=True, blank=True)
    parent_id_tag = models.CharField(
        "group", max_length=20, blank=True, help_text="Cards of one group may stop each other's sessions (parentIdTag)."
    )
    holder = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=200, blank=True)
    max_sessions = models.PositiveSmallIntegerField(
        "sessions at once", null=True, blank=True, default=1, help_text="Empty: any number. More are ConcurrentTx."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["tag_id"]
        verbose_name = "card"

    def __str__(self) -> str:
        return self.tag_id
