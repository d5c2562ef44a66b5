"""What StatusNotifications tell of a station and its connectors (core 4.9)."""

from django.db import models


class ToldStatus(models.Model):
    """The members of a StatusNotification.req that say what is so; too long ones are cut."""

    status = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    info = models.CharField(max_length=255, blank=True)
    vendor_id = models.CharField(max_length=255, blank=True)
    vendor_error_code = models.CharField(max_length=50, blank=True)

    class Meta:
        abstract = True


class CurrentStatus(ToldStatus):
    """The newest of them, and of when it is."""

    status_at = models.DateTimeField(null=True, blank=True, help_text="By the station's clock.")
    status_received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
