"""/api/reservations"""

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import After, Before, CamelModelSerializer, Ordering, Search, WholeNumber
from stations.api.filters import StationName
from stations.models import Reservation


class ReservationSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    connectorId = serializers.IntegerField(source="connector_number")

    class Meta:
        model = Reservation
        fields = (
            "reservation_id", "cpId", "connectorId", "id_tag", "parent_id_tag", "expiry_date", "status", "origin",
            "created_at", "ended_at",
        )  # fmt: skip


class ReservationFilter(FilterSet):
    cpId = StationName()
    connectorId = WholeNumber(field_name="connector_number")
    reservationId = WholeNumber(field_name="reservation_id")
    idTag = CharFilter(field_name="id_tag", lookup_expr="iexact")
    status = ChoiceFilter(choices=Reservation.Status.choices)
    origin = ChoiceFilter(choices=Reservation.Origin.choices)
    expiresAfter = After("expiry_date")
    expiresBefore = Before("expiry_date")
    search = Search("id_tag", "parent_id_tag", "station__cp_id")
    ordering = Ordering(createdAt="created_at", expiryDate="expiry_date", reservationId="reservation_id")


class ReservationViewSet(ListModelMixin, GenericViewSet[Reservation]):
    """Reservations, newest first."""

    queryset = Reservation.objects.all()
    serializer_class = ReservationSerializer
    filterset_class = ReservationFilter

    def get_queryset(self) -> QuerySet[Reservation]:
        return Reservation.objects.select_related("station").order_by("-id")
