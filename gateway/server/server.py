"""Daphne's Server with our protocols: it listens before it runs, reaps at once, and drains."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Any

import daphne.server  # installs the asyncio reactor: comes before anything else of Twisted
from twisted.internet import defer, reactor
from twisted.internet.endpoints import serverFromString
from twisted.logger import globalLogBeginner

from gateway.server.body import RequestBody
from gateway.server.drain import drain
from gateway.server.http import Channel, HttpFactory
from gateway.server.limits import Limits
from gateway.server.link import Link, LinkFactory
from gateway.server.link_queue import LinkQueue

logger = logging.getLogger(__name__)
ASGI = {"version": "3.0"}


class Server(daphne.server.Server):
    """Serves `application` on `endpoints` (Twisted's descriptions of them). `listen()`, then `run()` until a signal.

    If the application has an async `on_shutdown()`, it is awaited after the last link has ended.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        endpoints: Iterable[str],
        *,
        limits: Limits | None = None,
        signal_handlers: bool = True,
        ready_callable: Callable[[], object] | None = None,
        action_logger: Callable[..., object] | None = None,
        root_path: str = "",
        **_of_daphne: Any,  # its runserver passes timeouts and sizes: ours are in `limits`
    ) -> None:
        self.limits = limits or Limits()
        super().__init__(
            application,
            [description if "backlog=" in description else f"{description}:backlog=1024" for description in endpoints],
            signal_handlers=signal_handlers,
            action_logger=action_logger,
            root_path=root_path,
            ready_callable=ready_callable,
            server_name="",
        )
        self.connections: dict[Any, dict[str, Any]] = {}
        self.channels: set[Channel] = set()
        self.ports: list[Any] = []
        self.draining = False

    def listen(self) -> None:
        """Takes the port; whoever connects now waits for `run`. Raises twisted's CannotListenError."""
        self.http_factory = HttpFactory(self)
        self.ws_factory = LinkFactory(self, server="")
        self.ws_factory.setProtocolOptions(
            failByDrop=False,  # a peer that breaks the rules is told so: 1002, 1007, 1009
            openHandshakeTimeout=0,  # check_timeouts does it, with an answer
            closeHandshakeTimeout=self.limits.close_timeout,
            maxMessagePayloadSize=self.limits.message_bytes,
            maxFramePayloadSize=self.limits.message_bytes,
        )
        failures: list[Any] = []
        for description in self.endpoints:
            serverFromString(reactor, description).listen(self.http_factory).addCallbacks(
                self.ports.append, failures.append
            )
        if failures:
            failures[0].raiseException()

    def run(self) -> None:
        if not self.ports:
            self.listen()
        globalLogBeginner.beginLoggingTo([unhandled_errors], redirectStandardIO=False, discardBuffer=True)
        asyncio.set_event_loop(reactor._asyncioEventloop)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        if self.signal_handlers:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self.on_signal)
        if self.ready_callable:
            reactor.callWhenRunning(self.ready_callable)
        reactor.run(installSignalHandlers=False)

    def on_signal(self, number: int, _frame: object) -> None:
        if self.draining:
            os._exit(128 + number)  # asked twice: at once
        self.draining = True
        reactor._asyncioEventloop.call_soon_threadsafe(self.start_draining)

    def start_draining(self) -> None:
        self.drain_task = asyncio.ensure_future(drain(self))

    def links(self) -> list[Link]:
        return [protocol for protocol in self.connections if isinstance(protocol, Link)]

    # --- applications ----------------------------------------------------------------------------------------------

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Daphne's hook: starts the application for a request or link; returns the queue of its `receive`."""
        scope["asgi"] = ASGI
        if isinstance(protocol, Link):
            protocol.describe(scope)
            queue: Any = LinkQueue(self.limits, protocol.queue_filled)
            send: Any = protocol.send
        else:
            queue, send = RequestBody(protocol.take_body()), partial(self.handle_reply, protocol)
        task = asyncio.ensure_future(self.application(scope, queue.get, send))
        self.connections[protocol]["application_instance"] = task
        task.add_done_callback(partial(self.application_done, protocol))
        return queue

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Daphne's hook, for an HTTP application's `send`: returns when there is room for more."""
        await super().handle_reply(protocol, message)
        await protocol.drained()

    def application_done(self, protocol: Any, task: "asyncio.Task[None]") -> None:
        """At once, where Daphne looks every second."""
        details = self.connections.get(protocol, {})
        details.pop("application_instance", None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("Exception in the application: %r", error, exc_info=error)
        if "disconnected" in details:
            self.connections.pop(protocol, None)
        elif error is not None:
            protocol.handle_exception(error)
        else:
            protocol.application_returned()

    def protocol_disconnected(self, protocol: Any) -> None:
        details = self.connections.get(protocol)
        if details is not None:
            details.setdefault("disconnected", monotonic())
            if "application_instance" not in details:
                del self.connections[protocol]

    def application_checker(self) -> None:
        """Daphne's hook, every second: applications that do not end after their link or request has."""
        limit = monotonic() - self.limits.application_close_timeout
        for protocol, details in list(self.connections.items()):
            if details.get("disconnected", limit) < limit and details["application_instance"].cancel():
                logger.error("The application of %r did not end after its connection: cancelled", protocol)
        reactor.callLater(1, self.application_checker)

    def kill_all_applications(self) -> "defer.Deferred[Any] | None":
        """Cancels what is left; a database thread that has started is not ours to stop."""
        running = [details.get("application_instance") for details in self.connections.values()]
        tasks: list[asyncio.Task[None]] = [task for task in running if task and task.cancel()]
        return defer.Deferred.fromFuture(asyncio.ensure_future(asyncio.wait(tasks, timeout=0.5))) if tasks else None


def unhandled_errors(event: dict[str, Any]) -> None:
    """Of Twisted's log, what would be a bug of ours; the rest is one line per peer that hangs up."""
    failure = event.get("log_failure")
    if failure is not None:
        traceback = (failure.type, failure.value, failure.getTracebackObject())
        logger.error("Unhandled error in the server", exc_info=traceback)
