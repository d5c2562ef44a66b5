"""The form for any CALL."""

import json
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from gateway.pages.forms.base import SELECT, CommandForm, words
from stations import commands
from stations.models import Command


class AnyCallForm(CommandForm):
    action, title, icon = "", "Any call", "code"
    permission = commands.MAY_CALL
    explanation = "For experts: the payload goes out as it is written, if it fits the schema of the action."
    call_action = forms.ChoiceField(label="Action", choices=words(commands.OUTGOING), widget=SELECT)
    payload = forms.CharField(
        initial="{}", widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "spellcheck": "false"}), help_text="JSON"
    )

    def clean_payload(self) -> dict[str, Any]:
        try:
            payload = json.loads(self.cleaned_data["payload"])
        except ValueError as error:
            raise forms.ValidationError(f"This is not JSON: {error}.") from None
        if not isinstance(payload, dict):
            raise forms.ValidationError("A payload is a JSON object: {...}.")
        return payload

    def risk(self) -> str:
        return f"{self.cleaned_data['call_action']} goes to the station as it is written."

    def body(self) -> dict[str, Any]:
        return {"action": self.cleaned_data["call_action"], "payload": self.cleaned_data["payload"]}

    def send(self, actor: str) -> Command:
        action, payload = self.cleaned_data["call_action"], self.cleaned_data["payload"]
        return commands.call(self.station, actor=actor, action=action, payload=payload)


FORMS: dict[str, type[CommandForm]] = {"call": AnyCallForm}
