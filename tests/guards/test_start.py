"""D12, S14: each thing that must be right before the gateway starts, not looked at."""

from typing import Any

import pytest
from django.core.checks import registry
from django.db import connection
from pytest_django import Settings

from gateway import checks
from gateway.server import preflight
from tests.guards.found import edited, failing, found, replaced
from tests.reliability.faults.put import always
from tests.server import test_checks, test_serve

WRONG: dict[str, dict[str, Any]] = {
    "secret_key": {"SECRET_KEY": "short"},
    "allowed_hosts": {"ALLOWED_HOSTS": ["*"]},
    "debug": {"DEBUG": True},
    "station_policy": {"STATION_POLICY": "open"},
    "sqlite_options": {"DATABASES": {"default": test_checks.DEFERRED}},
    "redis_layer": {"CHANNEL_LAYERS": test_checks.CORE_LAYER},
    "known_values": {"GATEWAY_PROFILE": "production"},
    "ranges": {"MAX_UPLOAD_MB": 0},
    "public_url": {"PUBLIC_URL": "ocpp.example.com"},
    "files_folder": {"FILES_FOLDER": test_checks.ROOT / "gateway" / "static"},
}


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_d12m_a_check_that_is_not_made_finds_nothing(settings: Settings, check: Any) -> None:
    others = registry.registry.registered_checks - {check}
    without = replaced(registry.registry, registered_checks=others)
    with failing([without], AssertionError, r"assert set\(\)"):
        test_checks.test_what_must_not_go_into_service_is_found(settings, "E", WRONG[check.__name__])


test_d12m_what_is_found_stops_the_start = found(
    test_serve.test_settings_that_must_not_go_into_service, "Database access not allowed",  # it goes on
    replaced(preflight, check_settings=always(None)), kind=RuntimeError,
)  # fmt: skip
if connection.vendor == "sqlite":
    test_d12m_sqlite_must_keep_what_is_committed = found(
        test_serve.test_sqlite_that_does_not_keep_what_is_committed, "DID NOT RAISE",
        edited(preflight.check_durable, 'if found != ["wal", 2]:', "if False:"),
    )  # fmt: skip
