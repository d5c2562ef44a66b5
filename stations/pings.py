"""Whether a station's links are pinged. Some stations answer no ping, and are alive all the same.

They are found out by themselves: three links in ten minutes that were cut without having answered a single ping.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from ocpp_ws.protocol import Quirk
from stations.models import ChargingStation
from stations.services import count_quirks

WITHIN = timedelta(minutes=10)
LEAST_SILENCE = 180.0
Pings = ChargingStation.Pings


def silence_of(station: ChargingStation) -> float:
    """Seconds that its link may be silent before it counts as dead; 0.0 where it is pinged instead."""
    pinged = settings.WEBSOCKET_PINGS if station.pings == Pings.AUTO else station.pings == Pings.ON
    return 0.0 if pinged else max(3.0 * settings.HEARTBEAT_INTERVAL, LEAST_SILENCE)


def never_ponged(*, station_id: int, now: datetime) -> bool:
    """A link was cut that had answered no ping; True where that was once too often: from now on it gets none."""
    count_quirks(station_id=station_id, action="", quirks=[Quirk("never-pongs", "", "")], now=now)
    mine = ChargingStation.objects.filter(pk=station_id)
    third = mine.filter(pings=Pings.AUTO, ping_cut_before_at__gte=now - WITHIN)
    if third.update(pings=Pings.OFF, ping_cut_at=None, ping_cut_before_at=None):
        return True
    mine.update(ping_cut_before_at=F("ping_cut_at"), ping_cut_at=now)
    return False
