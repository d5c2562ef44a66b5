"""A station with a memory: what was not acknowledged is sent again after the next connect, in order.

Its queue survives every disconnect, as core 3.7 asks; half of its retries carry a new message id, as some stacks do.
It knows what was acknowledged and how much energy it has sold.
"""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import websockets

Payload = dict[str, Any]
LOST = (OSError, EOFError, TimeoutError, websockets.WebSocketException)
ANSWER_SECONDS = 15.0
CONNECT_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Session:
    connector: int
    meter_start: int
    meter: int
    left: int  # samples still to take
    transaction_id: int | None = None


@dataclass(slots=True, eq=False)
class Message:
    action: str
    payload: Payload
    session: Session
    unique_id: str = field(default_factory=lambda: str(uuid4()))
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A message with its answer: what the database must hold from now on."""

    cp_id: str
    unique_id: str
    action: str
    payload: Payload
    answer: Payload


class SimulatedStation:
    """Charges one session after another at the gateways of `urls` until `finish` is set and its queue is empty."""

    def __init__(self, cp_id: str, urls: list[str], *, seed: int, pace: float = 0.0) -> None:
        self.cp_id, self.urls, self.pace = cp_id, urls, pace
        self.random = random.Random(f"{seed}/{cp_id}")
        self.queue: deque[Message] = deque()
        self.acknowledged: list[Acknowledged] = []
        self.call_errors: list[list[Any]] = []
        self.closed_with: list[int | None] = []
        self.session: Session | None = None
        self.meter = self.random.randrange(1000, 100_000)
        self.energy_wh = self.resent = self.refused = 0
        self.finish = False
        self.socket: websockets.ClientConnection | None = None
        self.connected = asyncio.Event()
        self.last_time = 0
        self.trouble: BaseException | None = None  # why the last visit ended
        self.on_acknowledged: Callable[[], None] = lambda: None

    # --- what happens at the station -----------------------------------------------------------------------------

    def produce(self) -> None:
        """The next thing that happens, whether or not the gateway is there."""
        if self.session is None:
            if not self.finish:
                self.start()
        elif self.session.left and not self.finish:
            self.sample(self.session)
        else:
            self.stop(self.session)

    def start(self) -> None:
        self.session = session = Session(
            self.random.randint(1, 2), self.meter, self.meter, left=self.random.randint(1, 6)
        )
        place = {"connectorId": session.connector, "idTag": f"TAG_{self.cp_id}", "meterStart": session.meter_start}
        self.queue.append(Message("StartTransaction", place | {"timestamp": self.now()}, session))

    def sample(self, session: Session) -> None:
        session.left -= 1
        session.meter += self.random.randint(1, 500)
        values = [{"timestamp": self.now(), "sampledValue": [{"value": str(session.meter)}]}]
        self.queue.append(Message("MeterValues", {"connectorId": session.connector, "meterValue": values}, session))

    def stop(self, session: Session) -> None:
        self.session, self.meter = None, session.meter + self.random.randint(1, 500)
        self.queue.append(Message("StopTransaction", {"meterStop": self.meter, "timestamp": self.now()}, session))

    def now(self) -> str:
        """Our own clock, in ms, never the same twice."""
        self.last_time = max(self.last_time + 1, int(time.time() * 1000))
        return datetime.fromtimestamp(self.last_time / 1000, UTC).isoformat(timespec="milliseconds")

    # --- what it tells the gateway -------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        return self.finish and self.session is None and not self.queue

    async def live(self) -> None:
        """Connect, empty the queue, go on; again and again."""
        while not self.done:
            try:
                await self.visit()
            except LOST as error:
                self.trouble = error
                self.refused += isinstance(error, websockets.InvalidStatus)
                if self.random.random() < 0.3 and len(self.queue) < 20:
                    self.produce()
                await asyncio.sleep(self.random.uniform(0.05, 0.3))  # its back-off

    async def visit(self) -> None:
        url = f"{self.random.choice(self.urls)}/{self.cp_id}"
        async with websockets.connect(
            url,
            subprotocols=[websockets.Subprotocol("ocpp1.6")],
            open_timeout=CONNECT_SECONDS,
            close_timeout=1,
            ping_interval=None,
        ) as socket:
            self.socket = socket
            self.connected.set()
            try:
                while not self.done:
                    if not self.queue:
                        self.produce()
                    if self.queue:
                        await self.deliver(socket, self.queue[0])
                    await asyncio.sleep(self.pace)  # charging takes its time
            finally:
                self.connected.clear()
                self.socket = None
                self.closed_with.append(socket.close_code)

    async def deliver(self, socket: websockets.ClientConnection, message: Message) -> None:
        """Send the oldest message and wait for its answer; acknowledged, it leaves the queue."""
        if message.tries:
            self.resent += 1
            if self.random.random() < 0.5:
                message.unique_id = str(uuid4())
        message.tries += 1
        payload = message.payload
        if message.action != "StartTransaction":
            payload = payload | {"transactionId": message.session.transaction_id}
        await socket.send(json.dumps([2, message.unique_id, message.action, payload]))
        async with asyncio.timeout(ANSWER_SECONDS):
            frame = await self.answer_to(socket, message.unique_id)
        if frame[0] == 4:
            self.call_errors.append(frame)
            raise ConnectionError("a CALLERROR: try again later")
        self.note(message, payload, frame[2])

    async def answer_to(self, socket: websockets.ClientConnection, unique_id: str) -> list[Any]:
        while True:
            frame: list[Any] = json.loads(await socket.recv())
            if frame[0] == 2:
                await socket.send(json.dumps([3, frame[1], {"status": "Accepted"}]))
            elif frame[1] == unique_id:
                return frame

    def note(self, message: Message, payload: Payload, answer: Payload) -> None:
        self.queue.popleft()
        self.acknowledged.append(Acknowledged(self.cp_id, message.unique_id, message.action, payload, answer))
        if message.action == "StartTransaction":
            message.session.transaction_id = answer["transactionId"]
        elif message.action == "StopTransaction":
            self.energy_wh += payload["meterStop"] - message.session.meter_start
        self.on_acknowledged()

    def drop(self) -> None:
        """Lose the connection without a word."""
        if self.socket is not None:
            self.socket.transport.abort()
