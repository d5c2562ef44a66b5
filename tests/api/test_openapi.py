from typing import Any

import pytest
from django.core.management import call_command

from tests.api.conftest import Api


@pytest.fixture
def document(api: Api) -> Any:
    return api.get("/api/schema?format=json").json()


def test_document_is_valid_and_complete(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))


def test_each_path_is_shown_once_and_without_slash(document: Any) -> None:
    paths = document["paths"]
    assert not [path for path in paths if path.endswith("/")]
    assert {"/api/stations/{cpId}", "/api/sessions/{number}", "/api/rfid/{tagId}", "/api/admin/{cpId}/reset"} <= set(
        paths
    )


def test_problems_and_command_answers_are_described(document: Any) -> None:
    reset = document["paths"]["/api/admin/{cpId}/reset"]["post"]
    assert reset["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/CommandResult")
    assert set(reset["responses"]["default"]["content"]) == {"application/problem+json"}
    assert "Problem" in document["components"]["schemas"]


@pytest.mark.parametrize("page", ["/api/docs/", "/api/redoc/"])
def test_documentation_needs_no_other_host(api: Api, page: str) -> None:
    text = api.get(page).content.decode()
    assert "/static/drf_spectacular_sidecar/" in text
    assert "https://" not in text
    assert "//cdn" not in text
