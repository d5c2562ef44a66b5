"""The pages of charging profiles, stored and installed: a drawing above what there is to read or to fill in."""

from typing import Any

from django.http import HttpRequest

from gateway.pages import schedule
from stations.admin import ChargingProfileAdmin, InstalledProfileAdmin
from stations.profiles.stored import as_sent


class ChargingProfilePage(ChargingProfileAdmin):
    change_form_outer_before_template = "gateway/charging_profile.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if profile := kwargs.get("obj"):
            context["chart"] = schedule.of_profile(as_sent(profile, 0))
        return super().render_change_form(request, context, *args, **kwargs)


class InstalledProfilePage(InstalledProfileAdmin):
    change_form_outer_before_template = "gateway/charging_profile.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if installed := kwargs.get("obj"):
            context["chart"] = schedule.of_profile(installed.profile)
        return super().render_change_form(request, context, *args, **kwargs)
