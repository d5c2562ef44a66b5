"""/api/certificates and /api/signing-requests: what stations have, and what they ask to have signed."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from ocpp_ws.protocol import member_schema
from rfid.api.kit import NUMBER, After, Before, CamelModelSerializer, Ordering, Problem, Search, StrictSerializer
from stations.api.filters import StationName
from stations.api.remote.base import actor
from stations.certificates import refuse, sign
from stations.certificates.signing import CannotSign
from stations.models import Certificate, SigningRequest


class CertificateSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    certificateHashData = serializers.SerializerMethodField(help_text="For delete-certificate; null: not known.")

    class Meta:
        model = Certificate
        fields = (
            "id", "cpId", "type", "state", "subject", "issuer", "serial_number", "valid_from", "valid_to",
            "certificateHashData", "pem", "installed_at", "confirmed_at", "ended_at",
        )  # fmt: skip

    @extend_schema_field(member_schema("DeleteCertificate", "certificateHashData"))
    def get_certificateHashData(self, certificate: Certificate) -> dict[str, str] | None:
        return certificate.hash_data if certificate.issuer_key_hash else None


class CertificateFilter(FilterSet):
    cpId = StationName()
    type = ChoiceFilter(choices=Certificate.Type.choices)
    state = ChoiceFilter(choices=Certificate.State.choices)
    validToAfter = After("valid_to")
    validToBefore = Before("valid_to")
    search = Search("subject", "issuer", "serial_number", "station__cp_id")
    ordering = Ordering(validTo="valid_to", installedAt="installed_at")


class CertificateViewSet(ListModelMixin, GenericViewSet[Certificate]):
    """Certificates of stations; the soonest end first."""

    queryset = Certificate.objects.all()
    serializer_class = CertificateSerializer
    filterset_class = CertificateFilter

    def get_queryset(self) -> QuerySet[Certificate]:
        return Certificate.objects.select_related("station").order_by(F("valid_to").asc(nulls_last=True), "id")


class SigningRequestSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    key = serializers.CharField(source="key_words", help_text="Its kind and size.")
    commandId = serializers.IntegerField(source="command_id", allow_null=True, help_text="The CertificateSigned.")

    class Meta:
        model = SigningRequest
        fields = (
            "id", "cpId", "state", "subject", "key", "remark", "asked_for", "csr", "chain", "commandId", "received_at",
            "decided_at", "decided_by",
        )  # fmt: skip


class Sign(StrictSerializer):
    certificateChain = serializers.CharField(
        required=False, max_length=10_000,
        help_text="What another authority signed, PEM, the station's certificate first. Without: the local one signs.",
    )  # fmt: skip


class SigningRequestFilter(FilterSet):
    cpId = StationName()
    state = ChoiceFilter(choices=SigningRequest.State.choices)
    subject = CharFilter(lookup_expr="icontains")
    receivedAfter = After("received_at")
    receivedBefore = Before("received_at")
    ordering = Ordering(receivedAt="received_at")


class SigningRequestViewSet(ReadOnlyModelViewSet[SigningRequest]):
    """What stations ask to have signed (SignCertificate), newest first."""

    queryset = SigningRequest.objects.all()
    serializer_class = SigningRequestSerializer
    filterset_class = SigningRequestFilter
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[SigningRequest]:
        return SigningRequest.objects.select_related("station").order_by("-id")

    @extend_schema(request=Sign, responses=SigningRequestSerializer)
    @action(detail=True, methods=["post"], serializer_class=Sign)
    def sign(self, request: Request, pk: str) -> Response:
        """Send the certificate; the command that does it waits a day for the station. 409: it cannot be signed."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                chain = body.validated_data.get("certificateChain", "")
                sign(self.get_object(), by=actor(request), now=timezone.now(), chain=chain)
        except CannotSign as error:
            raise Problem(409, "conflict", str(error)) from None
        return self.shown()

    @extend_schema(request=None, responses=SigningRequestSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """It is not signed, and the same request is answered Rejected from now on. 409: it was decided already."""
        row = self.get_object()
        if not refuse(row, by=actor(request), now=timezone.now()):
            raise Problem(409, "conflict", f"The request is {row.get_state_display()} already.")
        return self.shown()

    def shown(self) -> Response:
        data: Any = SigningRequestSerializer(self.get_object(), context=self.get_serializer_context()).data
        return Response(data)
