"""Gateways that are killed and started again, private databases, and files of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.main_job.conftest import migrate
from tests.reliability.servers import Postgres, Redis
from tests.reliability.supervised import Supervised

Supervise = Callable[..., Supervised]


@pytest.fixture
def supervise(tmp_path: Path, migrated_database: Path) -> Iterator[Supervise]:
    """`supervise(settings=…, NAME="value")`: a gateway, not started yet; its last process is killed at the end."""
    all_of_them: list[Supervised] = []

    def make(**options: str) -> Supervised:
        folder = tmp_path / f"gateway-{len(all_of_them)}"
        folder.mkdir()
        all_of_them.append(Supervised(folder, migrated_database, **options))
        return all_of_them[-1]

    yield make
    for one in all_of_them:
        one.kill()


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
