"""What a station's answer to a command changes here: one function per action, in the table.

Each runs on the writer's connection in the commit that stores the answer, gets the command with the payload as it was
sent, the answer, and the time; it may be run again. A late answer counts as well: the station has done it.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from stations import credentials
from stations.certificates import inventory
from stations.models import Command
from stations.profiles.installed import profile_set, profiles_cleared
from stations.services import cancellation_answered, file_announced, reservation_answered
from stations.services.configuration import configuration_changed, configuration_told
from stations.services.local_list import list_sent, list_told

logger = logging.getLogger(__name__)
Payload = dict[str, Any]
Effect = Callable[[Command, Payload, datetime], None]


def change_answered(command: Command, answer: Payload, now: datetime) -> None:
    """What is known of the configuration, and, where it was AuthorizationKey or SecurityProfile, who may log in how."""
    configuration_changed(command, answer, now)
    credentials.settle(command, answer, now)


EFFECTS: dict[str, Effect] = {
    "CancelReservation": cancellation_answered,
    "CertificateSigned": inventory.certificate_signed,
    "ChangeConfiguration": change_answered,
    "ClearChargingProfile": profiles_cleared,
    "DeleteCertificate": inventory.certificate_deleted,
    "GetConfiguration": configuration_told,
    "GetDiagnostics": file_announced,
    "GetInstalledCertificateIds": inventory.certificates_told,
    "GetLocalListVersion": list_told,
    "GetLog": file_announced,
    "InstallCertificate": inventory.certificate_installed,
    "ReserveNow": reservation_answered,
    "SendLocalList": list_sent,
    "SetChargingProfile": profile_set,
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
