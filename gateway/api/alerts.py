"""/api/alerts: what somebody should look at."""

from django.db.models import QuerySet
from django_filters import ChoiceFilter
from django_filters.rest_framework import FilterSet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from gateway.models import Alert
from rfid.api.kit import After, Before, BoundedPagination, CamelModelSerializer, Flag, Ordering
from stations.api.filters import StationName


class AlertSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    connectorId = serializers.IntegerField(source="connector_number", allow_null=True)
    sessionId = serializers.IntegerField(source="session_id", allow_null=True)
    open = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = ("id", "kind", "cpId", "connectorId", "sessionId", "detail", "open", "since", "opened_at", "closed_at")

    def get_open(self, alert: Alert) -> bool:
        return alert.closed_at is None


class AlertFilter(FilterSet):
    cpId = StationName()
    kind = ChoiceFilter(choices=Alert.Kind.choices)
    open = Flag(field_name="closed_at", lookup_expr="isnull")
    after = After("opened_at")
    before = Before("opened_at")
    ordering = Ordering(id="id", openedAt="opened_at")


class AlertViewSet(ListModelMixin, GenericViewSet[Alert]):
    """What has been wrong for a while, the newest first. It closes by itself; /api/events tells of both."""

    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    pagination_class = BoundedPagination

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.select_related("station").order_by("-id")
