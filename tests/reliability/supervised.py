"""A gateway that is started again, on the same port and database, whenever it has died."""

import shutil
import signal
from pathlib import Path

from tests.engines import free_port
from tests.processes import Gateway

QUIET = {"LOG_LEVEL": "warn", "STATION_POLICY": "open"}


class Supervised:
    """One port, one database, one slot, any number of processes after one another."""

    def __init__(self, folder: Path, template: Path, *, settings: str = "tests.settings", **env: str) -> None:
        self.folder, self.template, self.settings = folder, template, settings
        self.port = free_port()
        self.env = QUIET | env
        if "DATABASE_URL" not in env:
            shutil.copy(template, folder / "gateway.db")
            self.env["DATABASE_URL"] = f"sqlite:///{folder / 'gateway.db'}"
        self.ws, self.http = f"ws://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port}"
        self.process: Gateway | None = None
        self.logs: list[Path] = []

    @property
    def url(self) -> str:
        return self.env["DATABASE_URL"]

    @property
    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.logs)

    def start(self, **env: str) -> Gateway:
        """The next process; `env` is for this one only."""
        self.launch(**env)
        return self.running.ready()

    def launch(self, **env: str) -> Gateway:
        """The same without waiting for it."""
        self.process = Gateway(self.folder, self.template, settings=self.settings, port=self.port, **(self.env | env))
        self.logs.append(self.process.log_file)
        return self.process

    @property
    def running(self) -> Gateway:
        assert self.process is not None
        return self.process

    def kill(self) -> None:
        """SIGKILL, by the id of the process that was started here."""
        if self.process is not None:
            self.process.kill()

    def terminate(self) -> int:
        self.running.signal(signal.SIGTERM)
        return self.running.wait()
