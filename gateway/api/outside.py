"""HTTP at addresses that are not for HTTP, and what Django answers where no view does."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from gateway.api.problems import OUR_FAULT, plain_problem

CONNECT = "This is the address of a charge point: connect with WebSocket, subprotocol ocpp1.6.\n"


@csrf_exempt
def station_path(request: HttpRequest, path: str) -> HttpResponse:
    """Plain HTTP at a station's WebSocket address: 426 Upgrade Required (RFC 9110 15.5.22)."""
    cp_id = path.rstrip("/").rpartition("/")[2]
    if not (cp_id.isprintable() and 1 <= len(cp_id) <= 48):
        return HttpResponseNotFound("There is nothing at this address.\n", content_type="text/plain")
    return HttpResponse(CONNECT, status=426, content_type="text/plain", headers={"Upgrade": "websocket"})


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def of_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if of_api(request):
        return plain_problem(request, 400, "bad_request", "The request is not one that this host answers.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return (
        plain_problem(request, 500, "internal_error", OUR_FAULT) if of_api(request) else defaults.server_error(request)
    )
