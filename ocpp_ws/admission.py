"""Letting a station in: identify, refuse or take over, and open its link in the database before it is accepted."""

import logging
import random
from typing import Any

from django.conf import settings
from django.db import Error
from django.utils import timezone

from ocpp_ws import takeover
from ocpp_ws.breaker import breaker
from ocpp_ws.gate import gate
from ocpp_ws.identity import Denied, check_origin, identity_of
from ocpp_ws.links import REPLACED, links
from ocpp_ws.outgoing import tell
from ocpp_ws.reads import read
from ocpp_ws.writer import writer
from stations import doorbell
from stations.links import OpenedLink, open_link, standing

logger = logging.getLogger(__name__)
Scope = dict[str, Any]


async def admit(scope: Scope, subprotocol: str | None) -> OpenedLink:
    """The opened link of the station that knocks. Raises Denied."""
    check_origin(scope)
    cp_id = identity_of(scope)
    if subprotocol is None and settings.REQUIRE_SUBPROTOCOL:
        raise Denied(400, "Offer the subprotocol ocpp1.6.")
    if breaker.is_open or not await gate.enter():
        raise later("The gateway's database is not usable, or was so a moment ago.")
    try:
        return await enter(cp_id, scope, subprotocol or "")
    except Error as error:
        logger.error("[%s] Not let in, the database is not usable: %s", cp_id, error)
        raise later("The gateway's database is not usable.") from None


async def enter(cp_id: str, scope: Scope, subprotocol: str) -> OpenedLink:
    known = await read(standing, cp_id)
    if known is None and settings.STATION_POLICY != "open":
        raise Denied(404, "This charge point is not known here.")
    if known and known.online and not await takeover.may_enter(known):
        raise later("A live connection has this identity.")
    now, address = timezone.now(), peer_of(scope)
    opened: OpenedLink | None = await writer.commit(
        lambda _: open_link(
            cp_id=cp_id, owner=settings.GATEWAY_SLOT, channel=doorbell.own_channel(), address=address,
            subprotocol=subprotocol, now=now,
        ),
        station=known.station_id if known else cp_id.lower(),
    )  # fmt: skip
    if opened is None:
        raise Denied(404, "This charge point is not known here.")
    return opened


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


def later(sentence: str) -> Denied:
    """503; spread, so that a fleet does not come back as one."""
    return Denied(503, sentence, retry_after=10 + round(random.uniform(0, 20)))  # noqa: S311 - no secret


def peer_of(scope: Scope) -> str:
    host, port = (scope.get("client") or ("", ""))[:2]
    return f"{host}:{port}"
