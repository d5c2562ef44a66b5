"""Several stations at once."""

import asyncio

from .errors import Refused
from .journal import Journal
from .options import Options
from .progress import Progress
from .start import run_station


async def run_fleet(fleet: list[Options], progress: Progress) -> tuple[list[Journal], list[str]]:
    """(journals of the stations that finished, sentences of those that failed)."""
    finished: list[Journal] = []
    failed: list[str] = []

    async def one(options: Options) -> None:
        try:
            journal = await run_station(options, progress)
        except Refused as error:
            failed.append(f"{options.cp_id}: {error}")
            progress.failed(options.cp_id, str(error))
        else:
            finished.append(journal)
            progress.finished(options.cp_id)

    async with asyncio.TaskGroup() as tasks:
        for options in fleet:
            tasks.create_task(one(options))
    return finished, failed
