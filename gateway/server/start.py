"""The steps that `serve` and `runserver` share."""

import gc
import os
import socket
from collections.abc import Callable
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from twisted.internet.error import CannotListenError

from gateway.server.limits import Limits
from gateway.server.preflight import CannotStart
from gateway.server.server import Server
from ocpp_ws import silence
from ocpp_ws.process import clear_own_slot


def use_address(host: str, port: int) -> None:
    """An address from the command line: the default slot carries the port, or two processes would share one.

    Raises CannotStart.
    """
    if not 1 <= port <= 65535:
        raise CannotStart(f"{port} is no port: set PORT to a number from 1 to 65535")
    if port != settings.PORT and not os.environ.get("GATEWAY_SLOT"):
        settings.GATEWAY_SLOT = f"{socket.gethostname()}:{port}"
    settings.HOST, settings.PORT = host, port


def listen(server: Server) -> None:
    """Takes the port, then clears this process's slot: in that order, the port tells that no other process has it.

    Raises CannotStart.
    """
    try:
        server.listen()
    except CannotListenError as error:
        reason = error.socketError.strerror or str(error.socketError)
        if isinstance(error.socketError, OSError) and "in use" in reason:
            raise CannotStart(f"Port {error.port} is in use: stop the other program or set PORT") from None
        raise CannotStart(f"Cannot listen on {error.interface}:{error.port} ({reason}): set HOST or PORT") from None
    silence.is_served()
    clear_own_slot()
    gc.collect()
    gc.freeze()  # what is loaded now stays: the collector need not walk it again, 10-15 % less CPU per call


def limits() -> Limits:
    """What else stands in a form beside the file is small."""
    return Limits(body_bytes=(settings.MAX_UPLOAD_MB + 1) * 1024 * 1024)


def server_for(application: Callable[..., Any], host: str, port: int, **options: Any) -> Server:
    return Server(application, build_endpoint_description_strings(host=host, port=port), limits=limits(), **options)
