"""Stations that belong together for those who look after them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.models.station import ChargingStation


class StationGroup(models.Model):
    """A name for some stations: a depot, a customer, all fast chargers. A station may be in several."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    stations = models.ManyToManyField(ChargingStation, verbose_name=_("stations"), related_name="groups", blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("station group")
        verbose_name_plural = _("station groups")

    def __str__(self) -> str:
        return self.name
