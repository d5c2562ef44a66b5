"""How a station may behave otherwise than a decent one: by name, for `--behaviour`."""

from dataclasses import dataclass

from ..commands import ObedientStation
from ..run import Run
from ..station import Station
from ..wire import Bend, as_it_is
from .offline import OfflineRun
from .reboot import RebootingRun
from .refusing import RejectingStation
from .retrying import RetryingStation
from .slow import SlowStation
from .spelling import odd_timestamps, unknown_enums


@dataclass(frozen=True)
class Behaviour:
    """What differs; `bend` changes its frames on their way out."""

    explanation: str
    station: type[Station] = ObedientStation
    run: type[Run] = Run
    bend: Bend = as_it_is
    pongs: bool = True


BEHAVIOURS = {
    "plain": Behaviour("does everything right"),
    "offline-then-sync": Behaviour("charges while it is offline, and tells of it afterwards", run=OfflineRun),
    "reboot-mid-session": Behaviour("loses its power in a session, and stops that after its boot", run=RebootingRun),
    "rejects-everything": Behaviour("obeys no command", station=RejectingStation),
    "slow": Behaviour("takes 3 s for every answer", station=SlowStation),
    "never-pongs": Behaviour("answers no pings, and sends none", pongs=False),
    "odd-timestamps": Behaviour("writes each time in another way", bend=odd_timestamps),
    "unknown-enums": Behaviour("uses words that OCPP does not know", bend=unknown_enums),
    "retries-start": Behaviour("sends StartTransaction and StopTransaction again", station=RetryingStation),
}
