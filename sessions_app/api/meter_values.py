"""/api/meter-values: every sampled value."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from rfid.api.kit import CamelModelSerializer, NewestFirst
from sessions_app.api.csv import CSV, CsvList
from sessions_app.api.filters import MeterValueFilter
from sessions_app.exports import METER_VALUES
from sessions_app.models import MeterValue


class MeterValueSerializer(CamelModelSerializer):
    sessionId = serializers.IntegerField(source="session_id", allow_null=True)
    cpId = serializers.CharField(source="station.cp_id")
    connectorId = serializers.IntegerField(source="connector_number")

    class Meta:
        model = MeterValue
        fields = (
            "id", "sessionId", "cpId", "connectorId", "timestamp", "sampled_at", "received_at", "measurand", "phase",
            "context", "location", "unit", "format", "value",
        )  # fmt: skip


@extend_schema_view(list=extend_schema(responses={(200, "application/json"): MeterValueSerializer(many=True), **CSV}))
class MeterValueViewSet(CsvList):
    """Sampled values, the newest first. Filters other than cpId and sessionId look through the newest 50,000 only
    (the answer then says `searchedNewest`), unless one of these two is given as well. With `Accept: text/csv` the
    answer is all values, however many."""

    queryset = MeterValue.objects.order_by("-id")
    serializer_class = MeterValueSerializer
    filterset_class = MeterValueFilter
    pagination_class = NewestFirst
    export = METER_VALUES

    def get_queryset(self) -> QuerySet[MeterValue]:
        return MeterValue.objects.select_related("station").order_by("-id")
