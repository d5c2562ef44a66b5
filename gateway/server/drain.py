"""The end of the server: nothing new, everything read is answered, then close frames, then out."""

import asyncio
import logging
import os
import threading
from typing import TYPE_CHECKING

from twisted.internet import reactor

if TYPE_CHECKING:
    from gateway.server.server import Server

logger = logging.getLogger(__name__)


async def drain(server: "Server") -> None:
    """Ends every link and request, lets the application finish, and stops the reactor."""
    limits, loop = server.limits, asyncio.get_running_loop()
    started = loop.time()
    exit_in_any_case(limits.exit)
    try:
        logger.info("Shutting down: %d links, %d HTTP connections", len(server.links()), len(server.channels))
        stop_everything_new(server)
        while busy(server) and loop.time() < started + limits.drain:  # noqa: ASYNC110 - once in a process's life
            await asyncio.sleep(0.02)
        if busy(server):
            logger.warning("Shutting down: %d links were not done in time", len(server.links()))
        on_shutdown = getattr(server.application, "on_shutdown", None)
        if on_shutdown is not None:
            await asyncio.wait_for(on_shutdown(), started + limits.exit - 0.5 - loop.time())
    except Exception:
        logger.exception("Shutting down: the application's on_shutdown failed")
    finally:
        reactor.stop()


def stop_everything_new(server: "Server") -> None:
    for port in server.ports:
        port.stopListening()
    for channel in list(server.channels):
        channel.finish_up()
    for link in server.links():
        link.go_away()


def busy(server: "Server") -> bool:
    """A link counts until its TCP connection is gone and its application has returned."""
    return bool(server.links() or server.channels)


def exit_in_any_case(seconds: float) -> None:
    """Python waits at its end for threads that run: one that hangs in the database must not hold the process."""
    timer = threading.Timer(seconds, os._exit, [0])
    timer.daemon = True
    timer.start()
