"""/api/sessions: who charged where, and how much."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import ReadOnlyModelViewSet

from rfid.api.kit import SEGMENT, BoundedPagination, CamelModelSerializer
from sessions_app.api.csv import CSV, CsvList
from sessions_app.api.filters import SessionFilter, as_number, numbered
from sessions_app.api.meter_values import MeterValueSerializer
from sessions_app.exports import SESSIONS
from sessions_app.models import ChargingSession, MeterValue
from stations.api.stations import station_or_404

NEWEST_VALUES = 1000  # of the detail; all of them are at /api/meter-values


class SessionSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    connectorId = serializers.IntegerField(source="connector_number")
    energyWh = serializers.IntegerField(source="energy_wh", allow_null=True, help_text="null: not known.")
    flags = serializers.ListField(child=serializers.CharField(), help_text="What is suspicious about it.")
    remoteCommandId = serializers.IntegerField(source="command_id", allow_null=True)

    class Meta:
        model = ChargingSession
        fields = (
            "id", "transaction_id", "cpId", "connectorId", "id_tag", "status", "started_at", "stopped_at",
            "meter_start", "meter_stop", "energyWh", "stop_reason", "stop_id_tag", "stop_inferred", "authorization",
            "flags", "last_meter_wh", "last_meter_at", "power_w", "soc_percent", "reservation_id", "remoteCommandId",
        )  # fmt: skip


class SessionDetailSerializer(SessionSerializer):
    meterValues = serializers.SerializerMethodField(help_text="The newest 1,000, in the order of their time.")
    meterValuesTruncated = serializers.SerializerMethodField(help_text="There are older ones: see meterValuesUrl.")
    meterValuesUrl = serializers.SerializerMethodField(help_text="All of them, page by page.")

    class Meta(SessionSerializer.Meta):
        fields = (*SessionSerializer.Meta.fields, "meterValues", "meterValuesTruncated", "meterValuesUrl")  # type: ignore[assignment]

    def to_representation(self, instance: ChargingSession) -> dict[str, Any]:
        newest = MeterValue.objects.filter(session=instance).order_by("-sampled_at", "-id")
        self.values = list(newest[: NEWEST_VALUES + 1])
        for value in self.values:
            value.station = instance.station  # theirs too, without a join
        return super().to_representation(instance)

    def get_meterValues(self, session: ChargingSession) -> list[Any]:
        return list(MeterValueSerializer(self.values[:NEWEST_VALUES][::-1], many=True).data)

    def get_meterValuesTruncated(self, session: ChargingSession) -> bool:
        return len(self.values) > NEWEST_VALUES

    def get_meterValuesUrl(self, session: ChargingSession) -> str:
        return f"{reverse('meter-value-list', request=self.context.get('request'))}?sessionId={session.pk}"


RESPONSES = {(200, "application/json"): SessionSerializer(many=True), **CSV}


@extend_schema_view(list=extend_schema(responses=RESPONSES))
class SessionViewSet(CsvList, ReadOnlyModelViewSet[ChargingSession]):
    """Sessions, the newest first (`count` is null above 10,000). One is found by its id or by its transactionId.
    With `Accept: text/csv` a list is all sessions, however many."""

    queryset = ChargingSession.objects.order_by("-id")
    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    pagination_class = BoundedPagination
    export = SESSIONS
    csv_actions = frozenset({"list", "station"})
    lookup_url_kwarg = "number"
    lookup_value_regex = SEGMENT

    def get_queryset(self) -> QuerySet[ChargingSession]:
        return ChargingSession.objects.select_related("station").order_by("-id")

    def get_object(self) -> ChargingSession:
        number = as_number(self.kwargs["number"])
        found = ChargingSession.objects.none() if number is None else numbered(number)
        session = self.get_queryset().filter(pk__in=found.values("pk")).first()
        if session is None:
            raise Http404(f"There is no session with the id or transactionId {self.kwargs['number']}.")
        return session

    @extend_schema(
        parameters=[OpenApiParameter("number", int, "path", description="The session's id or its transactionId.")],
        responses=SessionDetailSerializer,
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A session with its newest meter values."""
        return Response(SessionDetailSerializer(self.get_object(), context=self.get_serializer_context()).data)

    @extend_schema(responses=RESPONSES)
    @action(detail=False, url_path=f"station/(?P<cpId>{SEGMENT})", url_name="station")
    def station(self, request: Request, cpId: str) -> Response:
        """The sessions of one station."""
        return self.listed(request, self.get_queryset().filter(station=station_or_404(cpId)))
