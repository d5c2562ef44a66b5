"""Configuration templates: written here, applied from a station's page or as a bulk command."""

from typing import ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from stations.models import ConfigurationTemplate


@admin.register(ConfigurationTemplate)
class ConfigurationTemplateAdmin(ModelAdmin):
    list_display = ("name", "vendor", "model", "keys")
    search_fields: ClassVar[tuple[str, ...]] = ("name", "vendor", "model")

    @admin.display(description="keys")
    def keys(self, template: ConfigurationTemplate) -> str:
        return ", ".join(call["key"] for call in template.calls())
