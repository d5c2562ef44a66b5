"""What a station's answer to a command changes here: one function per action, in the table.

Each runs on the writer's connection in the commit that stores the answer, gets the command with the payload as it was
sent, the answer, and the time; it may be run again. A late answer counts as well: the station has done it.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from stations.models import Command
from stations.services.configuration import configuration_changed, configuration_told
from stations.services.local_list import list_sent, list_told

logger = logging.getLogger(__name__)
Payload = dict[str, Any]
Effect = Callable[[Command, Payload, datetime], None]

EFFECTS: dict[str, Effect] = {
    "ChangeConfiguration": configuration_changed,
    "GetConfiguration": configuration_told,
    "GetLocalListVersion": list_told,
    "SendLocalList": list_sent,
}


def take_effect(command: Command, answer: Payload, now: datetime) -> None:
    """Whatever goes wrong in it, the answer itself is stored."""
    effect = EFFECTS.get(command.action)
    if effect is None:
        return
    try:
        with transaction.atomic():
            effect(command, answer, now)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the effect's
    except Exception:
        logger.exception("The answer to %s had no effect.", command)
