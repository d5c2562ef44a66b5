"""Configuration templates: written here, applied from a station's page or as a bulk command."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from stations.admin.show import may_view
from stations.models import ChargingStation, ConfigurationKey, ConfigurationTemplate


@admin.register(ConfigurationTemplate)
class ConfigurationTemplateAdmin(ModelAdmin):
    list_display = ("name", "vendor", "model", "keys")
    search_fields: ClassVar[tuple[str, ...]] = ("name", "vendor", "model")

    @admin.display(description="keys")
    def keys(self, template: ConfigurationTemplate) -> str:
        return ", ".join(call["key"] for call in template.calls())

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """With `?station=` what that station told, to choose from."""
        given = request.GET.get("station", "")
        known = may_view(ConfigurationKey)(request) and given.isascii() and given.isdigit()
        station = ChargingStation.objects.filter(pk=int(given[:18])).first() if known else None
        return ConfigurationTemplate.like(station) if station else super().get_changeform_initial_data(request)
