"""What most commands have in common."""

from tests.conformance.charge_point import ChargePoint
from tests.conformance.conftest import CentralSystem
from tests.station import Payload


async def told(
    system: CentralSystem, cp: ChargePoint, route: str, body: Payload, action: str, status: str, *, sent: Payload
) -> Payload:
    """The operator gives a command; the station gets exactly `sent`, answers `status`, and the operator is told so."""
    asking = system.ask(cp.id, route, body)
    assert await cp.expect(action, {"status": status}) == sent
    answer = await asking
    assert answer["status"] == status
    assert answer["accepted"] is (status in ("Accepted", "RebootRequired", "Scheduled", "Unlocked"))
    return answer
