"""/api/messages: the log of OCPP messages."""

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from ocpp_ws.models import OcppMessage
from rfid.api.kit import (
    After,
    Before,
    CamelModelSerializer,
    IdOrder,
    NewestFirst,
    Search,
    WholeNumber,
    WindowedFilterSet,
)
from stations.api.filters import StationName


class MessageSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    latencyMs = serializers.IntegerField(source="latency_ms", allow_null=True, help_text="From the CALL to its answer.")

    class Meta:
        model = OcppMessage
        fields = (
            "id", "cpId", "direction", "unique_id", "action", "status", "transaction_id", "payload", "answer",
            "error_code", "error_description", "at", "answered_at", "latencyMs",
        )  # fmt: skip


class MessageFilter(WindowedFilterSet):
    cpId = StationName()
    direction = ChoiceFilter(choices=OcppMessage.Direction.choices)
    action = CharFilter()
    uniqueId = CharFilter(field_name="unique_id")
    status = CharFilter()
    transactionId = WholeNumber(field_name="transaction_id")
    errorCode = CharFilter(field_name="error_code")
    after = After("at")
    before = Before("at")
    search = Search("action", "unique_id", "error_code")
    ordering = IdOrder()
    narrow = frozenset({"cpId", "after", "before"})

    class Meta:
        model = OcppMessage
        fields: tuple[str, ...] = ()


class MessagePagination(NewestFirst):
    time_field = "at"


class MessageViewSet(ListModelMixin, GenericViewSet[OcppMessage]):
    """CALLs with their answers, the newest first. Filters other than cpId, after and before look through the newest
    50,000 only (the answer then says `searchedNewest`), unless one of these is given as well."""

    queryset = OcppMessage.objects.order_by("-id")
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    pagination_class = MessagePagination

    def get_queryset(self) -> QuerySet[OcppMessage]:
        return OcppMessage.objects.select_related("station").order_by("-id")
