"""The jobs of the process that tells events (ocpp_ws.process starts them in each)."""

import asyncio
from datetime import datetime

from django.utils import timezone

from gateway.alerts import watch
from gateway.alerts.deliver import Deliverer
from gateway.events.feed import feed
from ocpp_ws.breaker import breaker


async def watch_for_alerts() -> None:
    well_since: datetime | None = None
    while True:
        await asyncio.sleep(watch.EVERY_SECONDS)
        if not feed.leads or breaker.is_open:
            well_since = None
            continue
        now = timezone.now()
        well_since = well_since or now
        await watch.watch(now, well_since)


async def deliver_events() -> None:
    async with Deliverer() as deliverer:
        while True:
            await asyncio.sleep(1)
            if feed.leads:
                await deliverer.round(timezone.now())
