"""Is the process alive, and can it work? For supervisors and load balancers; no login, no details."""

import asyncio
import secrets
from collections.abc import Awaitable

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from ocpp_ws import silence
from ocpp_ws.breaker import breaker

SECONDS = 2.0
# one thread of its own: a database that hangs costs this thread, and the next probe its time, but no request
_thread = silence.executor("health", 1, SECONDS)


async def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the event loop turns."""
    return JsonResponse({"status": "ok", "security": settings.GATEWAY_PROFILE})


async def readyz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok", "database": "ok", "channelLayer": "ok"}`, else 503 with what does not answer."""
    loop = asyncio.get_running_loop()
    database, layer = await asyncio.gather(probe(loop.run_in_executor(_thread, ask_database)), probe(ask_layer()))
    if breaker.is_open:
        database = "commits fail"
    ready = database == layer == "ok"
    body = {"status": "ok" if ready else "unavailable", "database": database, "channelLayer": layer}
    return JsonResponse(body, status=200 if ready else 503)


async def probe(answer: Awaitable[None]) -> str:
    try:
        await asyncio.wait_for(answer, SECONDS)
    except TimeoutError:
        return f"no answer in {SECONDS:g} s"
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be worked with
        return "unreachable"
    return "ok"


def ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM django_migrations LIMIT 1"
            )  # a bare SELECT 1 does not even read SQLite's file
    finally:
        connection.close()


async def ask_layer() -> None:
    if settings.REDIS_URL:  # the in-memory layer would keep the message, and cannot be away
        await get_channel_layer().send(f"health.{secrets.token_hex(4)}", {"type": "health"})
