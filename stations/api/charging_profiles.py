"""/api/charging-profiles: what is kept to be sent; /api/installed-profiles: what stations have accepted."""

from copy import copy
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django_filters import ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from ocpp_ws.protocol import member_schema
from rfid.api.kit import INT32, NUMBER, CamelModelSerializer, Ordering, Problem, Search, WholeNumber
from stations.api.filters import StationName
from stations.models import ChargingProfile, InstalledProfile
from stations.models.charging_profile import PROFILE, choices
from stations.profiles.stored import faults_of

PURPOSES, KINDS = choices("chargingProfilePurpose"), choices("chargingProfileKind")


@extend_schema_field(member_schema(*PROFILE, "chargingSchedule"))
class Schedule(serializers.JSONField):
    """A ChargingSchedule (core 7.13), documented by the official schema."""


@extend_schema_field(member_schema(*PROFILE))
class Profile(serializers.JSONField):
    """A ChargingProfile (core 7.8)."""


class StoredProfile(serializers.PrimaryKeyRelatedField[ChargingProfile]):
    """The id of a stored profile, in the body of a command."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=ChargingProfile.objects.all(), source="stored", required=False, **kwargs)


class ProfileSerializer(CamelModelSerializer):
    chargingProfilePurpose = serializers.ChoiceField(source="purpose", choices=PURPOSES)
    chargingProfileKind = serializers.ChoiceField(source="kind", choices=KINDS)
    recurrencyKind = serializers.ChoiceField(
        source="recurrency_kind", choices=choices("recurrencyKind"), required=False, allow_blank=True
    )
    chargingSchedule = Schedule(source="schedule")

    class Meta:
        model = ChargingProfile
        fields = (
            "id", "name", "chargingProfilePurpose", "chargingProfileKind", "recurrencyKind", "stack_level",
            "valid_from", "valid_to", "chargingSchedule", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("id", "created_at", "updated_at")
        extra_kwargs = {"stack_level": {"max_value": INT32}, "name": {"validators": []}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What OCPP says of a profile, whatever station it goes to."""
        profile = copy(self.instance) if isinstance(self.instance, ChargingProfile) else ChargingProfile()
        for name, value in attrs.items():
            setattr(profile, name, value)
        if errors := faults_of(profile):
            raise ValidationError({path: [why] for path, why in errors})
        return attrs | ({"schedule": profile.schedule} if "schedule" in attrs else {})


class ProfileFilter(FilterSet):
    chargingProfilePurpose = ChoiceFilter(field_name="purpose", choices=PURPOSES)
    chargingProfileKind = ChoiceFilter(field_name="kind", choices=KINDS)
    stackLevel = WholeNumber(field_name="stack_level")
    search = Search("name")
    ordering = Ordering(id="id", name="name", stackLevel="stack_level", createdAt="created_at", updatedAt="updated_at")


class ProfileViewSet(ModelViewSet[ChargingProfile]):
    """Charging profiles to be sent to stations: `storedProfile` of set-charging-profile and start-transaction."""

    queryset = ChargingProfile.objects.order_by("name")
    serializer_class = ProfileSerializer
    filterset_class = ProfileFilter
    lookup_value_regex = NUMBER

    def perform_create(self, serializer: Any) -> None:
        self.keep(serializer)

    def perform_update(self, serializer: Any) -> None:
        self.keep(serializer)

    def keep(self, serializer: Any) -> None:
        try:
            with transaction.atomic():
                serializer.save()
        except IntegrityError:  # the constraint decides, also between two who create it at once
            text = "There is a charging profile with this name already."
            errors = [{"attr": "name", "code": "unique", "detail": text}]
            raise Problem(409, "conflict", text, errors=errors) from None


class InstalledSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    connectorId = serializers.IntegerField(source="connector_number")
    chargingProfilePurpose = serializers.CharField(source="purpose")
    storedProfile = serializers.IntegerField(source="stored_id", allow_null=True)
    chargingProfile = Profile(source="profile")

    class Meta:
        model = InstalledProfile
        fields = (
            "cpId", "connectorId", "charging_profile_id", "chargingProfilePurpose", "stack_level", "transaction_id",
            "ends_at", "storedProfile", "accepted_at", "chargingProfile",
        )  # fmt: skip


class InstalledFilter(FilterSet):
    cpId = StationName()
    connectorId = WholeNumber(field_name="connector_number")
    chargingProfilePurpose = ChoiceFilter(field_name="purpose", choices=PURPOSES)
    chargingProfileId = WholeNumber(field_name="charging_profile_id")
    storedProfile = WholeNumber(field_name="stored")
    ordering = Ordering(cpId="station__cp_id", connectorId="connector_number", acceptedAt="accepted_at")


class InstalledProfileViewSet(ListModelMixin, GenericViewSet[InstalledProfile]):
    """What stations hold by their own answers, until it is cleared, replaced, or its transaction ends."""

    queryset = InstalledProfile.objects.all()
    serializer_class = InstalledSerializer
    filterset_class = InstalledFilter

    def get_queryset(self) -> QuerySet[InstalledProfile]:
        return InstalledProfile.objects.select_related("station").order_by("-id")
