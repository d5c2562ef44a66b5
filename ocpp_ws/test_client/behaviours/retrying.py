"""A station that does not get the answers to its transaction messages, and sends them again with new message ids."""

from typing import Any

from ocpp.v16 import call

from ..commands import ObedientStation
from ..errors import Refused

TIMES = 3


class RetryingStation(ObedientStation):
    async def ask(self, request: Any) -> Any:
        """Each time the same answer is due (S§4.8: one transaction, however often it is told)."""
        answer = await super().ask(request)
        if isinstance(request, (call.StartTransaction, call.StopTransaction)):
            for _ in range(TIMES - 1):
                again = await super().ask(request)
                if again != answer:
                    raise Refused(f"{type(request).__name__} sent again was answered {again}, before {answer}")
        return answer
