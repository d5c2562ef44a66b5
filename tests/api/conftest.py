from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Permission
from django.test import Client


class Api(Client):
    """A client of this machine without login, as in the profile dev; bodies are JSON."""

    def __init__(self) -> None:
        super().__init__(headers={"host": "localhost:3000"})

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """`body` is JSON, or bytes as they are."""
        data = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        return self.generic(method, path, data, **{"content_type": "application/json", **options})

    def results(self, path: str) -> list[dict[str, Any]]:
        response = self.get(path)
        assert response.status_code == 200, response.content
        return response.json()["results"]


@pytest.fixture(autouse=True)
def no_collected_static_files(settings: Any) -> None:
    settings.STATIC_ROOT = ""  # whitenoise warns where `collectstatic` never ran


@pytest.fixture
def api(db: None, settings: Any) -> Api:
    settings.GATEWAY_PROFILE = "dev"
    return Api()


@pytest.fixture
def staff(db: None, django_user_model: Any) -> Client:
    """Somebody from elsewhere with every permission."""
    client = Client(REMOTE_ADDR="192.0.2.7")
    ann = django_user_model.objects.create_user("ann", password="x", is_staff=True)
    ann.user_permissions.set(Permission.objects.all())
    client.force_login(ann)
    return client


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, complete and of the right type."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    body = response.json()
    assert set(body) >= {"type", "title", "status", "detail", "code", "errors", "instance", "requestId"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["requestId"] == response["X-Request-Id"]
    return body


def attrs(response: Any) -> set[str]:
    """The members or parameters that a 400 names."""
    return {one["attr"] for one in problem(response, 400, "invalid")["errors"]}
