"""The forms of commands that name a session, a reservation or a certificate, as they are for many stations."""

from typing import Any

from django import forms

from gateway.pages.forms.base import SELECT, CommandForm, choose, sockets
from gateway.pages.forms.core import StopForm
from gateway.pages.forms.reservation import CancelReservationForm
from gateway.pages.forms.security import CertificateSignedForm, DeleteCertificateForm, deletable, told
from stations.api.remote.bulk import MAY_SIGN
from stations.certificates import authority


class StopAllForm(CommandForm):
    action, title, icon = StopForm.action, StopForm.title, StopForm.icon
    explanation = "Asks each station to end every session that runs there, one after the other."

    def risk(self) -> str:
        return "Every session that runs at these stations ends."


class CancelAllForm(CommandForm):
    action, title, icon = CancelReservationForm.action, CancelReservationForm.title, CancelReservationForm.icon
    explanation = "Cancels the reservations of each station, one after the other."
    connector_id = forms.TypedChoiceField(
        label="Connector", required=False, coerce=int, empty_value=None, widget=SELECT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "connector_id", [("", "all reservations"), *sockets(self.chosen), (0, "those of any connector")])


class DeleteFromAllForm(CommandForm):
    action, title, icon = DeleteCertificateForm.action, DeleteCertificateForm.title, DeleteCertificateForm.icon
    explanation = "Of the certificates that these stations are known to have. One that has it not answers NotFound."
    certificate = forms.TypedChoiceField(coerce=int, widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {row.pk: row for row in {row.key: row for row in deletable(self.chosen)}.values()}
        choose(self, "certificate", [(pk, told(row)) for pk, row in self.known.items()])

    def missing(self) -> str:
        return "" if self.known else "No certificate is known at these stations: ask for the installed ones first."

    def risk(self) -> str:
        return "A station without any central system root cannot connect over TLS any more."

    def body(self) -> dict[str, Any]:
        return {"certificateHashData": self.known[self.cleaned_data["certificate"]].hash_data}


class SignAllForm(CommandForm):
    action, title, icon = CertificateSignedForm.action, CertificateSignedForm.title, CertificateSignedForm.icon
    permission = MAY_SIGN
    explanation = "The local authority signs what each station has asked for last, and the station is sent it."

    def missing(self) -> str:
        return "" if authority.certificates() else "There is no local authority: manage.py make_ca makes it."


FORMS: dict[str, type[CommandForm]] = {
    "stop-transaction": StopAllForm,
    "cancel-reservation": CancelAllForm,
    "delete-certificate": DeleteFromAllForm,
    "certificate-signed": SignAllForm,
}
