"""The forms of the Local Auth List Management profile."""

from django import forms

from gateway.pages.forms.base import SWITCH, CommandForm
from stations import commands
from stations.models import Command


class FillListForm(CommandForm):
    action, title, icon = "SendLocalList", "Send cards", "playlist_add_check"
    explanation = (
        "Makes the station's local list hold all cards, so that it knows them while it is offline. "
        "What changed is sent in as many steps as the station needs."
    )
    full = forms.BooleanField(
        label="Begin anew", required=False, widget=SWITCH,
        help_text="Replaces the whole list, whatever it holds.",
    )  # fmt: skip

    def send(self, actor: str) -> Command:
        return commands.fill_local_list(self.station, actor=actor, **self.cleaned_data)


class ListVersionForm(CommandForm):
    action, title, icon = "GetLocalListVersion", "List version", "tag"
    explanation = "Asks which version of the local list the station holds; 0: it is empty, -1: it has none."

    def send(self, actor: str) -> Command:
        return commands.get_local_list_version(self.station, actor=actor)


FORMS: dict[str, type[CommandForm]] = {"fill-local-list": FillListForm, "get-local-list-version": ListVersionForm}
