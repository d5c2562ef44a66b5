"""/api/stations: what stands in the street."""

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from rfid.api.kit import SEGMENT, After, Before, CamelModelSerializer, Flag, Ordering, SameText, Search
from stations.models import (
    ChargingStation,
    ConfigurationKey,
    Connector,
    LocalList,
    Quirk,
    StationGroup,
    StationQuerySet,
)
from stations.registration import register, tell_link
from stations.services.local_list import is_filling


class ConnectorSerializer(CamelModelSerializer):
    connectorId = serializers.IntegerField(source="number")

    class Meta:
        model = Connector
        fields = (
            "connectorId", "status", "error_code", "info", "vendor_id", "vendor_error_code", "status_at",
            "status_received_at",
        )  # fmt: skip


class StationSerializer(CamelModelSerializer):
    online = serializers.BooleanField(help_text="Its link is up, by the lease that its process renews.")
    connectors = ConnectorSerializer(many=True)
    groups: serializers.SlugRelatedField = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")

    class Meta:
        model = ChargingStation
        fields = (
            "cp_id", "name", "site", "groups", "registration", "online", "connected_at", "disconnected_at",
            "last_seen_at", "last_boot_at", "vendor", "model", "serial_number", "charge_box_serial_number", "firmware",
            "iccid", "imsi", "meter_type", "meter_serial_number", "status", "error_code", "info", "vendor_id",
            "vendor_error_code", "status_at", "status_received_at", "firmware_status", "firmware_status_at",
            "diagnostics_status", "diagnostics_status_at", "remote_address", "subprotocol", "boot_answer",
            "unknown_tags", "strict", "milliseconds", "authentication", "security_profile", "created_at", "connectors",
        )  # fmt: skip


class StationChangeSerializer(CamelModelSerializer):
    """What an operator sets; `registration`, `strict` and `milliseconds` hold at once, also on a live link."""

    class Meta:
        model = ChargingStation
        fields = ("name", "site", "registration", "unknown_tags", "strict", "milliseconds")


class ConfigurationKeySerializer(CamelModelSerializer):
    class Meta:
        model = ConfigurationKey
        fields = ("key", "value", "pending", "readonly", "told_at")


class LocalListSerializer(CamelModelSerializer):
    filling = serializers.SerializerMethodField(help_text="Steps that make it hold the cards are under way.")

    class Meta:
        model = LocalList
        fields = ("version", "told_version", "filling", "changed_at", "entries")

    def get_filling(self, state: LocalList) -> bool:
        return is_filling(state)


class QuirkSerializer(CamelModelSerializer):
    class Meta:
        model = Quirk
        fields = ("action", "kind", "path", "sample", "frame", "count", "first_seen_at", "last_seen_at")


class StationFilter(FilterSet):
    cpId = SameText(field_name="cp_key")
    online = Flag(field_name="online")
    registration = ChoiceFilter(choices=ChargingStation.Registration.choices)
    site = CharFilter(lookup_expr="iexact")
    group = CharFilter(method="in_group", label="It is in the group of this name")
    vendor = CharFilter(lookup_expr="iexact")
    model = CharFilter(lookup_expr="iexact")
    firmware = CharFilter(lookup_expr="iexact")
    status = CharFilter(lookup_expr="iexact", label="Of the station itself (connector 0)")
    connectorStatus = CharFilter(method="with_connector", label="At least one connector has this status")
    lastSeenAfter = After("last_seen_at")
    lastSeenBefore = Before("last_seen_at")
    search = Search("cp_id", "name", "site", "vendor", "model", "serial_number")
    ordering = Ordering(
        cpId="cp_id", name="name", site="site", vendor="vendor", model="model", lastSeenAt="last_seen_at",
        connectedAt="connected_at", createdAt="created_at",
    )  # fmt: skip

    def in_group(self, queryset: StationQuerySet, name: str, value: str) -> StationQuerySet:
        return queryset.filter(pk__in=StationGroup.objects.filter(name__iexact=value).values("stations"))

    def with_connector(self, queryset: StationQuerySet, name: str, value: str) -> StationQuerySet:
        return queryset.filter(pk__in=Connector.objects.filter(status__iexact=value).values("station"))


class StationViewSet(ReadOnlyModelViewSet[ChargingStation]):
    """Stations with their connectors, found by their identity without case."""

    queryset = ChargingStation.objects.all()
    serializer_class = StationSerializer
    filterset_class = StationFilter
    lookup_url_kwarg = "cpId"
    lookup_value_regex = SEGMENT

    def get_queryset(self) -> StationQuerySet:
        return self.shown()

    @staticmethod
    def shown() -> StationQuerySet:
        connectors = Prefetch("connectors", Connector.objects.filter(number__gt=0).order_by("number"))
        return ChargingStation.objects.with_online().prefetch_related(connectors, "groups")

    def get_object(self) -> ChargingStation:
        return station_or_404(self.kwargs["cpId"], self.get_queryset())

    @extend_schema(request=StationChangeSerializer, responses=StationSerializer)
    def partial_update(self, request: Request, cpId: str) -> Response:
        """Set name, site, registration, unknownTags, strict or milliseconds."""
        station = self.get_object()
        change = StationChangeSerializer(station, data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        told = dict(change.validated_data)
        if registration := told.pop("registration", None):
            register(station, registration)
        ChargingStation.objects.filter(pk=station.pk).update(**told)
        tell_link(station)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses=StationSerializer(many=True))
    @action(detail=False, url_path="connected/list", url_name="connected")
    def connected(self, request: Request) -> Response:
        """The stations that are connected now."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset().connected()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=ConfigurationKeySerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def configuration(self, request: Request, cpId: str) -> Response:
        """Its configuration as it was told last, by get-configuration and change-configuration; secrets masked."""
        keys = self.get_object().configuration.order_by("key")
        return Response(ConfigurationKeySerializer(keys, many=True).data)

    @extend_schema(responses=LocalListSerializer)
    @action(detail=True, url_path="local-list", url_name="local-list")
    def local_list(self, request: Request, cpId: str) -> Response:
        """Its local authorization list as its answers tell; version 0: none was sent yet."""
        station = self.get_object()
        state = LocalList.objects.filter(station=station).first() or LocalList(station=station)
        return Response(LocalListSerializer(state).data)

    @extend_schema(responses=QuirkSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def quirks(self, request: Request, cpId: str) -> Response:
        """Its deviations from OCPP that were tolerated, the most frequent first."""
        return Response(QuirkSerializer(self.get_object().quirks.order_by("-count", "id"), many=True).data)


def station_or_404(cp_id: str, stations: QuerySet[ChargingStation] | None = None) -> ChargingStation:
    """The station of that identity, whatever its case."""
    among = ChargingStation.objects.all() if stations is None else stations
    station = among.filter(pk__in=ChargingStation.objects.named(cp_id).values("pk")).first()
    if station is None:
        raise Http404(f"There is no station {cp_id}.")
    return station
