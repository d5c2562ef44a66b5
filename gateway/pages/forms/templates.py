"""The form of configuration templates."""

from typing import Any

from django import forms

from gateway.pages.forms.base import SELECT, CommandForm
from stations import commands
from stations.models import Command, ConfigurationTemplate


class ApplyTemplateForm(CommandForm):
    action, title, icon = "", "Apply template", "checklist"
    explanation = "Sends the template's keys one by one. The first one that the station does not accept is the last."
    needs = ConfigurationTemplate
    template = forms.ModelChoiceField(ConfigurationTemplate.objects.none(), to_field_name="name", widget=SELECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ConfigurationTemplate.objects.all()
        fitting = [template.pk for template in every if any(map(template.fits, self.chosen))]
        field = self.fields["template"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = ConfigurationTemplate.objects.filter(pk__in=fitting)

    def missing(self) -> str:
        field: Any = self.fields["template"]
        return "" if field.queryset.exists() else "No configuration template fits this vendor and model."

    def body(self) -> dict[str, Any]:
        return {"template": self.cleaned_data["template"].name}

    def send(self, actor: str) -> Command:
        return commands.apply_template(self.station, actor=actor, **self.cleaned_data)


FORMS: dict[str, type[CommandForm]] = {"apply-template": ApplyTemplateForm}
