"""One connection's conversation: questions with their answers, and work that follows an answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ocpp.exceptions import OCPPError
from ocpp.messages import CallError, CallResult
from ocpp.v16 import ChargePoint
from websockets.exceptions import ConnectionClosed

from .errors import Refused, one_line
from .journal import Journal, complaint_logger
from .options import Options
from .wire import Wire, closed_by_server

Work = Callable[[], Coroutine[Any, Any, None]]


class CallErrorAnswer(Exception):
    """A CALLERROR as it came: the package's own exceptions lose an unknown code."""


class Link(ChargePoint):
    """A charge point for the time of one socket. Its tasks live in `tasks`: the first that fails ends them all."""

    def __init__(self, wire: Wire, options: Options, journal: Journal, tasks: asyncio.TaskGroup) -> None:
        super().__init__(options.cp_id, wire, response_timeout=options.timeout, logger=complaint_logger(journal))
        self.options = options
        self.journal = journal
        self._wire = wire
        self._tasks = tasks
        self._work: set[asyncio.Task[None]] = set()
        self._follow_ups: list[Work] = []

    async def listen(self) -> None:
        """Serve the server's frames until the socket ends; raises `Refused`."""
        try:
            await self.start()
        except ConnectionClosed as error:
            raise closed_by_server(error) from error

    async def ask(self, request: Any) -> Any:
        """Send a CALL and return its CALLRESULT; raises `Refused` for silence, a CALLERROR or an invalid answer."""
        action = type(request).__name__
        try:
            return await self.call(request, suppress=False)
        except TimeoutError:
            raise Refused(f"{action}: no answer within {self.options.timeout:g} s") from None
        except CallErrorAnswer as error:
            raise Refused(f"{action} was answered with CALLERROR {error}") from error
        except OCPPError as error:
            raise Refused(f"{action} was answered against the schema: {_cause(error)}") from error
        except ConnectionClosed as error:
            raise closed_by_server(error) from error

    async def route_message(self, raw_msg: str) -> None:
        """Serve one frame; what a command causes follows its answer (S§5.17)."""
        await super().route_message(raw_msg)
        due, self._follow_ups = self._follow_ups, []
        for work in due:
            self.spawn(work())

    def afterwards(self, work: Work) -> None:
        """For handlers: do `work` once the answer is out; a handler that asks itself would wait for ever."""
        self._follow_ups.append(work)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def cut_off(self) -> None:
        """No work goes on, and the socket is gone without a goodbye."""
        for task in self._work:
            task.cancel()
        self._wire.abort()

    async def settled(self) -> None:
        """Wait until no work is left."""
        while self._work:
            await asyncio.wait(self._work)

    async def _get_specific_response(self, unique_id: str, timeout: float) -> CallResult:  # noqa: ASYNC109
        """As the package's own, whose `wait_for` in Python 3.11 swallows a cancellation that comes with the answer."""
        async with asyncio.timeout(timeout):
            while (answer := await self._response_queue.get()).unique_id != unique_id:
                self.journal.complain(one_line(f"an answer to nothing that was asked: {answer}"))
        if isinstance(answer, CallError):
            raise CallErrorAnswer(one_line(f"{answer.error_code}: {answer.error_description}"))
        return answer


def _cause(error: OCPPError) -> str:
    return one_line(str(error.details.get("cause", error)))
