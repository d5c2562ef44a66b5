"""Stations in this process, on a database that is emptied after each test."""

from tests.ocpp_ws.conftest import (  # noqa: F401 - fixtures
    _open_policy,
    charger,
    closed_connections,
    connect,
    transactional_db,
)
