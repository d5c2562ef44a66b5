"""The seven commands as forms: what an operator fills in, what has to be confirmed, what is called."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import MinLengthValidator
from ocpp.v16.enums import AvailabilityType, ResetType
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from sessions_app.services import remote_stop
from stations import commands
from stations.admin.show import kwh
from stations.models import ChargingStation, Command

Choices = list[tuple[Any, str]]


class CommandForm(forms.Form):
    """Base: `send` gives the command and returns its row; it raises what `stations.errors` lists."""

    action: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    explanation: ClassVar[str] = ""

    def __init__(self, station: ChargingStation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.station = station

    def risk(self) -> str:
        """What a valid form would do that cannot be undone, to be confirmed first; empty: nothing."""
        return ""

    def send(self, actor: str) -> Command:
        raise NotImplementedError


class StartForm(CommandForm):
    action, title, icon = "RemoteStartTransaction", "Start", "play_arrow"
    explanation = (
        "Asks the station to begin a session. Accepted means that it will try: the driver may have to plug in."
    )
    id_tag = forms.CharField(
        label="Card", max_length=20, widget=UnfoldAdminTextInputWidget(attrs={"list": "cards", "autocomplete": "off"})
    )
    connector_id = forms.TypedChoiceField(
        label="Connector", required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [("", "as the station likes"), *sockets(self.station)])

    def suggestions(self) -> list[RfidCard]:
        return list(RfidCard.objects.filter(status=RfidCard.Status.ACTIVE).order_by("tag_id")[:50])

    def send(self, actor: str) -> Command:
        return commands.remote_start_transaction(self.station, actor=actor, **self.cleaned_data)


class StopForm(CommandForm):
    action, title, icon = "RemoteStopTransaction", "Stop", "stop"
    explanation = "Asks the station to end a session; the session closes when its StopTransaction arrives."
    session = forms.TypedChoiceField(coerce=int, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = ChargingSession.objects.filter(station=self.station, status=ChargingSession.Status.ACTIVE)
        self.active = {session.pk: session for session in active.order_by("connector_number")}
        choose(self, "session", [(pk, told(session)) for pk, session in self.active.items()])

    def send(self, actor: str) -> Command:
        return remote_stop(self.active[self.cleaned_data["session"]], actor=actor)


class AvailabilityForm(CommandForm):
    action, title, icon = "ChangeAvailability", "Availability", "toggle_on"
    explanation = "Inoperative takes a connector out of service; while a session runs, the station does it afterwards."
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=UnfoldAdminSelectWidget)
    type = forms.ChoiceField(
        choices=[(str(one.value), str(one.value)) for one in reversed(AvailabilityType)],
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [(0, "the whole station"), *sockets(self.station)])

    def send(self, actor: str) -> Command:
        return commands.change_availability(self.station, actor=actor, **self.cleaned_data)


class ResetForm(CommandForm):
    action, title, icon = "Reset", "Reset", "restart_alt"
    explanation = "Soft ends running sessions properly and restarts; Hard restarts at once."
    type = forms.ChoiceField(
        choices=[(str(one.value), str(one.value)) for one in reversed(ResetType)],
        widget=UnfoldAdminRadioSelectWidget,
    )

    def risk(self) -> str:
        hard = self.cleaned_data["type"] == ResetType.hard
        return "A hard reset cuts running sessions off; their last meter values may be lost." if hard else ""

    def send(self, actor: str) -> Command:
        return commands.reset(self.station, actor=actor, **self.cleaned_data)


class UnlockForm(CommandForm):
    action, title, icon = "UnlockConnector", "Unlock", "lock_open"
    explanation = "For a cable that is stuck. To end a session, use Stop."
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", sockets(self.station))

    def risk(self) -> str:
        return f"Connector {self.cleaned_data['connector_id']} releases its plug, and a session on it ends."

    def send(self, actor: str) -> Command:
        return commands.unlock_connector(self.station, actor=actor, **self.cleaned_data)


class ReadConfigurationForm(CommandForm):
    action, title, icon = "GetConfiguration", "Read configuration", "list_alt"
    explanation = "Leave the keys empty to read everything that the station tells."
    key = forms.CharField(label="Keys", required=False, widget=UnfoldAdminTextInputWidget, help_text="With spaces.")

    def clean_key(self) -> list[str] | None:
        return self.cleaned_data["key"].replace(",", " ").split() or None

    def send(self, actor: str) -> Command:
        return commands.get_configuration(self.station, actor=actor, **self.cleaned_data)


class ChangeConfigurationForm(CommandForm):
    action, title, icon = "ChangeConfiguration", "Change configuration", "tune"
    key = forms.CharField(max_length=50, widget=UnfoldAdminTextInputWidget, validators=[MinLengthValidator(1)])
    value = forms.CharField(
        max_length=500, required=False, strip=False, widget=UnfoldAdminTextInputWidget,
        help_text="As text, exactly as the station is to store it.",
    )  # fmt: skip

    def send(self, actor: str) -> Command:
        return commands.change_configuration(self.station, actor=actor, **self.cleaned_data)


# the last part of the address -> the form; the names are the REST routes'
FORMS: dict[str, type[CommandForm]] = {
    "start-transaction": StartForm,
    "stop-transaction": StopForm,
    "change-availability": AvailabilityForm,
    "unlock-connector": UnlockForm,
    "reset": ResetForm,
    "get-configuration": ReadConfigurationForm,
    "change-configuration": ChangeConfigurationForm,
}
NAMES = {form.action: name for name, form in FORMS.items()}


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def sockets(station: ChargingStation) -> Choices:
    rows = station.connectors.filter(number__gt=0).order_by("number")
    return [(row.number, f"{row.number} - {row.status}" if row.status else str(row.number)) for row in rows]


def told(session: ChargingSession) -> str:
    return f"Connector {session.connector_number}, {session.id_tag}, {kwh(session.energy_wh)} ({session.pk})"
