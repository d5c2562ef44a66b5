"""What a load balancer is told when something is away."""

import json
import socket
import time

import httpx
import pytest
from django.test import RequestFactory
from pytest_django import Settings

from gateway.health import healthz, readyz
from tests.conftest import StartGateway


@pytest.mark.parametrize("profile", ["dev", "prod"])
async def test_alive_and_how_secure(settings: Settings, rf: RequestFactory, profile: str) -> None:
    settings.GATEWAY_PROFILE = profile
    response = await healthz(rf.get("/healthz"))
    assert json.loads(response.content) == {"status": "ok", "security": profile}


def redis_at(settings: Settings, port: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    host = {"address": settings.REDIS_URL, "socket_timeout": None}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": [host]}}}


@pytest.mark.django_db(transaction=True)
async def test_ready_with_all_there(rf: RequestFactory) -> None:
    response = await readyz(rf.get("/readyz"))
    assert response.status_code == 200
    assert json.loads(response.content) == {"status": "ok", "database": "ok", "channelLayer": "ok"}


@pytest.mark.django_db(transaction=True)
async def test_not_ready_without_redis(settings: Settings, rf: RequestFactory) -> None:
    redis_at(settings, 1)
    response = await readyz(rf.get("/readyz"))
    assert response.status_code == 503
    assert json.loads(response.content) == {"status": "unavailable", "database": "ok", "channelLayer": "unreachable"}


@pytest.mark.django_db(transaction=True)
async def test_the_answer_comes_in_time_when_redis_hangs(settings: Settings, rf: RequestFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        redis_at(settings, mute.getsockname()[1])
        begun = time.monotonic()
        response = await readyz(rf.get("/readyz"))
    assert json.loads(response.content)["channelLayer"] == "no answer in 2 s"
    assert time.monotonic() - begun < 4


async def test_not_ready_without_its_database(start_gateway: StartGateway) -> None:
    gateway = start_gateway()
    async with httpx.AsyncClient(base_url=gateway.http, trust_env=False) as http:
        assert (await http.get("/readyz")).status_code == 200
        gateway.database.unlink()
        response = await http.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"
