"""/api/status-changes: how the statuses of connectors changed."""

from django.db.models import QuerySet
from django_filters import CharFilter
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import (
    After,
    Before,
    CamelModelSerializer,
    Flag,
    IdOrder,
    NewestFirst,
    WholeNumber,
    WindowedFilterSet,
)
from stations.api.filters import StationName
from stations.models import ConnectorStatusChange


class StatusChangeSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    connectorId = serializers.IntegerField(source="connector_number", help_text="0: the station itself.")

    class Meta:
        model = ConnectorStatusChange
        fields = (
            "id", "cpId", "connectorId", "status", "error_code", "info", "vendor_id", "vendor_error_code", "timestamp",
            "as_sent", "received_at", "outdated",
        )  # fmt: skip


class StatusChangeFilter(WindowedFilterSet):
    cpId = StationName()
    connectorId = WholeNumber(field_name="connector_number")
    status = CharFilter(lookup_expr="iexact")
    errorCode = CharFilter(field_name="error_code", lookup_expr="iexact")
    outdated = Flag(field_name="outdated")
    after = After("received_at")
    before = Before("received_at")
    ordering = IdOrder()
    narrow = frozenset({"cpId", "after", "before"})

    class Meta:
        model = ConnectorStatusChange
        fields: tuple[str, ...] = ()


class StatusChangePagination(NewestFirst):
    time_field = "received_at"


class StatusChangeViewSet(ListModelMixin, GenericViewSet[ConnectorStatusChange]):
    """What StatusNotifications told that was new, the newest first. Filters other than cpId, after and before look
    through the newest 50,000 only (the answer then says `searchedNewest`), unless one of these is given as well."""

    queryset = ConnectorStatusChange.objects.order_by("-id")
    serializer_class = StatusChangeSerializer
    filterset_class = StatusChangeFilter
    pagination_class = StatusChangePagination

    def get_queryset(self) -> QuerySet[ConnectorStatusChange]:
        return ConnectorStatusChange.objects.select_related("station").order_by("-id")
