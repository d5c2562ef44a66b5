"""/api/configuration-templates"""

from typing import Any

from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from rfid.api.kit import NUMBER, CamelModelSerializer
from stations.models import ConfigurationTemplate


class ConfigurationSetting(serializers.Serializer[Any]):
    key = serializers.CharField()
    value = serializers.CharField()


class TemplateSerializer(CamelModelSerializer):
    settings = ConfigurationSetting(source="calls", many=True)

    class Meta:
        model = ConfigurationTemplate
        fields = ("id", "name", "vendor", "model", "settings")


class TemplateViewSet(ReadOnlyModelViewSet[ConfigurationTemplate]):
    """Configuration templates, which are written in the admin: `apply-template` takes their name."""

    queryset = ConfigurationTemplate.objects.order_by("name")
    serializer_class = TemplateSerializer
    lookup_value_regex = NUMBER
