"""Stations in this process, which do not wait long for what a gateway without a guard does not send."""

from collections.abc import Iterator

import pytest

from ocpp_ws.breaker import breaker
from tests.ocpp_ws import charger as stations
from tests.ocpp_ws.conftest import (  # noqa: F401 - fixtures
    _open_policy,
    charger,
    closed_connections,
    connect,
    transactional_db,
)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stations, "SECONDS", 1.0)
    yield
    breaker.reset()  # what was found may have opened it
