"""/api/bulk-commands: one command to many stations."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from ocpp_ws.protocol import ci_key
from rfid.api.kit import NUMBER, CamelModelSerializer, Ordering, Problem, StrictSerializer, require
from stations import bulk
from stations.api.remote.base import actor
from stations.api.remote.bulk import members_of, permission_for
from stations.commands import MAY_COMMAND
from stations.errors import NotAllowed
from stations.models import BulkCommand, BulkItem, ChargingStation, StationGroup
from stations.secrets import masked

MOST_STATIONS = 10_000


class BulkSerializer(CamelModelSerializer):
    body = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField(help_text="How many stations are waiting, given, done, ...")
    againOf = serializers.IntegerField(source="again_of_id", allow_null=True, help_text="Whose failed ones these are.")

    class Meta:
        model = BulkCommand
        fields = (
            "id", "command", "body", "actor", "at_once", "stop_on_failure", "state", "progress", "againOf",
            "created_at", "finished_at",
        )  # fmt: skip

    @extend_schema_field(serializers.DictField())
    def get_body(self, row: BulkCommand) -> dict[str, Any]:
        return masked(row.body)

    def get_progress(self, row: BulkCommand) -> dict[str, int]:
        return self.counted[row.pk]

    @cached_property
    def counted(self) -> dict[int, dict[str, int]]:
        """Of a whole page in one query."""
        rows: Any = self.parent.instance if self.parent else [self.instance]
        return bulk.progress_of(rows)


class BulkItemSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    commandId = serializers.IntegerField(source="command_id", allow_null=True)

    class Meta:
        model = BulkItem
        fields = ("cpId", "state", "result", "commandId")


class Matching(StrictSerializer):
    """Stations by what they are; those that fit all of it."""

    site = serializers.CharField(required=False)
    group = serializers.CharField(required=False, help_text="The name of a group that it is in.")
    vendor = serializers.CharField(required=False)
    model = serializers.CharField(required=False)
    firmware = serializers.CharField(required=False)
    online = serializers.BooleanField(required=False)


class BulkBody(StrictSerializer):
    command = serializers.CharField(help_text="The last part of its route: reset, change-configuration, ...")
    body = serializers.DictField(required=False, help_text="What that route takes.")
    cpIds = serializers.ListField(
        source="cp_ids", child=serializers.CharField(), required=False, max_length=MOST_STATIONS
    )
    matching = Matching(required=False)
    atOnce = serializers.IntegerField(source="at_once", required=False, min_value=1, max_value=bulk.MOST_AT_ONCE)
    stopOnFailure = serializers.BooleanField(source="stop_on_failure", required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("cp_ids" in given) == ("matching" in given):
            raise ValidationError({"cpIds": "Name stations by cpIds or by matching, one of them."})
        try:
            members_of(given["command"], given.get("body", {}))
        except ValidationError as error:
            detail: Any = error.detail
            raise ValidationError(detail if "command" in detail else {"body": detail}) from None
        if bulk.carries_secret(given.get("body", {})):
            raise ValidationError({"body": bulk.NO_SECRETS})
        return given


class BulkFilter(FilterSet):
    command = CharFilter()
    state = ChoiceFilter(choices=BulkCommand.State.choices)
    actor = CharFilter()
    ordering = Ordering(id="id", createdAt="created_at")


class BulkViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[BulkCommand]):
    """One command to many stations, a bounded number at a time, with each station's result."""

    queryset = BulkCommand.objects.order_by("-id")
    serializer_class = BulkSerializer
    filterset_class = BulkFilter
    lookup_value_regex = NUMBER
    permissions: ClassVar[dict[str, str]] = dict.fromkeys(("create", "cancel", "again"), MAY_COMMAND)

    @extend_schema(request=BulkBody, responses={201: BulkSerializer})
    def create(self, request: Request) -> Response:
        """Start one. Stations that are not connected fail at once; re-run them later."""
        body = BulkBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        require(request, permission_for(given["command"]))
        stations = named(given.pop("cp_ids")) if "cp_ids" in given else matching(given.pop("matching"))
        made = bulk.start(
            stations=stations, command=given.pop("command"), body=given.pop("body", {}), actor=actor(request),
            now=timezone.now(), **given,
        )  # fmt: skip
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(responses=BulkItemSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def items(self, request: Request, pk: str) -> Response:
        """Each station's result."""
        rows: Any = self.get_object().items.select_related("station").order_by("pk")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(BulkItemSerializer(page, many=True).data)

    @extend_schema(request=None, responses=BulkSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give it to no further station; what was given goes on."""
        row = self.get_object()
        if not bulk.end(row, BulkCommand.State.CANCELLED, timezone.now()):
            raise Problem(409, "conflict", f"It is {row.state} already.")
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses={201: BulkSerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """The same for the stations that failed or were skipped, once it has ended; once."""
        row = self.get_object()
        require(request, permission_for(row.command))
        try:
            made = bulk.again(row, actor=actor(request), now=timezone.now())
        except NotAllowed as refusal:
            raise Problem(409, "conflict", str(refusal)) from None
        return Response(self.get_serializer(made).data, status=201)


def named(cp_ids: list[str]) -> list[ChargingStation]:
    """The stations of these identities, whatever their case. Raises ValidationError for those that are unknown."""
    keys = {name: ci_key(name) for name in cp_ids}
    found = ChargingStation.objects.in_bulk(set(keys.values()), field_name="cp_key")
    if unknown := [name for name, key in keys.items() if key not in found]:
        raise ValidationError({"cpIds": [f"There is no station {name}." for name in unknown]})
    return [found[key] for key in dict.fromkeys(keys.values())]


def matching(wanted: dict[str, Any]) -> QuerySet[ChargingStation]:
    rows = ChargingStation.objects.with_online().order_by("cp_id")
    if "group" in wanted:
        rows = rows.filter(pk__in=StationGroup.objects.filter(name__iexact=wanted.pop("group")).values("stations"))
    return rows.filter(**{name if name == "online" else f"{name}__iexact": value for name, value in wanted.items()})
