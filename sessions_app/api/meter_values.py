"""/api/meter-values: every sampled value."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import CamelModelSerializer, NewestFirst
from sessions_app.api.filters import MeterValueFilter
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


class MeterValueViewSet(ListModelMixin, GenericViewSet[MeterValue]):
    """Sampled values, the newest first. Filters other than cpId and sessionId look through the newest 50,000 only
    (the answer then says `searchedNewest`), unless one of these two is given as well."""

    queryset = MeterValue.objects.order_by("-id")
    serializer_class = MeterValueSerializer
    filterset_class = MeterValueFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[MeterValue]:
        return MeterValue.objects.select_related("station").order_by("-id")
