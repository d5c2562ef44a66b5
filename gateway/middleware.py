"""What comes before Django looks at the Host, and what Django would do to answers that are files."""

from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import async_only_middleware

from gateway.files import station_file
from gateway.health import healthz, readyz
from stations.files import FileAnswer

Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
VIEWS: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz}


@async_only_middleware
def before_host(get_response: Answer) -> Answer:
    """Supervisors and load balancers ask by address, stations by the name that they have: both may be no
    ALLOWED_HOSTS."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        view = VIEWS.get(request.path.rstrip("/"), get_response)
        if request.path.startswith("/files/"):
            view = sync_to_async(station_file)
        return await view(request)

    return middleware


class Gzip(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A file goes out as it is: its length and its ranges must hold. So do events: gzip would hold them back."""
        as_it_is = isinstance(response, FileAnswer) or response.headers.get("Content-Type") == "text/event-stream"
        return response if as_it_is else super().process_response(request, response)
