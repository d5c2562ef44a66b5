"""Two sockets, one identity: which one wins.

Under the open policy nobody has proved who he is: the old link is pinged first, and a newcomer is refused while it
lives, so an impostor cannot displace a station; a half-open link cannot lock one out either. A newcomer that was
refused three times in a minute, 10 s apart at least, gets in if the old link brought no OCPP frame meanwhile.
"""

import asyncio
import time
from collections import deque
from uuid import uuid4

from ocpp_ws.identity import later
from ocpp_ws.links import Link, links, opening
from stations import doorbell
from stations.links import Standing

PONG_SECONDS = 3.0
REFUSALS, REFUSAL_SECONDS = 3, 60.0
REFUSAL_SPACING = 10.0  # seconds after one that counted before the next one does: many at once are one try
AT_THE_DOOR = 4  # newcomers of one identity that wait at once: five sockets with the link itself

_refusals: dict[int, deque[float]] = {}
_probes: dict[str, "asyncio.Future[float]"] = {}
_doors: dict[tuple[int, int], "Door"] = {}


async def may_enter(standing: Standing) -> bool:
    """Whether a newcomer with this identity may take over from the link that the row names. Raises Denied."""
    key = (standing.station_id, standing.epoch)
    if key not in _doors:
        _doors[key] = Door(standing)
    silence = await _doors[key].wait()
    if silence is None:
        _refusals.pop(standing.station_id, None)
        return True
    return is_stubborn(standing.station_id, silence)


def is_stubborn(station_id: int, silence: float) -> bool:
    """Note a refusal; True where there were enough of them while the old link was silent."""
    now = time.monotonic()
    recent = _refusals.setdefault(station_id, deque(maxlen=REFUSALS))
    while recent and now - recent[0] > REFUSAL_SECONDS:
        recent.popleft()
    if len(recent) == REFUSALS and silence > now - recent[0]:
        del _refusals[station_id]
        return True
    if not recent or now - recent[-1] >= REFUSAL_SPACING:
        recent.append(now)
    return False


class Door:
    """The newcomers that wait for one old link's answer; it is asked once for all of them."""

    def __init__(self, standing: Standing) -> None:
        self._waiting: deque[asyncio.Future[float | None]] = deque()
        self._asking = asyncio.get_running_loop().create_task(self._ask(standing))

    async def wait(self) -> float | None:
        """As `silence_of`. Raises Denied where newer ones came: a station has given up the socket before its newest."""
        if len(self._waiting) == AT_THE_DOOR:
            settle(self._waiting.popleft(), later("Newer connections with this identity came."))
        mine: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        return await mine

    async def _ask(self, standing: Standing) -> None:
        silence: float | None = None
        try:
            silence = await silence_of(standing)
        finally:
            del _doors[standing.station_id, standing.epoch]
            for one in self._waiting:
                settle(one, silence)


def settle(future: "asyncio.Future[float | None]", result: float | Exception | None) -> None:
    if future.done():
        return  # its handshake was cancelled
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


async def silence_of(standing: Standing) -> float | None:
    """Seconds since the old link's last OCPP frame if it answers a ping; None if it is dead."""
    here = standing.channel in ("", doorbell.own_channel())
    if here and (standing.station_id, standing.epoch) in opening:
        return 0.0
    if link := links.get(standing.station_id):
        return await probe(link)
    if here:
        return None  # it has ended here, its goodbye is on its way to the row: nobody to ask
    token = str(uuid4())
    _probes[token] = answer = asyncio.get_running_loop().create_future()
    try:
        await doorbell.aring(
            standing.channel,
            {
                "type": "link.probe",
                "station": standing.station_id,
                "reply_to": doorbell.own_channel(),
                "token": token,
            },
        )
        async with asyncio.timeout(PONG_SECONDS + 0.5):
            return await answer
    except TimeoutError:
        return None
    finally:
        del _probes[token]


async def probe(link: Link) -> float | None:
    """Ping a link of this process; a pong or any frame within 3 s is life."""
    alive = asyncio.Event()
    silence = time.monotonic() - link.seen
    link.probes.add(alive)
    try:
        await link.ping()
        async with asyncio.timeout(PONG_SECONDS):
            await alive.wait()
    except TimeoutError:
        return None
    finally:
        link.probes.discard(alive)
    return min(silence, time.monotonic() - link.seen)


async def answer_probe(message: doorbell.LinkProbe) -> None:
    """Another process asks about a link of ours; a dead one is not answered for."""
    link = links.get(message["station"])
    silence = await probe(link) if link else None
    if silence is not None:
        alive: doorbell.LinkAlive = {"type": "link.alive", "token": message["token"], "last_frame": silence}
        await doorbell.aring(message["reply_to"], alive)


def note_alive(message: doorbell.LinkAlive) -> None:
    future = _probes.get(message["token"])
    if future and not future.done():
        future.set_result(message["last_frame"])
