"""/api/rfid: who may charge."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from ocpp_ws.protocol import ci_key
from rfid.api.kit import SEGMENT, After, Before, CamelModelSerializer, Ordering, Problem, SameText, Search
from rfid.models import RfidCard

Status = RfidCard.Status


class CardSerializer(CamelModelSerializer):
    class Meta:
        model = RfidCard
        fields = (
            "tag_id", "status", "valid_until", "parent_id_tag", "holder", "note", "max_sessions", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")
        extra_kwargs = {"max_sessions": {"max_value": 32767}}  # the column's range; SQLite would take more

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["tagId"].required = self.instance is None
        return fields

    def validate_tagId(self, tag: str) -> str:
        if not tag.isprintable() or "/" in tag:
            raise ValidationError("Printable characters without / are needed: the card's address contains it.")
        if isinstance(self.instance, RfidCard) and ci_key(tag) != self.instance.tag_key:
            raise ValidationError("A card keeps its tag; delete it and create another.")
        return tag


class CardFilter(FilterSet):
    tagId = SameText(field_name="tag_key")
    status = ChoiceFilter(choices=Status.choices)
    parentIdTag = CharFilter(field_name="parent_id_tag", lookup_expr="iexact")
    validAfter = After("valid_until")
    validBefore = Before("valid_until")
    search = Search("tag_id", "parent_id_tag", "holder", "note")
    ordering = Ordering(tagId="tag_id", status="status", validUntil="valid_until", createdAt="created_at")


class CardViewSet(ModelViewSet[RfidCard]):
    """Cards, found by their tag without case. One that is charging cannot be deleted; sessions outlive it."""

    queryset = RfidCard.objects.all()
    serializer_class = CardSerializer
    filterset_class = CardFilter
    lookup_url_kwarg = "tagId"
    lookup_value_regex = SEGMENT

    def get_object(self) -> RfidCard:
        card = named(self.kwargs["tagId"]).first()
        if card is None:
            raise Http404(f"There is no card {self.kwargs['tagId']}.")
        return card

    def perform_create(self, serializer: Any) -> None:
        try:
            with transaction.atomic():
                serializer.save()
        except IntegrityError:  # the constraint decides, also between two who create it at once
            text = "There is a card with this tag already (case does not count)."
            errors = [{"attr": "tagId", "code": "unique", "detail": text}]
            raise Problem(409, "conflict", text, errors=errors) from None

    def perform_destroy(self, instance: RfidCard) -> None:
        if instance.sessions.filter(active_connector__isnull=False).exists():
            raise Problem(409, "in_use", f"{instance.tag_id} is charging; block it, or stop its session first.")
        instance.delete()

    @extend_schema(request=None, responses=CardSerializer)
    @action(detail=True, methods=["post"])
    def block(self, request: Request, tagId: str) -> Response:
        """The card may not start a session from now on."""
        return self.turn(Status.BLOCKED)

    @extend_schema(request=None, responses=CardSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, tagId: str) -> Response:
        """The card may charge again, until its validUntil."""
        return self.turn(Status.ACTIVE)

    def turn(self, status: str) -> Response:
        card = self.get_object()
        card.status = status
        card.save(update_fields=["status", "updated_at"])
        return Response(self.get_serializer(card).data)


def named(tag: str) -> QuerySet[RfidCard]:
    return RfidCard.objects.filter(tag_key=ci_key(tag))
