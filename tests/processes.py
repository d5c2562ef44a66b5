"""Real processes for tests: started, listened to, and ended by their own id."""

import asyncio
import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.engines import free_port

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
SECONDS = 30.0
_numbers = itertools.count(1)


class Process:
    """A child with its log; `env` completes this process's environment."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.log_file = log
        with log.open("wb") as output:
            self.child = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    @property
    def rss(self) -> int:
        """Its resident memory in bytes."""
        pages = int(Path(f"/proc/{self.child.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")

    def wait_for(self, pattern: str, seconds: float = SECONDS) -> "re.Match[str]":
        """Until its log matches; fails at once when it has ended without."""
        deadline = time.monotonic() + seconds
        while (found := re.search(pattern, self.log)) is None:
            assert self.child.poll() is None, f"ended with {self.child.returncode}:\n{self.log[-4000:]}"
            assert time.monotonic() < deadline, f"no {pattern!r} in:\n{self.log[-4000:]}"
            time.sleep(0.02)  # a file has no event to wait for
        return found

    async def logged(self, pattern: str, seconds: float = SECONDS) -> "re.Match[str]":
        return await asyncio.to_thread(self.wait_for, pattern, seconds)

    def signal(self, number: int) -> None:
        self.child.send_signal(number)

    def wait(self, seconds: float = SECONDS) -> int:
        """Its exit code."""
        return self.child.wait(timeout=seconds)

    async def ended(self, seconds: float = SECONDS) -> int:
        return await asyncio.to_thread(self.wait, seconds)

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()


class Gateway(Process):
    """A `manage.py serve` with a SQLite database of its own (a copy of `template`), unless `env` names another."""

    def __init__(
        self, folder: Path, template: Path, *, settings: str, port: int = 0, command: str = "serve", **env: str
    ) -> None:
        self.port = port or free_port()
        self.http, self.ws = f"http://127.0.0.1:{self.port}", f"ws://127.0.0.1:{self.port}"
        name = f"gateway-{next(_numbers)}"  # two may want one port
        self.database = folder / f"{name}.db"
        if "DATABASE_URL" not in env:
            shutil.copy(template, self.database)
        options = ["--noreload"] if command == "runserver" else []
        environment = child_environment(settings, self.database) | {"PORT": str(self.port)} | env
        environment.setdefault("FILES_FOLDER", str(folder / f"{name}-files"))
        super().__init__([*MANAGE, command, *options], folder / f"{name}.log", environment)

    def ready(self) -> "Gateway":
        self.wait_for(r"Listening on .*\n")
        return self


def child_environment(settings: str, database: Path) -> dict[str, str]:
    """Nothing of the developer's own: no .env, no database, no Redis."""
    return {
        "DJANGO_SETTINGS_MODULE": settings,
        "GATEWAY_ENV_FILE": os.devnull,
        "GATEWAY_PROFILE": "dev",
        "DATABASE_URL": f"sqlite:///{database}",
        "REDIS_URL": "",
        "HOST": "127.0.0.1",
        "LOG_LEVEL": "info",
    }


def manage(*arguments: str, settings: str = "tests.settings", **env: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py ...` to its end."""
    environment = {**os.environ, **child_environment(settings, ROOT / "nowhere.db"), **env}
    command = [*MANAGE, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def migrated(database: Path) -> Path:
    done = manage("migrate", "--verbosity", "0", DATABASE_URL=f"sqlite:///{database}")
    assert done.returncode == 0, done.stderr
    return database
