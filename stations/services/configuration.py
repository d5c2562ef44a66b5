"""What is known of a station's configuration."""

from stations.models import ConfigurationKey


def configuration_value(station_id: int, key: str) -> str | None:
    """The value that the station last told; None where it told none. Keys are compared without case (core 7.29)."""
    rows = ConfigurationKey.objects.filter(station_id=station_id, key__iexact=key)
    return rows.values_list("value", flat=True).first()
