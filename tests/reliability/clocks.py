"""The clocks of a gateway under test, set by a file (faults/seams.py)."""

import os
from pathlib import Path

from tests.reliability.conftest import Supervise
from tests.reliability.supervised import Supervised

HOUR, DAY = 3600.0, 86400.0


class Clocks:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)

    def set(self, wall: float, monotonic: float = 0) -> None:
        """Ahead of the true time by that many seconds, from now on."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{wall} {monotonic}")
        os.replace(new, self.file)  # never read half


def clocked(supervise: Supervise, folder: Path, *faults: str, **env: str) -> tuple[Supervised, Clocks]:
    """A gateway, not started yet, whose clocks can be set."""
    clocks = Clocks(folder / "clocks")
    names = ",".join(["moved_clocks", *faults])
    return supervise(settings="tests.reliability.faulty", FAULTS=names, CLOCKS=str(clocks.file), **env), clocks
