"""Configuration by template."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rfid.api.kit import StrictSerializer
from stations import commands
from stations.api.remote.base import RemoteControl, command
from stations.models import ConfigurationTemplate


class ApplyTemplate(StrictSerializer):
    template = serializers.SlugRelatedField(
        slug_field="name", queryset=ConfigurationTemplate.objects.all(), help_text="The name of a template."
    )


class TemplateRoute(RemoteControl):
    @command("apply-template", ApplyTemplate)
    def apply_template(self, request: Request, cpId: str) -> Response:
        """Send the keys of a configuration template one by one; the first that is not accepted is the last.

        The answer is to the first; `next` of /api/commands/{id} leads to the others.
        """
        return self.give(commands.apply_template)
