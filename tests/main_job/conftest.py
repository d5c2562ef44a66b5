"""Running gateways for the main job, and HTTP clients for them."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.processes import Gateway, manage
from tests.station import CallError, Payload, Station


@contextmanager
def gateway_process(template: Path, **env: str) -> Iterator[Gateway]:
    """A server with a database of its own, unless `env` names another; it must end well by SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="gateway-") as folder:
        gateway = Gateway(Path(folder), template, settings="tests.settings", **env)
        try:
            yield gateway.ready()
            gateway.signal(signal.SIGTERM)
            assert gateway.wait() == 0, gateway.log[-4000:]
        finally:
            gateway.kill()
        assert "Traceback" not in gateway.log, gateway.log[-8000:]


def migrate(database_url: str) -> None:
    done = manage("migrate", "--verbosity", "0", DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr


def client(gateway: Gateway) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    return httpx.AsyncClient(base_url=gateway.http, timeout=60, limits=limits, trust_env=False)


async def shown_offline(api: httpx.AsyncClient, cp_id: str) -> None:
    """Until REST says so: the log knows of a link's end before it is stored."""
    async with asyncio.timeout(10):  # its lease would hold for 90 s
        while (await api.get(f"/api/stations/{cp_id}")).json()["online"]:
            pass


async def is_strict(cp: Station, wanted: bool) -> None:
    """Until an unknown status is refused, or taken, within seconds: the next renewal is half a minute away."""
    async with asyncio.timeout(5):
        while await refuses(cp, {"connectorId": 1, "status": "Fine", "errorCode": "NoError"}) is not wanted:
            pass


async def refuses(cp: Station, status: Payload) -> bool:
    try:
        await cp.send("StatusNotification", status)
    except CallError as error:
        return error.code == "PropertyConstraintViolation"
    return False


@pytest.fixture(scope="module")
def gateway(migrated_database: Path) -> Iterator[Gateway]:
    with gateway_process(migrated_database) as running:
        yield running


@pytest.fixture(scope="module")
def impatient(migrated_database: Path) -> Iterator[Gateway]:
    """A gateway whose commands wait a second only."""
    with gateway_process(migrated_database, CALL_TIMEOUT="1") as running:
        yield running


@pytest.fixture
async def api(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with client(gateway) as connected:
        yield connected


@pytest.fixture
async def impatient_api(impatient: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with client(impatient) as connected:
        yield connected
