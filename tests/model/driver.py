"""Stations of this process, driven from tests that are not async themselves: Hypothesis runs those."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, transaction

from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import quiet

T = TypeVar("T")


class Driver:
    """An event loop that runs only while somebody waits for something on it."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(job)

    def connect(self, cp_id: str) -> Charger:
        return self.run(Charger(cp_id).connected())

    def close(self) -> None:
        """Every link is hung up, everything posted is stored, no task is left."""
        while Charger.started:
            self.run(Charger.started.pop().hang_up())
        self.run(quiet())
        self._runner.close()


@contextmanager
def driver() -> Iterator[Driver]:
    driving = Driver()
    try:
        yield driving
    finally:
        driving.close()


def empty_tables() -> None:
    with transaction.atomic():  # foreign keys are checked at its end, so any order will do
        for label in ("gateway", "ocpp_ws", "sessions_app", "stations", "rfid"):
            for model in apps.get_app_config(label).get_models(include_auto_created=True):
                model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
