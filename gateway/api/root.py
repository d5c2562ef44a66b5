"""/api: the list of the resources, and the answer for what is none."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rfid.api.kit import AnyAccept


class ApiRoot(APIView):
    """The gateway's resources. Remote control is at /api/admin/{cpId}/reset and its sisters: see the documentation."""

    resources: ClassVar[dict[str, str]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response({name: request.build_absolute_uri(path) for name, path in self.resources.items()})

    def get_view_name(self) -> str:
        return "OCPP gateway"


class NoSuchResource(APIView):
    """An unknown path below /api: a problem document for every method and every Accept."""

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AnyAccept
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is no such resource; /api lists them.")
