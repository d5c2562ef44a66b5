"""/api/files: firmware for stations, and what stations uploaded."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import DestroyModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import (
    NUMBER,
    After,
    AnyAccept,
    Before,
    BoundedPagination,
    CamelModelSerializer,
    Ordering,
    Problem,
    Search,
    StrictSerializer,
    WholeNumber,
)
from stations import files
from stations.api.filters import StationName
from stations.api.remote.base import actor
from stations.giving import release_connection
from stations.models import StationFile


class FileSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id", default=None, allow_null=True, help_text="Who uploaded it.")
    commandId = serializers.IntegerField(
        source="command_id", allow_null=True, help_text="The command that asked for it."
    )
    contentUrl = serializers.SerializerMethodField()

    class Meta:
        model = StationFile
        fields = (
            "id", "kind", "name", "size", "sha256", "version", "vendor", "model", "note", "signature",
            "signing_certificate", "cpId", "commandId", "created_at", "created_by", "contentUrl",
        )  # fmt: skip

    def get_contentUrl(self, file: StationFile) -> str:
        path: str = reverse("file-content", args=[file.pk])
        return str(self.context["request"].build_absolute_uri(path.removesuffix("/")))


class FirmwareUpload(StrictSerializer):
    file = serializers.FileField()
    version = serializers.CharField(max_length=50, required=False, allow_blank=True)
    vendor = serializers.CharField(max_length=50, required=False, allow_blank=True)
    model = serializers.CharField(max_length=50, required=False, allow_blank=True)
    note = serializers.CharField(max_length=255, required=False, allow_blank=True)
    signature = serializers.CharField(max_length=800, required=False, allow_blank=True, help_text="Base64.")
    signingCertificate = serializers.CharField(
        source="signing_certificate", max_length=5500, required=False, allow_blank=True, trim_whitespace=False,
        help_text="PEM.",
    )  # fmt: skip


class FileFilter(FilterSet):
    cpId = StationName()
    kind = ChoiceFilter(choices=StationFile.Kind.choices)
    commandId = WholeNumber(field_name="command")
    sha256 = CharFilter(lookup_expr="iexact")
    createdAfter = After("created_at")
    createdBefore = Before("created_at")
    search = Search("name", "version", "vendor", "model", "note")
    ordering = Ordering(id="id", createdAt="created_at", name="name", size="size")


class FileViewSet(ListModelMixin, RetrieveModelMixin, DestroyModelMixin, GenericViewSet[StationFile]):
    """Firmware images that stations can be told to install, and diagnostics and logs that stations brought."""

    queryset = StationFile.objects.all()
    serializer_class = FileSerializer
    filterset_class = FileFilter
    pagination_class = BoundedPagination
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[StationFile]:
        return StationFile.objects.select_related("station").order_by("-id")

    @extend_schema(request={"multipart/form-data": FirmwareUpload}, responses={201: FileSerializer})
    def create(self, request: Request) -> Response:
        """Upload a firmware image (multipart/form-data)."""
        form = FirmwareUpload(data=request.data)
        form.is_valid(raise_exception=True)
        about = dict(form.validated_data)
        image = about.pop("file")
        release_connection()
        try:
            file = files.keep_firmware(chunks=image.chunks(), name=image.name, actor=actor(request), **about)
        except files.TooBig:
            raise Problem(413, "too_large", "The file is larger than MAX_UPLOAD_MB.") from None
        return Response(FileSerializer(file, context=self.get_serializer_context()).data, status=201)

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()] if self.request and self.request.method == "POST" else super().get_parsers()

    def perform_destroy(self, instance: StationFile) -> None:
        files.remove(instance)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return FirmwareUpload if self.action == "create" else FileSerializer

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyAccept)
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """The file itself; a Range of it may be asked for."""
        file = self.get_object()
        release_connection()
        try:
            return files.file_answer(request._request, file)
        except files.NoEntry as error:
            raise Problem(404, "not_found", str(error)) from None
