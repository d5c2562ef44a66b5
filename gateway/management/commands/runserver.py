"""`manage.py runserver`: hot reload, with the same server and the same guards as `serve`."""

import os
from typing import Any

from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings

from gateway.server.banner import banner
from gateway.server.preflight import CannotStart, preflight
from gateway.server.server import Server
from gateway.server.start import limits, listen, use_address


class ListeningServer(Server):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, limits=limits(), **options)

    def run(self) -> None:
        listen(self)
        for line in banner(settings.HOST, settings.PORT):
            print(line, flush=True)
        super().run()


class Command(DaphneCommand):
    server_cls = ListeningServer
    default_addr = settings.HOST
    default_port = str(settings.PORT)

    def inner_run(self, *args: Any, **options: Any) -> None:
        try:
            use_address(self.addr, int(self.port))
            preflight()
            super().inner_run(*args, **options)
        except CannotStart as trouble:
            self.stderr.write(self.style.ERROR(str(trouble)))
            os._exit(1)  # sys.exit would only end the reloader's thread

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        if protocol == "http":  # what links do, the gateway itself logs
            super().log_action(protocol, action, details)
