"""A station on a bad line, or with little to compute with."""

import asyncio
import json

from ..commands import ObedientStation

SECONDS = 3.0


class SlowStation(ObedientStation):
    async def route_message(self, raw_msg: str) -> None:
        if json.loads(raw_msg)[0] == 2:
            await asyncio.sleep(SECONDS)
        await super().route_message(raw_msg)
