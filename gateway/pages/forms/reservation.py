"""The forms of the Reservation profile."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import formats, timezone

from gateway.pages.forms.base import SELECT, TEXT, CommandForm, MomentWidget, cards, choose, sockets
from rfid.models import RfidCard
from stations import commands
from stations.models import Command, Reservation

USUAL = timedelta(minutes=30)
GROUP = "Other cards of this group may use it as well."


class ReserveForm(CommandForm):
    action, title, icon = "ReserveNow", "Reserve", "event_seat"
    explanation = "Keeps a connector for a card. Occupied, Faulted, Unavailable or Rejected: it is not reserved."
    id_tag = forms.CharField(label="Card", max_length=20, widget=TEXT(attrs={"list": "cards", "autocomplete": "off"}))
    parent_id_tag = forms.CharField(
        label="Group", max_length=20, required=False, empty_value=None, widget=TEXT, help_text=GROUP
    )
    connector_id = forms.TypedChoiceField(label="Connector", coerce=int, widget=SELECT)
    expiry_date = forms.DateTimeField(label="Until", widget=MomentWidget, initial=lambda: timezone.now() + USUAL)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [*sockets(self.chosen), (0, "any one, where the station can do that")])
        self.fields["expiry_date"].help_text = f"Time zone: {settings.TIME_ZONE}"

    def suggestions(self) -> list[RfidCard]:
        return cards()

    def clean_expiry_date(self) -> datetime:
        moment: datetime = self.cleaned_data["expiry_date"]
        if moment <= timezone.now():
            raise forms.ValidationError("A time in the future is needed.")
        return moment

    def send(self, actor: str) -> Command:
        return commands.reserve_now(self.station, actor=actor, **self.cleaned_data)


class CancelReservationForm(CommandForm):
    action, title, icon = "CancelReservation", "Cancel reservation", "event_busy"
    explanation = "Gives a reserved connector free. Rejected: the station holds no such reservation any more."
    reservation_id = forms.TypedChoiceField(label="Reservation", coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Reservation.objects.filter(station=self.station, status=Reservation.Status.ACTIVE)
        self.active = [(row.reservation_id, told(row)) for row in active.order_by("expiry_date")]
        choose(self, "reservation_id", self.active)

    def missing(self) -> str:
        return "" if self.active else "No reservation is active here."

    def send(self, actor: str) -> Command:
        return commands.cancel_reservation(self.station, actor=actor, **self.cleaned_data)


def told(row: Reservation) -> str:
    place = f"connector {row.connector_number}" if row.connector_number else "any connector"
    return f"{row.reservation_id}: {place}, {row.id_tag}, until {formats.localize(timezone.localtime(row.expiry_date))}"


RESERVATION: dict[str, type[CommandForm]] = {
    "reserve-now": ReserveForm,
    "cancel-reservation": CancelReservationForm,
}
