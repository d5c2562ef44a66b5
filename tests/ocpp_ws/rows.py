"""Rows, from an async test; and functions of the product that block, on threads of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection

from ocpp_ws.models import OcppMessage
from ocpp_ws.writer import writer
from stations.models import ChargingStation

T = TypeVar("T")


async def rows(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    return await in_thread(function, *args, **kwargs)


async def station(cp_id: str = "CP_1") -> ChargingStation:
    return await rows(lambda: ChargingStation.objects.with_online().get(cp_id=cp_id))


async def change(cp_id: str = "CP_1", **columns: Any) -> None:
    await rows(lambda: ChargingStation.objects.filter(cp_id=cp_id).update(**columns))


async def messages(**wanted: Any) -> list[OcppMessage]:
    """The message log, oldest first, with what nobody has waited for."""
    await writer.commit(lambda _: None)
    return await rows(lambda: list(OcppMessage.objects.filter(**wanted).order_by("pk")))


threads = ThreadPoolExecutor(max_workers=60, thread_name_prefix="asker")


def in_thread(function: Callable[..., T], *args: Any, **kwargs: Any) -> "asyncio.Future[T]":
    """Start a function that blocks, such as a command, as an HTTP request would."""

    def run() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return asyncio.get_running_loop().run_in_executor(threads, run)
