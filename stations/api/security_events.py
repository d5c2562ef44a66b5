"""/api/security-events"""

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import After, Before, BoundedPagination, CamelModelSerializer, Flag, Ordering, Search
from stations.api.filters import StationName
from stations.models import SecurityEvent


class SecurityEventSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id", allow_null=True, default=None)

    class Meta:
        model = SecurityEvent
        fields = (
            "id", "cpId", "origin", "type", "critical", "tech_info", "timestamp", "received_at", "count", "last_at",
            "seen_at", "seen_by",
        )  # fmt: skip


class SecurityEventFilter(FilterSet):
    cpId = StationName()
    origin = ChoiceFilter(choices=SecurityEvent.Origin.choices)
    type = CharFilter(lookup_expr="iexact")
    critical = Flag(field_name="critical")
    after = After("received_at")
    before = Before("received_at")
    search = Search("type", "tech_info", "station__cp_id")
    ordering = Ordering(id="id", receivedAt="received_at")


class SecurityEventViewSet(ListModelMixin, GenericViewSet[SecurityEvent]):
    """What stations told (SecurityEventNotification) and what the gateway noticed, newest first."""

    queryset = SecurityEvent.objects.all()
    serializer_class = SecurityEventSerializer
    filterset_class = SecurityEventFilter
    pagination_class = BoundedPagination

    def get_queryset(self) -> QuerySet[SecurityEvent]:
        return SecurityEvent.objects.select_related("station").order_by("-id")
