"""Health by address, whatever the Host."""

import pytest
from django.conf import LazySettings
from django.test import Client


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_health_is_answered_to_any_host(settings: LazySettings, path: str) -> None:
    settings.ALLOWED_HOSTS = ["ocpp.example.com"]
    asked = Client(headers={"host": "10.0.0.7:3000"})
    assert asked.get(path).json()["status"] == "ok"
    assert asked.get("/admin/login/").status_code == 400
