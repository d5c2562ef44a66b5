"""What stations of a kind are to be configured like."""

from fnmatch import fnmatchcase

from django.core.exceptions import ValidationError
from django.db import models

from stations.models.station import ChargingStation
from stations.secrets import SECRET_NAME


def parsed(text: str) -> list[dict[str, str]]:
    """`Key=Value` lines as payloads of ChangeConfiguration, in their order. Raises ValidationError."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    calls = [{"key": key.strip(), "value": value.strip()} for key, _, value in (line.partition("=") for line in lines)]
    for line, call in zip(lines, calls, strict=True):
        if "=" not in line or not 1 <= len(call["key"]) <= 50 or len(call["value"]) > 500:
            raise ValidationError(f"This line is not understood: {line[:60]}. Write Key=Value.")
        if SECRET_NAME.search(call["key"]):
            raise ValidationError(f"{call['key']} is a secret: each station gets one of its own.")
        if call["key"].lower() == "securityprofile":  # no template may lower it (A00.FR.005)
            raise ValidationError("SecurityProfile is changed for each station by itself: it can never be lowered.")
    if len({call["key"].lower() for call in calls}) < len(calls) or not calls:
        raise ValidationError("Name at least one key, and each only once.")
    return calls


def is_line(key: str, value: str) -> bool:
    """Whether a template may have it and its line is read back as it."""
    if len(f"{key}{value}".splitlines()) > 1:
        return False
    try:
        return parsed(f"{key}={value}") == [{"key": key, "value": value}]
    except ValidationError:
        return False


def check_settings(text: str) -> None:
    """Raises ValidationError."""
    parsed(text)


class ConfigurationTemplate(models.Model):
    """Keys and values for stations of a vendor and model. Applied by an operator, never by itself."""

    name = models.CharField(max_length=100, unique=True)
    vendor = models.CharField(max_length=50, blank=True, help_text="Any case, * for any letters. Empty: any vendor.")
    model = models.CharField(max_length=50, blank=True, help_text="Any case, * for any letters. Empty: any model.")
    settings = models.TextField(
        validators=[check_settings],
        help_text="A line for each key: MeterValueSampleInterval=60. They are sent one by one, in this order; the "
        "first one that the station does not accept is the last.",
    )

    class Meta:
        ordering = ["name"]
        verbose_name = "configuration template"

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def like(station: ChargingStation) -> dict[str, str]:
        """The fields of a template for stations like this one: what it told that may be set and is no secret."""
        keys = station.configuration.filter(readonly=False).order_by("key")
        told = ((one.key.strip(), one.value if one.pending is None else one.pending) for one in keys)
        lines = [f"{key}={value}" for key, value in told if value is not None and is_line(key, value)]
        return {"vendor": station.vendor, "model": station.model, "settings": "\n".join(lines)}

    def fits(self, station: ChargingStation) -> bool:
        """Whether the station said at its boot that it is of that kind."""
        told = [(self.vendor, station.vendor), (self.model, station.model)]
        return all(fnmatchcase(value.lower(), pattern.lower() or "*") for pattern, value in told)

    def calls(self) -> list[dict[str, str]]:
        """The payloads of its ChangeConfigurations."""
        return parsed(self.settings)
