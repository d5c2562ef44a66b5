"""Gateways that are killed and started again, private databases, and files of their own."""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.main_job.conftest import migrate
from tests.reliability.servers import Postgres, Redis
from tests.reliability.supervised import Supervised

Supervise = Callable[..., Supervised]
PUT_IN_PLACE = r"faults/mutants\.py|with a guard off>"


@pytest.fixture
def supervise(tmp_path: Path, migrated_database: Path) -> Iterator[Supervise]:
    """`supervise(settings=…, NAME="value")`: a gateway, not started yet; its last process is killed at the end.

    What was switched off in it must not have failed by itself: a test would find it for a wrong reason.
    """
    all_of_them: list[Supervised] = []

    def make(**options: str) -> Supervised:
        folder = tmp_path / f"gateway-{len(all_of_them)}"
        folder.mkdir()
        all_of_them.append(Supervised(folder, migrated_database, **options))
        return all_of_them[-1]

    yield make
    for one in all_of_them:
        one.kill()
    assert not [fault for one in all_of_them for fault in faults_of_faults(one.log)]


def faults_of_faults(log: str) -> list[str]:
    """The tracebacks that end in a part that was put in place of the gateway's own."""
    tracebacks = [part.splitlines() for part in log.split("Traceback (most recent call last):\n")[1:]]
    return ["\n".join(lines[:40]) for lines in tracebacks if re.search(PUT_IN_PLACE, innermost(lines))]


def innermost(lines: list[str]) -> str:
    """Where the exception of a traceback was raised."""
    frames = [line for line in takewhile(lambda line: line.startswith(" "), lines) if line.startswith("  File ")]
    return frames[-1] if frames else ""


@pytest.fixture(scope="session")
def migrated_cluster() -> Iterator[Postgres]:
    """A migrated, stopped PostgreSQL to copy."""
    server = Postgres()
    try:
        server.start()
        migrate(server.url)
        server.stop("fast")
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres(migrated_cluster: Postgres) -> Iterator[Postgres]:
    """A migrated PostgreSQL that can be stopped and started."""
    server = Postgres(migrated_cluster)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def redis() -> Iterator[Redis]:
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.kill()
