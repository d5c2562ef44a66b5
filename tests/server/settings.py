"""`manage.py serve` with the tests' application instead of the gateway's."""

from tests.settings import *  # noqa: F403

ASGI_APPLICATION = "tests.server.app.application"
