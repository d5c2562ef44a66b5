"""/api/events: what happens at stations, as server-sent events."""

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from gateway.events import stream
from gateway.models import Event, newest_event
from ocpp_ws.protocol import ci_key
from rfid.api.kit import AnyAccept, Problem, refuse_unknown

KIND = "text/event-stream"
LAST = "The `id` of the last event that was seen: the stream goes on after it. Browsers send it by themselves."


class EventsView(APIView):
    """Server-sent events of stations, connectors, sessions, commands and alerts, in the order of their ids. Each is
    told within two seconds, and is kept for EVENT_DAYS; a comment line comes every 15 s at least. After an hour the
    stream ends: go on with `Last-Event-ID`, as browsers do by themselves."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="events",
        parameters=[
            OpenApiParameter("cpId", description="Of these stations only.", many=True),
            OpenApiParameter("type", enum=Event.Type.values, description="Of these types only.", many=True),
            OpenApiParameter("lastEventId", OpenApiTypes.INT64, description=LAST),
            OpenApiParameter("Last-Event-ID", OpenApiTypes.INT64, OpenApiParameter.HEADER, description=LAST),
        ],
        responses={(200, KIND): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        refuse_unknown(request, {"cpId", "type", "lastEventId"})
        stations = {ci_key(one) for one in request.query_params.getlist("cpId")}
        types = types_of(request)
        last = last_seen(request)
        if stream.newest.listeners >= stream.MOST_LISTENERS:
            raise Problem(503, "too_many_listeners", "Too many listen already.", headers={"Retry-After": "30"})
        if last is None:
            last = newest_event()
        elif stream.is_gone(last):
            raise Problem(
                410, "events_gone", "Events after that one may have been removed, or it is of another database. Read "
                "the present state from the API, then listen without an id.",
            )  # fmt: skip

        def wanted(event: Event) -> bool:
            return (not stations or ci_key(event.cp_id) in stations) and (not types or event.type in types)

        # nginx would keep what comes until its buffer is full
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return HttpResponse(content_type=KIND, headers=headers)
        return StreamingHttpResponse(stream.frames(last, wanted), content_type=KIND, headers=headers)


def types_of(request: Request) -> set[str]:
    types = set(request.query_params.getlist("type"))
    if unknown := sorted(types - set(Event.Type.values)):
        detail = f"There is no type {unknown[0]}; there are {', '.join(Event.Type.values)}."
        raise Problem(400, "invalid", detail, errors=[{"attr": "type", "code": "invalid", "detail": detail}])
    return types


def last_seen(request: Request) -> int | None:
    text = request.query_params.get("lastEventId") or request.headers.get("Last-Event-ID", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        detail = "Not the id of an event: a whole number."
        raise Problem(400, "invalid", detail, errors=[{"attr": "lastEventId", "code": "invalid", "detail": detail}])
    return int(text)
