"""The Firmware Management profile."""

from datetime import datetime
from typing import Unpack

from stations.commands.members import given
from stations.giving import How, give
from stations.models import ChargingStation, Command


def update_firmware(
    station: ChargingStation,
    *,
    actor: str,
    location: str,
    retrieve_date: datetime,
    retries: int | None = None,
    retry_interval: int | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.19. The station downloads from `location` after `retrieve_date`; `retry_interval` is in seconds."""
    payload = given(location=location, retries=retries, retrieveDate=retrieve_date, retryInterval=retry_interval)
    return give(station, "UpdateFirmware", payload, actor=actor, **how)


def get_diagnostics(
    station: ChargingStation,
    *,
    actor: str,
    location: str,
    retries: int | None = None,
    retry_interval: int | None = None,
    start_time: datetime | None = None,
    stop_time: datetime | None = None,
    **how: Unpack[How],
) -> Command:
    """Core 5.9. The station uploads to the folder `location`; the answer has the file's name, or none."""
    payload = given(
        location=location, retries=retries, retryInterval=retry_interval, startTime=start_time, stopTime=stop_time
    )
    return give(station, "GetDiagnostics", payload, actor=actor, **how)
