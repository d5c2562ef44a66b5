"""The jobs of the process that tells events (ocpp_ws.process starts them in each)."""

import asyncio

from django.utils import timezone

from gateway.alerts import deliver, watch
from gateway.events.feed import feed


async def watch_for_alerts() -> None:
    while True:
        await asyncio.sleep(watch.EVERY_SECONDS)
        if feed.leads:
            await watch.watch(timezone.now())


async def deliver_events() -> None:
    while True:
        await asyncio.sleep(1)
        if feed.leads:
            await deliver.deliver(timezone.now())
