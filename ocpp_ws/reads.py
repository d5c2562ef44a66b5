"""Reads for links, on a few threads of their own: `database_sync_to_async` would share one thread per process."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from ocpp_ws import silence
from ocpp_ws.breaker import PATIENCE_SECONDS

P = ParamSpec("P")
T = TypeVar("T")
executor = silence.executor("reads", 2, PATIENCE_SECONDS)


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that only reads rows; once more on a fresh connection if the old one is broken."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(executor, with_fresh_connection, partial(function, *args, **kwargs))


def with_fresh_connection(function: Callable[[], T]) -> T:
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        return function()
