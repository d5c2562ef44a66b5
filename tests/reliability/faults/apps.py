"""Builds the faults of this process in when Django has loaded the gateway's own parts."""

import os

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    name = "tests.reliability.faults"

    def ready(self) -> None:
        from tests.reliability.faults import failpoints, mutants, seams

        known = failpoints.FAULTS | mutants.FAULTS | seams.FAULTS
        for name in filter(None, os.environ.get("FAULTS", "").split(",")):
            known[name]()
