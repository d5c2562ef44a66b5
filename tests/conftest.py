"""What all tests share: real gateway processes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from tests.processes import Gateway, migrated

# a run that decides must not depend on luck; by hand, every run looks elsewhere
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

StartGateway = Callable[..., Gateway]


def do_not_wait_for_the_disk(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Half of the time of the tests in this process. Gateways in processes of their own wait, as in service."""
    if connection.vendor == "sqlite" and connection.alias == DEFAULT_DB_ALIAS:
        connection.cursor().execute("PRAGMA synchronous=OFF")


connection_created.connect(do_not_wait_for_the_disk)


class Measurements:
    """What tests have measured (tests/reliability/report.py), as soon as each has ended, also of several workers."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        for line in report.capstdout.splitlines() if report.when == "call" and terminal else ():
            if line.startswith("MEASURED "):
                terminal.ensure_newline()
                terminal.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    if "PATIENCE" in os.environ and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Measurements(config))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL drops no database that a thread of the gateway still has a connection to."""
    yield
    if connection.vendor == "postgresql":
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    return migrated(tmp_path_factory.mktemp("database") / "template.db")


@pytest.fixture
def start_gateway(tmp_path: Path, migrated_database: Path) -> Iterator[StartGateway]:
    """`start_gateway(settings=…, port=…, NAME="value")`: a running `manage.py serve`, killed at the end if it still is.

    `ready=False` returns at once, for a start that must fail.
    """
    started: list[Gateway] = []

    def start(*, settings: str = "tests.settings", ready: bool = True, **options: Any) -> Gateway:
        gateway = Gateway(tmp_path, migrated_database, settings=settings, **options)
        started.append(gateway)
        return gateway.ready() if ready else gateway

    yield start
    for gateway in started:
        gateway.kill()
