"""Each setting that must not go into service is found, and none is found in a sound one."""

from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from tests.processes import ROOT

SOUND: dict[str, Any] = {
    "GATEWAY_PROFILE": "prod",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": ["ocpp.example.com"],
    "DEBUG": False,
    "STATION_POLICY": "known",
    "HOST": "0.0.0.0",
}
DEFERRED = {"ENGINE": "django.db.backends.sqlite3", "NAME": "x", "OPTIONS": {}}
CORE_LAYER = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}


def found(settings: Settings, **changed: Any) -> set[str]:
    for name, value in (SOUND | changed).items():
        setattr(settings, name, value)
    return {str(message.id) for message in run_checks() if str(message.id).startswith("gateway.")}


def test_sound_settings_pass(settings: Settings) -> None:
    assert found(settings) == set()


@pytest.mark.parametrize(
    ("number", "changed"),
    [
        ("E001", {"SECRET_KEY": "sample-key-that-production-refuses"}),
        ("E001", {"SECRET_KEY": "short"}),
        ("E002", {"ALLOWED_HOSTS": ["*"]}),
        ("E002", {"ALLOWED_HOSTS": []}),
        ("E003", {"DEBUG": True}),
        ("E004", {"STATION_POLICY": "open"}),
        ("E005", {"DATABASES": {"default": DEFERRED}}),
        ("E006", {"CHANNEL_LAYERS": CORE_LAYER}),
        ("E007", {"GATEWAY_PROFILE": "production"}),
        ("E007", {"STATION_POLICY": "closed"}),
        ("E007", {"OCPP_TRANSACTION_IDS": "uuid"}),
        ("E008", {"MAX_UPLOAD_MB": 0}),
        ("E008", {"MESSAGE_LOG_DAYS": -1}),
        ("E009", {"PUBLIC_URL": "ocpp.example.com"}),
        ("E009", {"PUBLIC_URL": "ftp://ocpp.example.com"}),
        ("E010", {"FILES_FOLDER": ROOT / "staticfiles" / "files"}),
        ("E010", {"FILES_FOLDER": ROOT / "gateway" / "static"}),
        ("E011", {"FILES_FOLDER": ROOT / "manage.py" / "files"}),
    ],
)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_what_must_not_go_into_service_is_found(settings: Settings, number: str, changed: dict[str, Any]) -> None:
    assert found(settings, **changed) == {f"gateway.{number}"}


@pytest.mark.parametrize(
    "address", ["https://ocpp.example.com", "http://10.0.0.9:3000/", "https://x/gateway", "http://[::1]:3000"]
)
def test_a_public_address_is_one_of_http(settings: Settings, address: str) -> None:
    assert found(settings, PUBLIC_URL=address) == set()


def test_every_finding_says_what_to_do(settings: Settings) -> None:
    found(settings, SECRET_KEY="short", ALLOWED_HOSTS=[], DEBUG=True, STATION_POLICY="open")
    ours = [message for message in run_checks() if str(message.id).startswith("gateway.")]
    assert len(ours) == 4
    assert all(message.hint for message in ours)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_open_stations_are_fine_on_this_machine_alone(settings: Settings, host: str) -> None:
    assert found(settings, STATION_POLICY="open", HOST=host) == set()


def test_open_stations_can_be_accepted_in_so_many_words(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I_ACCEPT_OPEN_STATIONS", "1")
    assert found(settings, STATION_POLICY="open") == set()


def test_development_may_be_open(settings: Settings) -> None:
    careless = {"SECRET_KEY": "short", "ALLOWED_HOSTS": ["*"], "DEBUG": True, "STATION_POLICY": "open"}
    assert found(settings, GATEWAY_PROFILE="dev", **careless) == set()
