"""Any CALL that a central system may send, as it is given."""

from typing import Any, Unpack

from ocpp_ws.protocol import ACTIONS
from stations.errors import InvalidPayload
from stations.giving import How, give
from stations.models import ChargingStation, Command

ASKED_BY_STATIONS = {
    "Authorize", "BootNotification", "DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat",
    "LogStatusNotification", "MeterValues", "SecurityEventNotification", "SignCertificate",
    "SignedFirmwareStatusNotification", "StartTransaction", "StatusNotification", "StopTransaction",
}  # fmt: skip
OUTGOING = sorted(ACTIONS - ASKED_BY_STATIONS)


def call(station: ChargingStation, *, actor: str, action: str, payload: dict[str, Any], **how: Unpack[How]) -> Command:
    """Send `payload` as it is, its members in their order, if it fits the schema of `action`."""
    if action not in OUTGOING:
        raise InvalidPayload(
            [("action", f"{action} is not sent by a central system; one of {', '.join(OUTGOING)} is.")]
        )
    return give(station, action, payload, actor=actor, **how)
