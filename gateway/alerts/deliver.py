"""Tells events by e-mail and webhook: each is written down before it is sent, and tried until it is taken.

An event may arrive twice (the gateway died before it noted the answer); its id says so.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.utils import timezone
from standardwebhooks import Webhook

from gateway.events.stream import as_json
from gateway.models import Delivery, Event, Subscription
from ocpp_ws.reads import read
from ocpp_ws.writer import writer

logger = logging.getLogger(__name__)
AT_ONCE = 10  # to one address
ATTEMPT = timedelta(minutes=2)  # for so long nobody else tries the same
TIMEOUT_SECONDS = 15.0  # of the whole attempt; a mail server is given as long (EMAIL_TIMEOUT)
PAUSES = [timedelta(seconds=10), *(timedelta(minutes=n) for n in (1, 5, 30, 120, 360, 720))]  # then it has failed
State = Delivery.State


class Deliverer:
    """Sends to each subscription by itself: an address that is slow or dead holds up no other."""

    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def __aenter__(self) -> "Deliverer":
        # one for all: it takes 10 ms to make one, on the event loop of the links
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks.values():
            task.cancel()
        await self.done()
        await self._client.aclose()

    async def round(self, now: datetime) -> None:
        """New events are put down for whom they concern, and what is due is begun."""
        for subscription, last, events in await read(to_spread):
            await writer.commit(lambda _, s=subscription, n=last, e=events: put_down(s, n, e, now))  # type: ignore[misc]
        self._tasks = {pk: task for pk, task in self._tasks.items() if not task.done()}
        for subscription_id, due in (await read(due_now, now, set(self._tasks))).items():
            claimed = await writer.commit(lambda _, due=due: [one for one in due if claim(one, now)])  # type: ignore[misc]
            if claimed:
                self._tasks[subscription_id] = asyncio.create_task(self._send(claimed))

    async def done(self) -> None:
        """What was begun has ended."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _send(self, claimed: list[Delivery]) -> None:
        await asyncio.gather(*(self._attempt(one) for one in claimed))

    async def _attempt(self, one: Delivery) -> None:
        """Send it, and store what came of it."""
        mail = one.subscription.channel == Subscription.Channel.EMAIL
        ended: dict[str, Any]
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):  # one that drips is given no more than one that is silent
                outcome = await (by_mail(one) if mail else by_post(one, self._client))
            ended = {"state": State.DELIVERED, "outcome": outcome, "ended_at": timezone.now()}
        except Exception as error:  # noqa: BLE001 - whatever the other side makes of it
            why = "no answer in time" if isinstance(error, TimeoutError) else str(error) or repr(error)
            ended = after_failure(one, why, timezone.now())
            logger.warning("%s is not delivered: %s", one, ended["outcome"])
        await writer.commit(lambda _: Delivery.objects.filter(pk=one.pk, state=State.WAITING).update(**ended))


def to_spread() -> list[tuple[Subscription, int, list[int]]]:
    """Of each subscription, how far the events were looked at now, and those of its types; a disabled one has none."""
    found = []
    for one in Subscription.objects.all():
        new = list(Event.objects.filter(pk__gt=one.told_to).order_by("pk").values_list("pk", "type")[:500])
        if new:
            found.append((one, new[-1][0], [pk for pk, kind in new if one.enabled and kind in one.types]))
    return found


def put_down(subscription: Subscription, last: int, events: list[int], now: datetime) -> None:
    """In a transaction."""
    mine = Subscription.objects.filter(pk=subscription.pk, told_to=subscription.told_to)
    if mine.update(told_to=last):
        Delivery.objects.bulk_create(Delivery(subscription=subscription, event_id=pk, next_at=now) for pk in events)


def due_now(now: datetime, busy: set[int]) -> dict[int, list[Delivery]]:
    """By subscription, what is to be tried now; nothing of those that are `busy`."""
    waiting = Delivery.objects.filter(state=State.WAITING, next_at__lte=now, subscription__enabled=True)
    free = waiting.exclude(subscription__in=busy).order_by().values_list("subscription", flat=True).distinct()
    rows = waiting.select_related("subscription", "event").order_by("next_at", "pk")
    return {pk: list(rows.filter(subscription=pk)[:AT_ONCE]) for pk in free}


def claim(one: Delivery, now: datetime) -> bool:
    mine = Delivery.objects.filter(pk=one.pk, state=State.WAITING, next_at=one.next_at)
    return bool(mine.update(next_at=now + ATTEMPT, attempts=F("attempts") + 1))


def after_failure(one: Delivery, why: str, now: datetime) -> dict[str, object]:
    outcome = why[:255]
    if one.attempts >= len(PAUSES):  # as it was before this attempt
        return {"state": State.FAILED, "outcome": outcome, "ended_at": now}
    return {"outcome": outcome, "next_at": now + PAUSES[one.attempts]}


async def by_post(one: Delivery, client: httpx.AsyncClient) -> str:
    body, now, name = orjson.dumps(as_json(one.event)).decode(), timezone.now(), f"event_{one.event_id}"
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(one.subscription.secret).sign(name, now, body),
    }
    # its body is nobody's business, and may have no end
    async with client.stream("POST", one.subscription.address, content=body, headers=headers) as response:
        said = f"answered {response.status_code}"
    if not response.is_success:  # a redirect is none either: the address itself must take it
        raise ValueError(said)
    return said


async def by_mail(one: Delivery) -> str:
    if not settings.EMAIL_HOST:
        raise ValueError("No mail server is known: set EMAIL_URL.")
    subject, text = letter(one.event)
    await sync_to_async(send_mail, thread_sensitive=False)(subject, text, None, [one.subscription.address])
    return "handed to the mail server"


def letter(event: Event) -> tuple[str, str]:
    """Subject and text."""
    facts = [f"{name}: {value}" for name, value in event.data.items() if value not in (None, "", [])]
    about = event.data.get("kind", "").replace("_", " ")
    subject = " ".join(filter(None, (event.cp_id, about, event.type.split(".")[1])))
    time = event.at.isoformat(timespec="seconds")
    lines = [f"station: {event.cp_id}", f"event: {event.type}", f"time: {time}", *facts]
    if settings.PUBLIC_URL:
        lines += ["", f"{settings.PUBLIC_URL.rstrip('/')}/admin/"]
    return f"[OCPP gateway] {subject}", "\n".join(lines)
