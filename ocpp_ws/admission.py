"""Letting a station in: identify, refuse or take over, and open its link in the database before it is accepted."""

import asyncio
import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.db import Error
from django.utils import timezone

from ocpp_ws import takeover
from ocpp_ws.authentication import proved_key
from ocpp_ws.batch import Batch
from ocpp_ws.breaker import breaker
from ocpp_ws.gate import gate
from ocpp_ws.identity import Denied, check_origin, handshake_quirks, host_header, identity_of, later
from ocpp_ws.links import REPLACED, links, opening, unregister
from ocpp_ws.outgoing import tell
from ocpp_ws.reads import read
from ocpp_ws.release import release
from ocpp_ws.strangers import strangers
from ocpp_ws.tasks import spawn
from ocpp_ws.writer import writer
from stations import doorbell
from stations.links import OpenedLink, Standing, open_link, standing
from stations.services import Noticed

logger = logging.getLogger(__name__)
Scope = dict[str, Any]
Key = tuple[int, int]
"""station id, epoch"""
Opening = asyncio.Future[OpenedLink | None]


async def admit(scope: Scope, subprotocol: str | None) -> OpenedLink:
    """The opened link of the station that knocks. Raises Denied."""
    check_origin(scope)
    cp_id = identity_of(scope)
    if subprotocol is None and settings.REQUIRE_SUBPROTOCOL:
        raise Denied(400, "Offer the subprotocol ocpp1.6.")
    if breaker.is_open:
        raise later("The gateway's database is not usable.")
    if not await gate.enter():
        raise later("Too many charge points connect at once.")
    try:
        return await enter(cp_id, scope, subprotocol or "")
    except Error as error:
        logger.error("[%s] Not let in, the database is not usable: %s", cp_id, error)
        raise later("The gateway's database is not usable.") from None
    finally:
        gate.leave()


async def enter(cp_id: str, scope: Scope, subprotocol: str) -> OpenedLink:
    known, address = await read(standing, cp_id), peer_of(scope)
    if known is None and settings.STATION_POLICY != "open":
        raise stranger(cp_id, scope)
    proved = prove(scope, cp_id, known, address) if known else ""
    if known and known.online and not proved and not await takeover.may_enter(known):
        told = f"From {address}, while a live connection has the identity."
        strangers.notice(Noticed.TAKEOVER_REFUSED, known.station_id, told, address)
        raise later("A live connection has this identity.")
    mine: list[Key] = []
    unit = partial(
        open_here, mine=mine, cp_id=cp_id, address=address, subprotocol=subprotocol, now=timezone.now(), proved=proved,
        host=host_header(scope), quirks=handshake_quirks(scope, subprotocol),
    )  # fmt: skip
    station = known.station_id if known else cp_id.lower()
    future: Opening = asyncio.wrap_future(writer.post(unit, station=station))
    try:
        opened = await asyncio.shield(future)
    except asyncio.CancelledError:  # it is opened all the same, and nobody serves it
        future.add_done_callback(partial(release_opened, mine))
        raise
    except Exception:  # nobody serves it, whatever became of its COMMIT
        opening.difference_update(mine)
        raise
    if opened is None:
        raise stranger(cp_id, scope)
    return opened


def open_here(_batch: Batch, *, mine: list[Key], **told: Any) -> OpenedLink | None:
    """`open_link` for this process; `mine` gets what it adds to `opening`."""
    opened = open_link(owner=settings.GATEWAY_SLOT, channel=doorbell.own_channel(), **told)
    if opened:  # before anybody can see the row
        mine.append((opened.station_id, opened.epoch))
        opening.add(mine[-1])
    return opened


def release_opened(mine: list[Key], future: Opening) -> None:
    """What a handshake that was cancelled meanwhile has opened, if it has."""
    if future.cancelled() or future.exception():
        opening.difference_update(mine)
    elif opened := future.result():
        unregister(opened)
        spawn(end_opened(opened))


async def end_opened(opened: OpenedLink) -> None:
    await put_out_former(opened)
    await release(opened.station_id, opened.epoch)


def prove(scope: Scope, cp_id: str, known: Standing, address: str) -> str:
    """The hash of the key that the handshake proves, or "". Raises Denied where the station must and does not."""
    try:
        return proved_key(scope, cp_id, known)
    except Denied:
        strangers.notice(Noticed.AUTHENTICATION_FAILED, known.station_id, f"From {address}.", address)
        raise


def stranger(cp_id: str, scope: Scope) -> Denied:
    """404 (OCPP-J 3.2); an operator may add it from the list of those who knocked."""
    address = peer_of(scope)
    strangers.note(cp_id, address, scope)
    strangers.notice(Noticed.UNKNOWN_IDENTITY, None, f"{cp_id} from {address}.", address)
    return Denied(404, "This charge point is not known here.")


async def put_out_former(opened: OpenedLink) -> None:
    """Close the link that this one replaces, here or in another process, and tell who waited on it."""
    for command_id, reply_to in opened.ended:
        await tell(command_id, reply_to)
    old = links.get(opened.station_id)
    if old and old.epoch < opened.epoch:
        await old.close(REPLACED, "replaced")
    elif opened.former and not old:
        await doorbell.aring(
            opened.former.channel, {"type": "link.replaced", "station": opened.station_id, "epoch": opened.epoch}
        )


def peer_of(scope: Scope) -> str:
    host, port = (scope.get("client") or ("", ""))[:2]
    return f"{host}:{port}"
