"""`manage.py serve` as operators start it."""

import signal
import socket
import time
from io import StringIO
from pathlib import Path

import httpx
import pytest
import websockets
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from gateway.server.banner import banner
from gateway.server.preflight import CannotStart, check_durable
from gateway.server.start import use_address
from tests import engines
from tests.conftest import StartGateway
from tests.processes import ROOT, manage

APP = "tests.server.settings"


def refusal() -> str:
    """The one line with which a start fails."""
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("serve", stderr=said, no_color=True)
    assert ended.value.code == 1
    assert said.getvalue().count("\n") == 1
    return said.getvalue()


def refused_process(**env: str) -> str:
    done = manage("serve", settings=APP, **env)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    return done.stderr


def test_the_start_says_where_everything_is(start_gateway: StartGateway) -> None:
    gateway = start_gateway(settings=APP)
    for text in (
        f"ws://127.0.0.1:{gateway.port}/<cpId>",
        f"{gateway.http}/admin/",
        f"{gateway.http}/api/",
        f"{gateway.http}/api/docs/",
        f"SQLite ({gateway.database})",
        "in memory",
        "WARNING: profile dev",
    ):
        assert text in gateway.log
    gateway.signal(signal.SIGTERM)
    assert gateway.wait() == 0


def test_no_warning_in_profile_prod(settings: Settings) -> None:
    settings.GATEWAY_PROFILE = "prod"
    said = "\n".join(banner("0.0.0.0", 3000))
    assert "profile prod" in said
    assert "http://localhost:3000/admin/" in said
    assert "WARNING" not in said


def test_a_port_in_use(migrated_database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = refused_process(DATABASE_URL=f"sqlite:///{migrated_database}", PORT=port)
    assert said == f"Port {port} is in use: stop the other program or set PORT\n"


def test_a_database_that_is_away() -> None:
    said = refused_process(DATABASE_URL="postgres://user:secret@127.0.0.1:1/gateway")
    assert "127.0.0.1:1/gateway is not reachable" in said
    assert "DATABASE_URL" in said
    assert "secret" not in said


def test_a_database_url_that_is_none() -> None:
    done = manage("serve", settings=APP, DATABASE_URL="nonsense")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_unapplied_migrations() -> None:
    MigrationRecorder(connection).record_unapplied("rfid", "0001_initial")
    assert "run: python manage.py migrate" in refusal()


@pytest.mark.django_db
def test_redis_that_is_away(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    said = refusal()
    assert "Redis at 127.0.0.1:1/0 does not answer" in said
    assert "REDIS_URL" in said
    assert "secret" not in said


@pytest.mark.django_db
def test_redis_that_accepts_and_says_nothing(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        begun = time.monotonic()
        assert "does not answer" in refusal()
    assert time.monotonic() - begun < 10


@pytest.mark.django_db
def test_sqlite_that_does_not_keep_what_is_committed(tmp_path: Path) -> None:
    careless = connection.copy("careless")
    careless.settings_dict = {**careless.settings_dict, "NAME": str(tmp_path / "careless.db"), "OPTIONS": {}}
    with pytest.raises(CannotStart, match="local disk"):
        check_durable(careless)
    careless.close()


@pytest.mark.services
def test_postgresql_that_confirms_what_it_has_not_written() -> None:
    with engines.postgresql() as url:
        said = refused_process(DATABASE_URL=f"{url}?options=-c%20synchronous_commit%3Doff")
    assert "synchronous_commit=off" in said


def test_two_ports_on_one_machine_are_two_slots(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_SLOT", raising=False)
    settings.PORT, settings.HOST, settings.GATEWAY_SLOT = 3000, "0.0.0.0", "here:3000"
    use_address("127.0.0.1", 3001)
    assert settings.GATEWAY_SLOT.endswith(":3001")


def test_settings_that_must_not_go_into_service(settings: Settings) -> None:
    settings.GATEWAY_PROFILE, settings.ALLOWED_HOSTS = "prod", ["a.example"]
    settings.STATION_POLICY, settings.SECRET_KEY = "known", "short"
    said = refusal()
    assert "gateway.E001" in said
    assert "Set SECRET_KEY" in said


async def test_runserver_is_the_same_server_with_the_same_guards(start_gateway: StartGateway) -> None:
    gateway = start_gateway(settings=APP, command="runserver")
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"{gateway.ws}/deny/429")
    assert refused.value.response.status_code == 429
    second = start_gateway(settings=APP, command="runserver", port=gateway.port, ready=False)
    assert await second.ended() == 1
    assert f"Port {gateway.port} is in use" in second.log
    async with websockets.connect(f"{gateway.ws}/echo") as link:
        await link.recv()
        gateway.signal(signal.SIGINT)
        with pytest.raises(websockets.ConnectionClosed):
            await link.recv()
    assert link.close_code == 1001
    assert await gateway.ended() == 0


async def test_the_gateway_itself_serves_a_station_and_says_that_it_is_well(start_gateway: StartGateway) -> None:
    gateway = start_gateway()
    async with (
        websockets.connect(f"{gateway.ws}/CP_1", subprotocols=["ocpp1.6"]) as station,
        httpx.AsyncClient(base_url=gateway.http, trust_env=False) as http,
    ):
        await station.send('[2, "1", "Heartbeat", {}]')
        assert str(await station.recv()).startswith('[3,"1",')
        assert (await http.get("/healthz")).json() == {"status": "ok", "security": "dev"}
        assert (await http.get("/readyz")).status_code == 200
        second = start_gateway(port=gateway.port, DATABASE_URL=f"sqlite:///{gateway.database}", ready=False)
        assert await second.ended() == 1
        online = (await http.get("/api/stations/CP_1")).json()["online"]
        assert online, "a second process that finds the port in use cleared the slot of the first"
        gateway.signal(signal.SIGTERM)
        with pytest.raises(websockets.ConnectionClosed):
            await station.recv()
    assert station.close_code == 1001
    assert await gateway.ended() == 0
    assert "Traceback" not in gateway.log


def test_the_example_file_is_one_that_a_gateway_starts_with() -> None:
    done = manage(
        "check", settings="gateway.settings", GATEWAY_ENV_FILE=str(ROOT / ".env.example"), SECRET_KEY="x" * 40
    )
    assert done.returncode == 0, done.stderr


def test_a_mail_server_that_is_none_is_named() -> None:
    assert "EMAIL_URL is no mail server's URL" in refused_process(EMAIL_URL="pigeon://roof")
