"""What the forms of commands share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from rfid.models import RfidCard
from stations.commands import MAY_COMMAND
from stations.commands.members import member
from stations.models import ChargingProfile, ChargingStation, Command, Connector

Choices = list[tuple[Any, str]]


class MomentWidget(UnfoldAdminTextInputWidget):
    """A day and a time, with the browser's own calendar; in the gateway's time zone."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else super().format_value(value)


TEXT, SELECT, RADIO = UnfoldAdminTextInputWidget, UnfoldAdminSelectWidget, UnfoldAdminRadioSelectWidget
NUMBER, SWITCH = UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget


class CommandForm(forms.Form):
    """Base: `send` gives the command and returns its row; it raises what `stations.errors` lists."""

    action: ClassVar[str]
    permission: ClassVar[str] = MAY_COMMAND
    title: ClassVar[str]
    icon: ClassVar[str]
    explanation: ClassVar[str] = ""
    needs: ClassVar[type[Model] | None] = None  # the table whose rows it offers, which an operator fills

    def __init__(
        self, station: ChargingStation, *args: Any, chosen: Sequence[ChargingStation] = (), **kwargs: Any
    ) -> None:
        """`chosen`: all stations of a bulk command; `station` is the first of them."""
        super().__init__(*args, **kwargs)
        self.station, self.chosen = station, chosen or [station]

    def missing(self) -> str:
        """Why there is nothing to choose from; empty: there is."""
        return ""

    def risk(self) -> str:
        """What a valid form would do that cannot be undone, to be confirmed first; empty: nothing."""
        return ""

    def body(self) -> dict[str, Any]:
        """What was filled in as the body of the REST route of the same name."""
        return {camel(name): member(value) for name, value in self.cleaned_data.items() if value not in (None, "")}

    def send(self, actor: str) -> Command:
        raise NotImplementedError


class PemField(forms.CharField):
    """Certificates as text. A browser sends each line's end as CR LF, which some stations do not read."""

    def __init__(self, **options: Any) -> None:
        attrs = {"rows": 12, "spellcheck": "false", "style": "font-family: monospace"}
        super().__init__(**{"strip": False, "widget": UnfoldAdminTextareaWidget(attrs=attrs), **options})

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text and text.replace("\r\n", "\n")


class ProfileChoice(forms.ModelChoiceField):
    """A stored profile, with its purpose where any may be chosen."""

    def __init__(self, purpose: str = "", **options: Any) -> None:
        rows = ChargingProfile.objects.filter(purpose=purpose) if purpose else ChargingProfile.objects.all()
        super().__init__(rows, widget=SELECT, **options)
        self.tells_purpose = not purpose

    def label_from_instance(self, profile: Any) -> str:
        return f"{profile.name} ({profile.purpose})" if self.tells_purpose else str(profile.name)


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def cards() -> list[RfidCard]:
    """Those that a form suggests."""
    return list(RfidCard.objects.filter(status=RfidCard.Status.ACTIVE).order_by("tag_id")[:50])


def words(values: list[str]) -> Choices:
    """An enumeration's values as choices, each shown as it stands in OCPP."""
    return [(value, value) for value in values]


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def sockets(stations: Sequence[ChargingStation]) -> Choices:
    """The connectors, of one station with what they do; of several those that any of them has."""
    rows = Connector.objects.filter(station__in=stations, number__gt=0).order_by("number")
    if len(stations) > 1:
        return [(number, str(number)) for number in rows.values_list("number", flat=True).distinct()]
    return [(row.number, f"{row.number} - {row.status}" if row.status else str(row.number)) for row in rows]
