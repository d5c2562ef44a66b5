"""What the cases need: a real gateway, an operator at its REST API, and a station that checks every frame it gets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.charge_point import ChargePoint, charge_point
from tests.conformance.tls import Authority
from tests.main_job.conftest import client, gateway_process
from tests.processes import Gateway, manage
from tests.station import Payload

Given = Callable[..., Awaitable[Any]]


class CentralSystem:
    """The operator's side of a case: what he asks by REST, and what the system shows."""

    def __init__(self, api: httpx.AsyncClient, gateway: Gateway) -> None:
        self.api, self.gateway = api, gateway

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.api.get(f"/api/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Payload | None = None, status: int = 200) -> Any:
        answer = await self.api.post(f"/api/{path}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json()

    def ask(self, cp_id: str, command: str, body: Payload | None = None) -> "asyncio.Task[Payload]":
        """Give a command; the task ends with what the operator is told."""
        return asyncio.create_task(self.post(f"admin/{cp_id}/{command}", body))

    async def card(self, tag: str, **columns: Any) -> str:
        await self.post("rfid", {"tagId": tag, **columns}, 201)
        return tag

    async def session(self, cp: ChargePoint, transaction_id: int) -> Payload:
        found: Payload = await self.get(f"sessions/{transaction_id}")
        assert found["cpId"] == cp.id
        return found

    async def sessions(self, cp: ChargePoint) -> list[Payload]:
        found: list[Payload] = (await self.get(f"sessions/station/{cp.id}"))["results"]
        return found

    async def connector(self, cp: ChargePoint, number: int = 1) -> str:
        station = await self.get(f"stations/{cp.id}")
        (status,) = [one["status"] for one in station["connectors"] if one["connectorId"] == number]
        return str(status)


@pytest.fixture(scope="package")
def gateway(migrated_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """With a local certificate authority, and a folder for files."""
    folders = {name: str(tmp_path_factory.mktemp(name.lower())) for name in ("CA_FOLDER", "FILES_FOLDER")}
    done = manage("make_ca", "--organization", "Test", DATABASE_URL=f"sqlite:///{migrated_database}", **folders)
    assert done.returncode == 0, done.stderr
    with gateway_process(migrated_database, **folders) as running:
        yield running


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def system(gateway: Gateway) -> AsyncIterator[CentralSystem]:
    async with client(gateway) as api:
        yield CentralSystem(api, gateway)


@pytest.fixture
async def cp(gateway: Gateway, request: pytest.FixtureRequest) -> AsyncIterator[ChargePoint]:
    """A station named after its case, booted, with two connectors that are Available."""
    name = request.node.name.removeprefix("test_").upper()[:40]
    async with charge_point(gateway.ws, name) as connected:
        await connected.cold_boot()
        yield connected


@pytest.fixture
async def card(system: CentralSystem, cp: ChargePoint) -> str:
    """A card that may charge, of this case alone."""
    return await system.card(f"T{abs(hash(cp.id)) % 10**12}")
