"""What came of a remote start that a station has accepted: Accepted only means that it will try (errata 3.32)."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import TextChoices

from stations.models import Command
from stations.services.configuration import configuration_number

WINDOW = timedelta(minutes=10)  # at most; a ConnectionTimeOut is seldom longer
GRACE = timedelta(seconds=30)  # from the end of that time to the StartTransaction on its way


class RemoteStart(TextChoices):
    """`""` for all other commands."""

    STARTING = "starting", "accepted, not started yet"
    STARTED = "started", "started"
    NOT_STARTED = "not_started", "accepted, not started"


def remote_start(command: Command, now: datetime) -> str:
    """Whether the session has begun; it may begin after all when it has not begun in time."""
    if command.action != "RemoteStartTransaction" or not command.accepted:
        return ""
    if session_of(command):
        return RemoteStart.STARTED
    waited = now - (command.finished_at or now)
    return RemoteStart.NOT_STARTED if waited > WINDOW or waited > patience(command) else RemoteStart.STARTING


def session_of(command: Command) -> Any:
    """The session that it led to, or None."""
    try:
        return command.session
    except ObjectDoesNotExist:
        return None


def patience(command: Command) -> timedelta:
    """Core 9.1.6: how long the driver has to plug in."""
    told = configuration_number(command.station_id, "ConnectionTimeOut")
    return timedelta(seconds=told) + GRACE if told else WINDOW
