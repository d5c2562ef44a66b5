"""Routes that answer in one way, whatever the Accept header wants."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class AnyAccept(DefaultContentNegotiation):
    """A file is what it is, a stream what no renderer writes; refusals are JSON all the same."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type
