"""Stations in this process, and an end to what the gateway's threads and tasks keep."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from django.apps import apps
from django.conf import LazySettings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from pytest_django import DjangoDbBlocker

from ocpp_ws import takeover
from ocpp_ws.breaker import breaker
from ocpp_ws.links import links
from ocpp_ws.process import process
from ocpp_ws.reads import executor as reads
from ocpp_ws.strangers import strangers
from ocpp_ws.writer import writer
from tests.ocpp_ws.charger import Charger

Connect = Callable[..., Awaitable[Charger]]


@pytest.fixture(scope="package", autouse=True)
def closed_connections() -> Iterator[None]:
    """The writer's and the readers' threads keep their connections; a kept one blocks dropping the test database."""
    yield
    together = threading.Barrier(reads._max_workers)

    def close() -> None:
        together.wait(5)
        connection.close()

    closing = [reads.submit(close) for _ in range(reads._max_workers)]
    closing += [lane.submit(lambda: connection.close()) for lane in writer._lanes]
    for one in closing:
        one.result()


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's: that one truncates every table of every app and fills some again, 0.3 s a test."""
    with django_db_blocker.unblock():
        yield
        with transaction.atomic():  # foreign keys are checked at its end, so any order will do
            for label in ("gateway", "ocpp_ws", "sessions_app", "stations", "rfid"):
                for model in apps.get_app_config(label).get_models(include_auto_created=True):
                    model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
        connection.close()


@pytest.fixture
def _open_policy(transactional_db: None, settings: LazySettings) -> None:
    settings.STATION_POLICY = "open"


@pytest_asyncio.fixture
async def connect(_open_policy: None) -> AsyncIterator[Connect]:
    """`await connect(cp_id, ...)`: a station's accepted link; all of them end with the test."""

    async def connected(cp_id: str = "CP_1", **options: Any) -> Charger:
        return await Charger(cp_id, **options).connected()

    yield connected
    while Charger.started:
        await Charger.started.pop().hang_up()
    await quiet()
    assert not links


@pytest_asyncio.fixture
async def charger(connect: Connect) -> Charger:
    return await connect()


async def quiet() -> None:
    """Nothing of the gateway is left to run on this event loop."""
    await process.stop()
    breaker.reset()  # one that opened in a hiccup of the machine is not every later test's
    await writer.commit(lambda _: None)  # what was posted before it is stored
    takeover._refusals.clear()
    strangers.stop()
    strangers._waiting.clear()
    strangers._noticed.clear()
    await asyncio.sleep(0)
