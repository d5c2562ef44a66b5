"""The Daphne server of the gateway: what charge points need and stock Daphne lacks. Knows nothing of Django."""

from gateway.server.limits import Limits
from gateway.server.server import Server

__all__ = ["Limits", "Server"]
