"""A station that obeys nothing, and says so in OCPP's own words."""

import json
from typing import Any

from ..commands import ObedientStation

REFUSALS: dict[str, dict[str, Any]] = {
    "ClearChargingProfile": {"status": "Unknown"},
    "DeleteCertificate": {"status": "Failed"},
    "GetConfiguration": {"unknownKey": ["everything"]},
    "GetDiagnostics": {},
    "GetInstalledCertificateIds": {"status": "NotFound"},
    "GetLocalListVersion": {"listVersion": -1},
    "SendLocalList": {"status": "NotSupported"},
    "UnlockConnector": {"status": "UnlockFailed"},
    "UpdateFirmware": {},  # has no other answer
}
REJECTED = {"status": "Rejected"}


class RejectingStation(ObedientStation):
    async def route_message(self, raw_msg: str) -> None:
        frame = json.loads(raw_msg)
        if frame[0] != 2:
            await super().route_message(raw_msg)
            return
        _, unique_id, action, _ = frame
        self.journal.note(f"{action}: refused")
        await self._send(json.dumps([3, unique_id, REFUSALS.get(action, REJECTED)]))
