"""Private PostgreSQL and Redis servers for tests, on free ports, gone when the test run is.

`python -m tests.engines COMMAND ...` runs a command with DATABASE_URL pointing to a private PostgreSQL.
"""

import itertools
import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30.0
FIRST_PORT, OWN_PORTS = 20_000, 1000


def own_ports() -> Iterator[int]:
    """This test process's share of the ports below those that a system gives to clients, again and again."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 12
    first = FIRST_PORT + OWN_PORTS * number
    start = random.SystemRandom().randrange(OWN_PORTS)  # another test run shall not begin at the same one
    return itertools.cycle([first + (start + step) % OWN_PORTS for step in range(OWN_PORTS)])


_ports = own_ports()


def free_port() -> int:
    """A port that nobody takes until its server does: neither a client nor a test that runs beside this one."""
    return next(filter(is_free, _ports))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def binary(name: str) -> str:
    """A server binary: from PATH, or where Debian keeps PostgreSQL's."""
    if found := shutil.which(name):
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not versions:
        raise FileNotFoundError(f"{name} is not installed (Debian: postgresql, redis-server)")
    return str(versions[-1])


def chromium() -> str:
    return shutil.which("chromium") or binary("chromium-browser")


@contextmanager
def running(command: list[str], port: int, user: str | None = None) -> Iterator[None]:
    """A server process that listens on `port` while the block runs."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user)
    try:
        wait_for_port(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)  # a port has no event to wait for
    raise TimeoutError(f"Nothing listens on {port}")


@contextmanager
def postgresql() -> Iterator[str]:
    """A new cluster; yields the DATABASE_URL of its empty database `gateway`."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="gateway-pg-"))
    user = "postgres" if os.geteuid() == 0 else None  # initdb refuses root
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = str(folder / "data")
    quiet = {"stdout": subprocess.DEVNULL, "user": user}
    try:
        initdb = [binary("initdb"), "-D", data, "-A", "trust", "-U", "gateway", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, **quiet)
        options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        options += ["-c", "fsync=off"]  # it is thrown away
        with running([binary("postgres"), "-D", data, *options], port, user):
            wait_until_ready(port)
            subprocess.run(
                [binary("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "gateway", "gateway"], check=True
            )
            yield f"postgres://gateway@127.0.0.1:{port}/gateway"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    command = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(command, check=False).returncode:
        if time.monotonic() > deadline:
            raise TimeoutError("PostgreSQL does not become ready")
        time.sleep(0.05)


@contextmanager
def redis() -> Iterator[str]:
    """An empty Redis; yields its REDIS_URL."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with running([binary("redis-server"), *options], port):
        yield f"redis://127.0.0.1:{port}/0"


if __name__ == "__main__":
    with postgresql() as url:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode)
