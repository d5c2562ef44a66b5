"""PostgreSQL and Redis that a test may stop, kill and start again on the same port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.engines import binary, free_port, wait_for_port, wait_until_ready

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Postgres:
    """A private cluster, a copy of `template` if there is one; `url` names its database."""

    def __init__(self, template: "Postgres | None" = None) -> None:
        self.port, self.folder = free_port(), Path(tempfile.mkdtemp(prefix="gateway-pg-"))
        self.user = "postgres" if os.geteuid() == 0 else None  # initdb refuses root
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        self.data = str(self.folder / "data")
        self.url = f"postgres://gateway@127.0.0.1:{self.port}/gateway"
        self.child: subprocess.Popen[bytes] | None = None
        self.is_new = template is None
        if template:
            self.run("cp", "-a", template.data, self.data)
        else:
            self.run("initdb", "-D", self.data, "-A", "trust", "-U", "gateway", "-E", "UTF8", "--no-sync")

    def run(self, name: str, *arguments: str) -> None:
        subprocess.run([binary(name), *arguments], check=True, user=self.user, **QUIET)  # type: ignore[call-overload]

    def start(self) -> None:
        options = ["-k", str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        command = [binary("postgres"), "-D", self.data, "-p", str(self.port), *options]
        self.child = subprocess.Popen(command, user=self.user, **QUIET)  # type: ignore[call-overload]
        wait_for_port(self.port, self.child)
        wait_until_ready(self.port)
        if self.is_new:
            self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "gateway", "gateway")
            self.is_new = False

    def stop(self, how: str = "immediate") -> None:
        """At once, as a crash would: recovery comes with the next start. Or `fast`, which leaves nothing to recover."""
        self.run("pg_ctl", "stop", "-D", self.data, "-m", how, "-w")
        if self.child:
            self.child.wait(timeout=20)

    def remove(self) -> None:
        if self.child and self.child.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.child = subprocess.Popen([binary("redis-server"), *options], **QUIET)  # type: ignore[call-overload]
        wait_for_port(self.port, self.child)

    def kill(self) -> None:
        if self.child:
            self.child.kill()
            self.child.wait()
