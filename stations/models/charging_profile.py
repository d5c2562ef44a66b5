"""Charging profiles (core 7.8): those that are kept here to be sent, and those that stations have accepted."""

from typing import Any

from django.db import models
from django.utils import timezone

from ocpp_ws.protocol import enumeration
from stations.models.station import ChargingStation

PROFILE = ("SetChargingProfile", "csChargingProfiles")


def choices(member: str) -> list[tuple[str, str]]:
    return [(word, word) for word in enumeration(*PROFILE, member)]


class ChargingProfile(models.Model):
    """A profile to be sent to any number of stations. Its transactionId belongs to a station, and is not kept here."""

    name = models.CharField(max_length=100, unique=True)
    purpose = models.CharField(max_length=21, choices=choices("chargingProfilePurpose"))
    kind = models.CharField(max_length=9, choices=choices("chargingProfileKind"))
    recurrency_kind = models.CharField(max_length=6, choices=choices("recurrencyKind"), blank=True)
    stack_level = models.PositiveIntegerField(default=0, help_text="A higher level goes before a lower one.")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    schedule = models.JSONField(help_text="A ChargingSchedule (core 7.13).")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class InstalledProfile(models.Model):
    """A profile that a station has accepted, until it is cleared, replaced, or its transaction ends (core 5.16)."""

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="installed_profiles")
    connector_number = models.PositiveIntegerField("connector", help_text="0: the whole station.")
    charging_profile_id = models.BigIntegerField("profile id")
    purpose = models.CharField(max_length=21)
    stack_level = models.BigIntegerField()
    transaction_id = models.BigIntegerField(null=True, blank=True, help_text="Of a TxProfile.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="From then on it says nothing any more.")
    stored = models.ForeignKey(
        ChargingProfile, on_delete=models.SET_NULL, null=True, blank=True, related_name="installed",
        help_text="The stored profile that it was sent from.",
    )  # fmt: skip
    profile = models.JSONField(help_text="As it was sent.")
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["station", "connector_number", "purpose", "-stack_level"]
        constraints = [
            models.UniqueConstraint(fields=["station", "charging_profile_id"], name="one_row_per_profile_id"),
            models.UniqueConstraint(
                fields=["station", "connector_number", "purpose", "stack_level"], name="one_profile_per_stack_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.charging_profile_id} of {self.station.cp_id}"

    @property
    def schedule(self) -> dict[str, Any]:
        schedule: dict[str, Any] = self.profile["chargingSchedule"]
        return schedule
