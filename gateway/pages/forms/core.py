"""The forms of the Core and Remote Trigger profiles."""

from typing import Any

from django import forms
from django.core.validators import MinLengthValidator

from gateway.pages.forms.base import RADIO, SELECT, TEXT, CommandForm, ProfileChoice, cards, choose, sockets, words
from ocpp_ws.protocol import enumeration
from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from sessions_app.services import remote_stop
from stations import commands
from stations.admin.show import kwh
from stations.models import Command
from stations.profiles.stored import start_with_profile


class StartForm(CommandForm):
    action, title, icon = "RemoteStartTransaction", "Start", "play_arrow"
    explanation = (
        "Asks the station to begin a session. Accepted means that it will try: the driver may have to plug in."
    )
    id_tag = forms.CharField(label="Card", max_length=20, widget=TEXT(attrs={"list": "cards", "autocomplete": "off"}))
    connector_id = forms.TypedChoiceField(
        label="Connector", required=False, coerce=int, empty_value=None, widget=SELECT
    )
    stored = ProfileChoice(label="Charging profile", purpose="TxProfile", required=False, empty_label="none")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [("", "as the station likes"), *sockets(self.chosen)])

    def suggestions(self) -> list[RfidCard]:
        return cards()

    def body(self) -> dict[str, Any]:
        body = super().body()
        if profile := body.pop("stored", None):
            body["storedProfile"] = profile.pk
        return body

    def send(self, actor: str) -> Command:
        return start_with_profile(self.station, actor=actor, **self.cleaned_data)


class StopForm(CommandForm):
    action, title, icon = "RemoteStopTransaction", "Stop", "stop"
    explanation = "Asks the station to end a session; the session closes when its StopTransaction arrives."
    session = forms.TypedChoiceField(coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = ChargingSession.objects.filter(station=self.station, status=ChargingSession.Status.ACTIVE)
        self.active = {session.pk: session for session in active.order_by("connector_number")}
        choose(self, "session", [(pk, told(session)) for pk, session in self.active.items()])

    def missing(self) -> str:
        return "" if self.active else "No session is active here."

    def send(self, actor: str) -> Command:
        return remote_stop(self.active[self.cleaned_data["session"]], actor=actor)


class AvailabilityForm(CommandForm):
    action, title, icon = "ChangeAvailability", "Availability", "toggle_on"
    explanation = "Inoperative takes a connector out of service; while a session runs, the station does it afterwards."
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=SELECT)
    type = forms.ChoiceField(
        choices=words(enumeration("ChangeAvailability", "type")[::-1]),
        widget=RADIO,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [(0, "the whole station"), *sockets(self.chosen)])

    def send(self, actor: str) -> Command:
        return commands.change_availability(self.station, actor=actor, **self.cleaned_data)


class ResetForm(CommandForm):
    action, title, icon = "Reset", "Reset", "restart_alt"
    explanation = "Soft ends running sessions properly and restarts; Hard restarts at once."
    type = forms.ChoiceField(
        choices=words(enumeration("Reset", "type")[::-1]),
        widget=RADIO,
    )

    def risk(self) -> str:
        hard = self.cleaned_data["type"] == "Hard"
        return "A hard reset cuts running sessions off; their last meter values may be lost." if hard else ""

    def send(self, actor: str) -> Command:
        return commands.reset(self.station, actor=actor, **self.cleaned_data)


class UnlockForm(CommandForm):
    action, title, icon = "UnlockConnector", "Unlock", "lock_open"
    explanation = "For a cable that is stuck. To end a session, use Stop."
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", sockets(self.chosen))

    def risk(self) -> str:
        return f"Connector {self.cleaned_data['connector_id']} releases its plug, and a session on it ends."

    def send(self, actor: str) -> Command:
        return commands.unlock_connector(self.station, actor=actor, **self.cleaned_data)


