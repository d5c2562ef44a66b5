"""A station, with the behaviour that its options name."""

from functools import partial

from .behaviours import BEHAVIOURS
from .journal import Journal
from .options import Options
from .progress import Progress
from .wire import opened


async def run_station(options: Options, progress: Progress) -> Journal:
    """Charge one session and stay commandable for `options.duration`; raises `Refused`."""
    journal, behaviour = Journal(options.cp_id, progress), BEHAVIOURS[options.behaviour]
    connect = partial(opened, bend=behaviour.bend, pongs=behaviour.pongs)
    run = behaviour.run(options, journal, behaviour.station, connect)
    while await run.connection():
        journal.note("connecting again")
    journal.close()
    return journal
