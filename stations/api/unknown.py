"""/api/unknown-stations and /api/unknown-tags: what showed up and was not known."""

from typing import ClassVar

from django.db.models import QuerySet
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import DestroyModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from rfid.api.cards import CardSerializer
from rfid.api.kit import (
    NUMBER,
    After,
    Before,
    CamelModelSerializer,
    Ordering,
    Problem,
    SameText,
    Search,
    StrictSerializer,
)
from stations.api.filters import StationName
from stations.api.stations import StationSerializer, StationViewSet
from stations.models import ChargingStation, UnknownStation, UnknownTag
from stations.services import NoCard, add_station, adopt_tag

Registration = ChargingStation.Registration


class UnknownStationSerializer(CamelModelSerializer):
    class Meta:
        model = UnknownStation
        fields = ("id", "cp_id", "address", "user_agent", "subprotocols", "count", "first_seen_at", "last_seen_at")


class AddSerializer(StrictSerializer):
    registration = serializers.ChoiceField(choices=Registration.choices, default=Registration.ACCEPTED)


class UnknownStationFilter(FilterSet):
    cpId = SameText(field_name="cp_key")
    lastSeenAfter = After("last_seen_at")
    lastSeenBefore = Before("last_seen_at")
    search = Search("cp_id", "address", "user_agent")
    ordering = Ordering(lastSeenAt="last_seen_at", count="count", cpId="cp_id")


class UnknownStationViewSet(ListModelMixin, RetrieveModelMixin, DestroyModelMixin, GenericViewSet[UnknownStation]):
    """Who knocked and was refused as unknown, the latest first; at most 1,000. DELETE forgets one."""

    queryset = UnknownStation.objects.all()
    serializer_class = UnknownStationSerializer
    filterset_class = UnknownStationFilter
    lookup_value_regex = NUMBER
    permissions: ClassVar[dict[str, str]] = {"add": "stations.add_chargingstation"}

    def get_queryset(self) -> QuerySet[UnknownStation]:
        return UnknownStation.objects.waiting()

    @extend_schema(request=AddSerializer, responses={201: StationSerializer})
    @action(detail=True, methods=["post"], serializer_class=AddSerializer)
    def add(self, request: Request, pk: str) -> Response:
        """Make it a station: it is let in when it knocks again."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        station = add_station(self.get_object(), body.validated_data["registration"])
        shown = StationViewSet.shown().get(pk=station.pk)
        return Response(StationSerializer(shown, context=self.get_serializer_context()).data, status=201)


class UnknownTagSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id", help_text="Where it was last seen.")

    class Meta:
        model = UnknownTag
        fields = ("id", "tag", "cpId", "count", "first_seen_at", "last_seen_at")


class UnknownTagFilter(FilterSet):
    tag = SameText(field_name="tag_key")
    cpId = StationName()
    lastSeenAfter = After("last_seen_at")
    lastSeenBefore = Before("last_seen_at")
    search = Search("tag", "station__cp_id")
    ordering = Ordering(lastSeenAt="last_seen_at", count="count", tag="tag")


class UnknownTagViewSet(ListModelMixin, RetrieveModelMixin, DestroyModelMixin, GenericViewSet[UnknownTag]):
    """Tags that were shown and that no card has, the latest first; at most 1,000. DELETE forgets one."""

    queryset = UnknownTag.objects.all()
    serializer_class = UnknownTagSerializer
    filterset_class = UnknownTagFilter
    lookup_value_regex = NUMBER
    permissions: ClassVar[dict[str, str]] = {"adopt": "rfid.add_rfidcard"}

    def get_queryset(self) -> QuerySet[UnknownTag]:
        return UnknownTag.objects.waiting().select_related("station")

    @extend_schema(request=None, responses={201: CardSerializer})
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Make it a card, Active. 409: a card's tag cannot look like this."""
        try:
            card = adopt_tag(self.get_object())
        except NoCard as error:
            raise Problem(409, "conflict", str(error)) from None
        return Response(CardSerializer(card, context=self.get_serializer_context()).data, status=201)
