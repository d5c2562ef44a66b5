"""Stations in this process, and a breaker that is closed again."""

from collections.abc import Iterator

import pytest

from ocpp_ws.breaker import breaker
from tests.ocpp_ws.conftest import (  # noqa: F401 - fixtures
    _open_policy,
    charger,
    closed_connections,
    connect,
    transactional_db,
)


@pytest.fixture(autouse=True)
def closed_breaker() -> Iterator[None]:
    yield
    breaker.reset()  # what was found may have opened it
