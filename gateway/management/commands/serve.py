"""`manage.py serve`: the gateway's server."""

import sys
from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from gateway.server.banner import banner
from gateway.server.preflight import CannotStart, preflight
from gateway.server.start import listen, server_for, use_address


class Command(BaseCommand):
    help = "Serves charge points, admin and API until SIGTERM or Ctrl-C, then lets them finish."
    requires_system_checks: list[str] = []  # preflight runs them and prints one line each

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (default: HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (default: PORT)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        try:
            use_address(host, port)
            preflight()
            server = server_for(get_default_application(), host, port)
            listen(server)
        except CannotStart as trouble:
            self.stderr.write(self.style.ERROR(str(trouble)))
            sys.exit(1)
        for line in banner(host, port):
            self.stdout.write(line)
        self.stdout.flush()
        server.run()
