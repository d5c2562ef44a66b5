"""The end of a link in the database."""

import logging
from collections.abc import Collection

from django.utils import timezone

from ocpp_ws.batch import AWAY
from ocpp_ws.outgoing import tell, unstored
from ocpp_ws.writer import writer
from stations.links import close_link

logger = logging.getLogger(__name__)

_unreleased: set[tuple[int, int]] = set()


async def release(station_id: int, epoch: int) -> None:
    """The link of that epoch is gone: offline at once, unless a newer one lives; who waits for its commands is told.

    Where that cannot be stored it is done by `release_the_rest`.
    """
    now = timezone.now()
    if unstored:
        _unreleased.add((station_id, epoch))
        return
    try:
        ended = await writer.commit(
            lambda _: close_link(station_id=station_id, epoch=epoch, now=now), station=station_id
        )
    except Exception as error:  # noqa: BLE001 - whatever the database makes of it: the link is gone all the same
        logger.error("Link %d of station %d is released later: %r", epoch, station_id, error)
        _unreleased.add((station_id, epoch))
        return
    for command_id, reply_to in ended:
        await tell(command_id, reply_to)


async def release_the_rest(lost: Collection[tuple[int, int]] = ()) -> None:
    """What could not be stored when it happened, and the links that nobody serves: (station id, epoch) of each."""
    _unreleased.update(lost)
    while unstored:
        unit = unstored[0]
        try:
            await writer.commit(unit)
        except AWAY:
            raise
        except Exception:
            logger.exception("The outcome of a command could not be stored, though the database is usable.")
        if unstored and unstored[0] is unit:  # another may have done it meanwhile
            del unstored[0]
    while _unreleased:
        before = len(_unreleased)
        await release(*_unreleased.pop())
        if len(_unreleased) == before:
            return  # it failed again
