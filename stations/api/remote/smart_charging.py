"""The routes of the Smart Charging profile."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocpp_ws.protocol import enumeration
from rfid.api.kit import INT32, Problem, StrictSerializer
from rfid.api.kit.filters import refuse_unknown
from stations import commands
from stations.api.charging_profiles import StoredProfile
from stations.api.outcome import outcome, refused
from stations.api.remote.base import (
    CommandResult,
    RemoteControl,
    actor,
    command,
    ocpp_object,
    wire_transaction_id,
)
from stations.errors import CommandRefused
from stations.models import ChargingProfile, Command
from stations.profiles import limit as limiting
from stations.profiles.stored import apply_profile

PLACE = "0: the whole station."
UNITS = enumeration("GetCompositeSchedule", "chargingRateUnit")


class SetChargingProfile(StrictSerializer):
    connectorId = serializers.IntegerField(source="connector_id", min_value=0, max_value=INT32, help_text=PLACE)
    csChargingProfiles = ocpp_object("SetChargingProfile", "csChargingProfiles")(
        source="cs_charging_profiles", required=False, help_text="One ChargingProfile."
    )
    storedProfile = StoredProfile(help_text="In its place: the id of one of /api/charging-profiles.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("cs_charging_profiles" in attrs) == ("stored" in attrs):
            raise ValidationError({"csChargingProfiles": "Either this or storedProfile is needed."})
        return attrs


class ClearChargingProfile(StrictSerializer):
    id = serializers.IntegerField(required=False, min_value=-INT32, max_value=INT32, help_text="Alone; else by:")
    connectorId = serializers.IntegerField(
        source="connector_id", required=False, min_value=0, max_value=INT32, help_text=PLACE
    )
    chargingProfilePurpose = serializers.ChoiceField(
        source="charging_profile_purpose", required=False,
        choices=enumeration("ClearChargingProfile", "chargingProfilePurpose"),
    )  # fmt: skip
    stackLevel = serializers.IntegerField(source="stack_level", required=False, min_value=0, max_value=INT32)


class GetCompositeSchedule(StrictSerializer):
    connectorId = serializers.IntegerField(source="connector_id", min_value=0, max_value=INT32, help_text=PLACE)
    duration = serializers.IntegerField(min_value=1, max_value=INT32, help_text="Seconds from now on.")
    chargingRateUnit = serializers.ChoiceField(source="charging_rate_unit", required=False, choices=UNITS)


class Limit(StrictSerializer):
    limit = serializers.DecimalField(max_digits=9, decimal_places=1, min_value=0, coerce_to_string=False)
    chargingRateUnit = serializers.ChoiceField(
        source="unit", choices=UNITS, help_text="A: amperes per phase; W: watts in all."
    )
    connectorId = serializers.IntegerField(
        source="connector_id", default=0, min_value=0, max_value=INT32, help_text=PLACE
    )
    minutes = serializers.IntegerField(
        default=None, min_value=1, max_value=INT32 // 60 - 1, help_text="Without it: until it is cleared."
    )


class Attempt(serializers.Serializer[Any]):
    commandId = serializers.IntegerField()
    connectorId = serializers.IntegerField()
    chargingProfilePurpose = serializers.CharField()
    state = serializers.CharField()
    status = serializers.CharField()
    errorCode = serializers.CharField()


class Limited(CommandResult):
    chargingProfileId = serializers.IntegerField(help_text="To clear it by.")
    attempts = Attempt(many=True)


class SmartChargingRoutes(RemoteControl):
    @command("set-charging-profile", SetChargingProfile)
    def set_charging_profile(self, request: Request, cpId: str) -> Response:
        """Install a charging profile, given here or stored; a stored TxProfile takes the running transaction."""
        members = self.members()
        if "stored" in members:
            return self.give(send_stored)
        profile = members["cs_charging_profiles"]
        if isinstance(profile, dict) and isinstance(number := profile.get("transactionId"), int):
            profile = profile | {"transactionId": wire_transaction_id(self.station(), number)}
        return self.give(commands.set_charging_profile, cs_charging_profiles=profile)

    @command("clear-charging-profile", ClearChargingProfile)
    def clear_charging_profile(self, request: Request, cpId: str) -> Response:
        """Remove a profile by its id, or all that match the other members; without any of them all profiles."""
        return self.give(commands.clear_charging_profile)

    @command("get-composite-schedule", GetCompositeSchedule)
    def get_composite_schedule(self, request: Request, cpId: str) -> Response:
        """What the station will do from now on: `scheduleStart` and `chargingSchedule` of the answer."""
        return self.give(commands.get_composite_schedule)

    @extend_schema(request=Limit, responses=Limited, tags=["admin"])
    @action(detail=True, methods=["post"], url_path="limit", url_name="limit", serializer_class=Limit)
    def limit(self, request: Request, cpId: str) -> Response:
        """Limit the station or a connector: by a ChargePointMaxProfile; where that is refused, by a TxDefaultProfile;
        else by a TxProfile for each running transaction. Waits for the answers."""
        refuse_unknown(request, set())
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        wish = limiting.Wish(**body.validated_data | {"limit": float(body.validated_data["limit"])})
        try:
            given = limiting.limit(self.station(), wish, actor=actor(request))
        except CommandRefused as refusal:
            raise refused(refusal) from None
        return limited(given)


def send_stored(station: Any, *, actor: str, connector_id: int, stored: ChargingProfile, **how: Any) -> Command:
    return apply_profile(stored, station, connector_id, actor, **how)


def limited(given: list[Command]) -> Response:
    """The outcome of the last command, with all that were given."""
    attempts = [
        {
            "commandId": one.pk, "connectorId": one.payload["connectorId"],
            "chargingProfilePurpose": one.payload["csChargingProfiles"]["chargingProfilePurpose"],
            "state": one.state, "status": one.status, "errorCode": one.error_code,
        }
        for one in given
    ]  # fmt: skip
    more = {"chargingProfileId": given[-1].payload["csChargingProfiles"]["chargingProfileId"], "attempts": attempts}
    try:
        answer = outcome(given[-1])
    except Problem as problem:
        problem.extra |= more
        raise
    answer.data |= more
    return answer
