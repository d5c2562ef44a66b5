"""What comes before Django looks at the Host."""

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import async_only_middleware

from gateway.health import healthz, readyz

Answer = Callable[[HttpRequest], Awaitable[HttpResponse]]
VIEWS: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz}


@async_only_middleware
def health_first(get_response: Answer) -> Answer:
    """Supervisors and load balancers ask by address, which is in no ALLOWED_HOSTS."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path.rstrip("/"), get_response)
        return await view(request)

    return middleware
