"""The forms of the Smart Charging profile."""

from typing import Any

from django import forms

from gateway.pages.forms.base import SELECT, TEXT, CommandForm, ProfileChoice, choose, sockets, words
from ocpp_ws.protocol import enumeration
from stations import commands
from stations.models import ChargingProfile, Command
from stations.profiles.capabilities import limits_of
from stations.profiles.limit import Wish, limit
from stations.profiles.stored import apply_profile

WHOLE = (0, "the whole station")
UNITS = {"A": "A per phase", "W": "W in all"}


def number(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=TEXT(attrs={"inputmode": "numeric"}), **options)


class LimitForm(CommandForm):
    action, title, icon = "SetChargingProfile", "Limit", "speed"
    explanation = (
        "Limits the station, or one connector, by whatever it takes: a ChargePointMaxProfile, else a TxDefaultProfile, "
        "else a TxProfile for each running session. A new limit replaces the old one."
    )
    limit = forms.DecimalField(max_digits=9, decimal_places=1, min_value=0, widget=TEXT(attrs={"inputmode": "decimal"}))
    unit = forms.ChoiceField(widget=SELECT)
    minutes = number("Minutes", required=False, min_value=1, max_value=525_600, help_text="Empty: until it is cleared.")
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = list(UNITS) if len(self.chosen) > 1 else limits_of(self.station).units
        choose(self, "unit", [(unit, UNITS[unit]) for unit in units])
        choose(self, "connector_id", [WHOLE, *sockets(self.chosen)])

    def body(self) -> dict[str, Any]:
        body = super().body()
        return body | {"chargingRateUnit": body.pop("unit"), "limit": float(body["limit"])}

    def send(self, actor: str) -> Command:
        wish = Wish(**self.cleaned_data | {"limit": float(self.cleaned_data["limit"])})
        return limit(self.station, wish, actor=actor)[-1]


class SetProfileForm(CommandForm):
    action, title, icon = "SetChargingProfile", "Set charging profile", "stacked_line_chart"
    explanation = "Sends a stored charging profile. A TxProfile is for the session that runs on the connector."
    needs = ChargingProfile
    profile = ProfileChoice()
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [WHOLE, *sockets(self.chosen)])

    def missing(self) -> str:
        return "" if ChargingProfile.objects.exists() else "No charging profile is stored yet."

    def body(self) -> dict[str, Any]:
        return {"storedProfile": self.cleaned_data["profile"].pk, "connectorId": self.cleaned_data["connector_id"]}

    def send(self, actor: str) -> Command:
        return apply_profile(self.cleaned_data["profile"], self.station, self.cleaned_data["connector_id"], actor)


class ClearProfilesForm(CommandForm):
    action, title, icon = "ClearChargingProfile", "Clear charging profiles", "layers_clear"
    explanation = "Removes one profile by its id, or all that match the rest; with nothing filled in, all profiles."
    id = number("Profile id", required=False)
    connector_id = forms.TypedChoiceField(
        label="Connector", required=False, coerce=int, empty_value=None, widget=SELECT
    )
    charging_profile_purpose = forms.ChoiceField(
        label="Purpose", required=False, widget=SELECT,
        choices=[("", "any"), *words(enumeration("ClearChargingProfile", "chargingProfilePurpose"))],
    )  # fmt: skip
    stack_level = number("Stack level", required=False, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [("", "any"), WHOLE, *sockets(self.chosen)])

    def clean_charging_profile_purpose(self) -> str | None:
        return self.cleaned_data["charging_profile_purpose"] or None

    def risk(self) -> str:
        everything = all(value is None for value in self.cleaned_data.values())
        return "Every charging profile of the station is removed." if everything else ""

    def send(self, actor: str) -> Command:
        return commands.clear_charging_profile(self.station, actor=actor, **self.cleaned_data)


class CompositeScheduleForm(CommandForm):
    action, title, icon = "GetCompositeSchedule", "Composite schedule", "show_chart"
    explanation = "What the station will do from now on by all its profiles together; connector 0: in all."
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=SELECT)
    minutes = number("Minutes", min_value=1, max_value=525_600, initial=1440)
    charging_rate_unit = forms.ChoiceField(
        label="Unit", required=False, widget=SELECT, choices=[("", "as the station likes"), *UNITS.items()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [WHOLE, *sockets(self.chosen)])

    def body(self) -> dict[str, Any]:
        body = super().body()
        return body | {"duration": body.pop("minutes") * 60}

    def send(self, actor: str) -> Command:
        wanted = self.cleaned_data
        return commands.get_composite_schedule(
            self.station, actor=actor, connector_id=wanted["connector_id"], duration=wanted["minutes"] * 60,
            charging_rate_unit=wanted["charging_rate_unit"] or None,
        )  # fmt: skip


EVERYDAY: dict[str, type[CommandForm]] = {"limit": LimitForm}
SELDOM: dict[str, type[CommandForm]] = {
    "set-charging-profile": SetProfileForm,
    "clear-charging-profile": ClearProfilesForm,
    "get-composite-schedule": CompositeScheduleForm,
}
