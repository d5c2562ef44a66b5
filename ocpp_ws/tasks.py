"""Coroutines that nobody waits for."""

import asyncio
from collections.abc import Coroutine
from typing import Any

_running: set[asyncio.Task[None]] = set()  # the loop itself keeps no reference to its tasks


def spawn(job: Coroutine[Any, Any, None]) -> None:
    """Run it on the running event loop."""
    task = asyncio.get_running_loop().create_task(job)
    _running.add(task)
    task.add_done_callback(_running.discard)
