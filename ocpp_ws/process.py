"""What runs once per process beside the links: its inbox, its look at the outbox, and the renewal of its leases.

Starts on the running event loop at first use, since Daphne tells no application when it starts.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone

from ocpp_ws import takeover
from ocpp_ws.breaker import breaker
from ocpp_ws.bulks import run_bulks
from ocpp_ws.gate import gate
from ocpp_ws.links import REPLACED, TRY_AGAIN_LATER, is_here, links
from ocpp_ws.reads import read
from ocpp_ws.release import release_the_rest
from ocpp_ws.strangers import strangers
from ocpp_ws.tasks import spawn
from ocpp_ws.writer import writer
from sessions_app.services import look_after_rebooted
from stations import doorbell, outbox
from stations.links import Terms, clear_slot, renew_leases, special_terms, sweep_orphans
from stations.models import Command
from stations.services import ask_for_first_boots, expire_reservations

logger = logging.getLogger(__name__)
LOOK_SECONDS = 2.0  # the owner looks at its outbox, in case a doorbell was lost
RETRY_SECONDS = 1.0
REBOOTED_SECONDS = 60.0  # between two looks at sessions whose stations booted
Job = Callable[[], Awaitable[None]]


class Process:
    """The background tasks of this process."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *more: Job) -> None:
        """Call it on the event loop, as often as you like. `more`: jobs of the floor above."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop = loop
        jobs: list[Job] = [listen, look_at_outbox, keep_leases, look_at_rebooted, run_bulks, *more]
        self._tasks = [loop.create_task(forever(job)) for job in jobs]
        breaker.on_trip = lambda: spawn(recover())

    async def stop(self) -> None:
        """End the tasks; leases of links that still live are released by the links themselves."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._loop = [], None
        strangers.stop()
        doorbell.move_in(None)


process = Process()


async def forever(job: Job) -> None:
    """Run a job again when it fails: none of them may end with the database or the layer away."""
    while True:
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - logged, tried again
            logger.warning("%s failed (%r); tried again.", job.__name__, error)
            await asyncio.sleep(RETRY_SECONDS)


async def listen() -> None:
    """This process's inbox: one channel-layer channel, however many links."""
    layer, loop = get_channel_layer(), asyncio.get_running_loop()
    channel = await layer.new_channel("inbox")

    def from_any_thread(message: doorbell.Message) -> None:
        loop.call_soon_threadsafe(deliver, message)

    doorbell.move_in(doorbell.Inbox(channel, from_any_thread))
    # links that were opened before there was an inbox: nobody could ring them until the next renewal
    slot, now = settings.GATEWAY_SLOT, timezone.now()
    await writer.commit(lambda _: renew_leases(owner=slot, channel=channel, active=[], now=now))
    while True:
        deliver(await layer.receive(channel))


def deliver(message: doorbell.Message) -> None:
    """Hand a message to whom it concerns, on the event loop."""
    if message["type"] == "command.ready":
        if link := links.get(message["station"]):
            link.wake()
    elif message["type"] == "command.done":
        doorbell.waiting.done(message["command"])
    elif message["type"] == "station.changed":
        if link := links.get(message["station"]):
            spawn(link.look_at_terms())
    elif message["type"] == "link.replaced":
        if (link := links.get(message["station"])) and link.epoch < message["epoch"]:
            spawn(link.close(REPLACED, "replaced"))
    elif message["type"] == "link.probe":
        spawn(takeover.answer_probe(message))
    elif message["type"] == "link.alive":
        takeover.note_alive(message)


async def look_at_outbox() -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if links:
            for station in await read(stations_with_commands, settings.GATEWAY_SLOT):
                if link := links.get(station):
                    link.wake()


def stations_with_commands(owner: str) -> list[int]:
    queued = Command.objects.filter(state=Command.State.QUEUED, station__owner=owner)
    return list(queued.values_list("station_id", flat=True).order_by("station_id").distinct())


async def keep_leases() -> None:
    while True:
        await asyncio.sleep(settings.LEASE_RENEWAL_SECONDS)
        await renew()


async def renew() -> None:
    """Renew all leases in one update; a link whose row is another's by now is closed, and so is a row whose link is
    not here: its handshake failed though its COMMIT did not."""
    active = [station for station, link in links.items() if link.active]
    before = dict(links)
    now, channel = timezone.now(), doorbell.own_channel()
    mine = await writer.commit(
        lambda _: renew_leases(owner=settings.GATEWAY_SLOT, channel=channel, active=active, now=now)
    )
    asked = time.monotonic()
    special = await read(special_terms, owner=settings.GATEWAY_SLOT)
    for station, link in before.items():
        link.hold_to(special.get(station, Terms()), asked=asked)  # in case a ring was lost
    for station, link in before.items():
        if links.get(station) is link and mine.get(station) != link.epoch:
            await link.close(REPLACED, "replaced")
        elif station in active:
            link.active = False
    await release_the_rest([link for link in mine.items() if not is_here(*link)])
    await writer.commit(lambda _: sweep_orphans(now=now))
    await writer.commit(lambda _: ask_for_first_boots(now=now))
    await writer.commit(lambda _: outbox.expire(now=now))
    await writer.commit(lambda _: expire_reservations(now=now))


async def look_at_rebooted() -> None:
    while True:
        await asyncio.sleep(REBOOTED_SECONDS)
        await look_once_at_rebooted()


async def look_once_at_rebooted() -> None:
    """Every process does: sessions are claimed by conditional updates."""
    if ended := await writer.commit(lambda _: look_after_rebooted(now=timezone.now())):
        logger.warning("%d sessions were ended that their stations had forgotten at a boot.", ended)


async def recover() -> None:
    """The breaker has opened: put every station out, and try until the database takes a commit."""
    for link in list(links.values()):
        await link.close(TRY_AGAIN_LATER, "try again later")
    while breaker.is_open:
        await asyncio.sleep(RETRY_SECONDS)
        try:
            await writer.try_again()
        except Exception as error:  # noqa: BLE001 - logged, tried again
            logger.warning("The database is still not usable: %s", str(error).strip())
    gate.narrow()
    await release_the_rest()


def clear_own_slot() -> None:
    """At start, before anybody connects: what this process's predecessor held is not connected."""
    clear_slot(owner=settings.GATEWAY_SLOT, now=timezone.now())
