"""What the person at the keyboard sees: lines everywhere, and a live bar below them on a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from .errors import one_line

FRAME_LENGTH = 2000


class Progress:
    """Shows nothing; the displays below override what they show."""

    def note(self, cp_id: str, text: str) -> None:
        """Something happened."""

    def frame(self, cp_id: str, direction: str, text: str) -> None:
        """A frame left (→) or came (←)."""

    def metered(self, cp_id: str, energy_wh: int, power_w: float, soc: float) -> None:
        """The running session's state; `soc` is a fraction."""

    def finished(self, cp_id: str) -> None:
        """The station's run is over."""

    def failed(self, cp_id: str, sentence: str) -> None:
        """The station's run was refused."""


class Display(Progress):
    """A context manager around the run. `total` is what the bar counts; without a terminal there is no bar."""

    def __init__(self, console: Console, total: float, frames: bool = False) -> None:
        self._console = console
        self._frames = frames
        self._bar = Bar(
            *(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("connecting", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def frame(self, cp_id: str, direction: str, text: str) -> None:
        if self._frames:
            self.line(f"{cp_id} {direction} {one_line(text, FRAME_LENGTH)}", "dim")

    def line(self, text: str, style: str = "") -> None:
        """One line, however narrow the terminal; without control codes where there is none."""
        self._console.print(Text(text, style), soft_wrap=True)


class SingleDisplay(Display):
    """Every step of one station; the bar is the battery."""

    def note(self, cp_id: str, text: str) -> None:
        self.line(f"{cp_id}  {text}", "yellow" if text.startswith("complaint") else "")

    def metered(self, cp_id: str, energy_wh: int, power_w: float, soc: float) -> None:
        state = f"{energy_wh} Wh  {power_w / 1000:.1f} kW  SoC {soc:.0%}"
        self._bar.update(self._task, completed=soc, description=state)
        self.line(f"{cp_id}  MeterValues: {state}")


class FleetDisplay(Display):
    """Many stations in one count; a line at every tenth of them and for every failure."""

    def __init__(self, console: Console, total: int, frames: bool = False) -> None:
        super().__init__(console, total, frames)
        self._total = total
        self._done = 0
        self._failures = 0
        self._energy: dict[str, int] = {}

    def note(self, cp_id: str, text: str) -> None:
        if text.startswith("complaint"):
            self.line(f"{cp_id}  {text}", "yellow")

    def metered(self, cp_id: str, energy_wh: int, power_w: float, soc: float) -> None:
        self._energy[cp_id] = energy_wh
        self._bar.update(self._task, description=self._state())

    def finished(self, cp_id: str) -> None:
        self._count()

    def failed(self, cp_id: str, sentence: str) -> None:
        self._failures += 1
        self.line(f"{cp_id}  {sentence}", "red")
        self._count()

    def _count(self) -> None:
        self._done += 1
        self._bar.update(self._task, completed=self._done, description=self._state())
        if self._done * 10 // self._total > (self._done - 1) * 10 // self._total:
            self.line(self._state())

    def _state(self) -> str:
        energy = sum(self._energy.values())
        return f"{self._done} of {self._total} stations done, {self._failures} failed, {energy} Wh"