class ReadConfigurationForm(CommandForm):
    action, title, icon = "GetConfiguration", "Read configuration", "list_alt"
    explanation = "Leave the keys empty to read everything that the station tells."
    key = forms.CharField(label="Keys", required=False, widget=TEXT, help_text="With spaces.")

    def clean_key(self) -> list[str] | None:
        return self.cleaned_data["key"].replace(",", " ").split() or None

    def send(self, actor: str) -> Command:
        return commands.get_configuration(self.station, actor=actor, **self.cleaned_data)


class ChangeConfigurationForm(CommandForm):
    action, title, icon = "ChangeConfiguration", "Change configuration", "tune"
    key = forms.CharField(max_length=50, widget=TEXT, validators=[MinLengthValidator(1)])
    value = forms.CharField(
        max_length=500, required=False, strip=False, widget=TEXT,
        help_text="As text, exactly as the station is to store it.",
    )  # fmt: skip

    def body(self) -> dict[str, Any]:
        return dict(self.cleaned_data)  # an empty value is one

    def send(self, actor: str) -> Command:
        return commands.change_configuration(self.station, actor=actor, **self.cleaned_data)


class ClearCacheForm(CommandForm):
    action, title, icon = "ClearCache", "Clear cache", "delete_sweep"
    explanation = "The station forgets the cards it has learned; its local list stays."

    def send(self, actor: str) -> Command:
        return commands.clear_cache(self.station, actor=actor)


class DataTransferForm(CommandForm):
    action, title, icon = "DataTransfer", "Data transfer", "swap_horiz"
    explanation = "A message whose meaning the vendor of the station defines."
    vendor_id = forms.CharField(label="Vendor", max_length=255, widget=TEXT)
    message_id = forms.CharField(label="Message", max_length=50, required=False, empty_value=None, widget=TEXT)
    data = forms.CharField(required=False, strip=False, empty_value=None, widget=TEXT)  # type: ignore[assignment]

    def send(self, actor: str) -> Command:
        return commands.data_transfer(self.station, actor=actor, **self.cleaned_data)


class TriggerForm(CommandForm):
    action, title, icon = "TriggerMessage", "Trigger message", "notifications_active"
    explanation = "Asks the station to send a message now; it comes after the answer."
    requested_message = forms.ChoiceField(label="Message", widget=SELECT)
    connector_id = forms.TypedChoiceField(
        label="Connector", required=False, coerce=int, empty_value=None, widget=SELECT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "requested_message", words(enumeration(self.action, "requestedMessage")))
        choose(self, "connector_id", [("", "not one in particular"), *sockets(self.chosen)])

    def send(self, actor: str) -> Command:
        return commands.trigger_message(self.station, actor=actor, **self.cleaned_data)


class ExtendedTriggerForm(TriggerForm):
    action, title, icon = "ExtendedTriggerMessage", "Extended trigger", "notification_important"
    explanation = "As Trigger message, also for the messages of the security extension."

    def send(self, actor: str) -> Command:
        return commands.extended_trigger_message(self.station, actor=actor, **self.cleaned_data)


def told(session: ChargingSession) -> str:
    return f"Connector {session.connector_number}, {session.id_tag}, {kwh(session.energy_wh)} ({session.pk})"


# the last part of the address -> the form; the names are the REST routes'
EVERYDAY: dict[str, type[CommandForm]] = {
    "start-transaction": StartForm,
    "stop-transaction": StopForm,
    "change-availability": AvailabilityForm,
    "unlock-connector": UnlockForm,
    "reset": ResetForm,
    "get-configuration": ReadConfigurationForm,
    "change-configuration": ChangeConfigurationForm,
}
SELDOM: dict[str, type[CommandForm]] = {
    "trigger-message": TriggerForm,
    "clear-cache": ClearCacheForm,
    "data-transfer": DataTransferForm,
}
EXTENDED: dict[str, type[CommandForm]] = {"extended-trigger-message": ExtendedTriggerForm}
