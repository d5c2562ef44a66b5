"""What happened to one station, told to the progress display as it happens and summed up at the end."""

import logging
import time
from dataclasses import dataclass, field

from .errors import one_line
from .progress import Progress


@dataclass(frozen=True)
class Charged:
    """A session that ended: `energy_wh` = meterStop - meterStart."""

    transaction_id: int | None
    connector_id: int
    energy_wh: int
    reason: str


@dataclass
class Journal:
    cp_id: str
    progress: Progress
    sent: int = 0
    received: int = 0
    complaints: int = 0
    charged: list[Charged] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def energy_wh(self) -> int:
        return sum(session.energy_wh for session in self.charged)

    def note(self, text: str) -> None:
        self.progress.note(self.cp_id, text)

    def frame_out(self, text: str) -> None:
        self.sent += 1
        self.progress.frame(self.cp_id, "→", text)

    def frame_in(self, text: str) -> None:
        self.received += 1
        self.progress.frame(self.cp_id, "←", text)

    def metered(self, energy_wh: int, power_w: float, soc: float) -> None:
        self.progress.metered(self.cp_id, energy_wh, power_w, soc)

    def complain(self, text: str) -> None:
        """The `ocpp` package found fault with a frame of the server, or could not serve it."""
        self.complaints += 1
        self.note(f"complaint: {text}")

    def close(self) -> None:
        self.seconds = time.monotonic() - self.began


class ComplaintHandler(logging.Handler):
    """Turns the `ocpp` package's warnings and tracebacks into one line each."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._journal.complain(one_line(str(error) if error else record.getMessage()))


def complaint_logger(journal: Journal) -> logging.Logger:
    """A logger outside the logging tree: nothing reaches the terminal but through the journal."""
    logger = logging.Logger("ocpp_test_client", logging.WARNING)
    logger.addHandler(ComplaintHandler(journal))
    return logger
