"""/api/commands: every command ever given, and what became of it."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from rfid.api.kit import NUMBER, After, Before, BoundedPagination, CamelModelSerializer, Ordering, Problem
from stations.api.filters import StationName
from stations.commands import MAY_COMMAND
from stations.giving import cancel
from stations.models import Command, ProgressReport
from stations.remote_start import remote_start, session_of
from stations.secrets import masked


class CommandSerializer(CamelModelSerializer):
    cpId = serializers.CharField(source="station.cp_id")
    accepted = serializers.BooleanField(allow_null=True, help_text="null: the station has not answered.")
    latency_ms = serializers.IntegerField(allow_null=True, help_text="From sending the CALL to its answer.")
    payload = serializers.SerializerMethodField()
    sessionId = serializers.SerializerMethodField(help_text="The session that a remote start led to.")
    transactionId = serializers.SerializerMethodField()
    remoteStart = serializers.SerializerMethodField(
        help_text="Of an accepted remote start: starting, started, or not_started within ConnectionTimeOut."
    )

    class Meta:
        model = Command
        fields = (
            "id", "cpId", "action", "payload", "actor", "state", "status", "accepted", "answer", "late_answer",
            "error_code", "error_description", "reason", "created_at", "sent_at", "finished_at", "expires_at",
            "latency_ms",
            "sessionId", "transactionId", "remoteStart",
        )  # fmt: skip

    @extend_schema_field(serializers.DictField())
    def get_payload(self, command: Command) -> dict[str, Any]:
        return masked(command.payload)  # a key on its way must be stored, nobody needs to read it

    def get_sessionId(self, command: Command) -> int | None:
        return getattr(session_of(command), "pk", None)

    def get_transactionId(self, command: Command) -> int | None:
        return getattr(session_of(command), "transaction_id", None)

    def get_remoteStart(self, command: Command) -> str | None:
        return remote_start(command, timezone.now()) or None


class ReportSerializer(CamelModelSerializer):
    class Meta:
        model = ProgressReport
        fields = ("status", "at", "last_at", "count", "action", "request_id")


class CommandDetailSerializer(CommandSerializer):
    """With what a firmware update or an upload came to, and what follows it."""

    progress = serializers.SerializerMethodField(help_text="What the station told of it, in order.")
    nextId = serializers.SerializerMethodField(help_text="The command that followed it, as `then` said.")
    fileIds = serializers.SerializerMethodField(help_text="What it uploaded here: /api/files/{id}.")

    class Meta(CommandSerializer.Meta):
        fields = (*CommandSerializer.Meta.fields, "then", "nextId", "progress", "fileIds")  # type: ignore[assignment]

    def get_nextId(self, command: Command) -> int | None:
        return Command.objects.filter(after=command).values_list("pk", flat=True).first()

    @extend_schema_field(ReportSerializer(many=True))
    def get_progress(self, command: Command) -> Any:
        return ReportSerializer(command.progress.order_by("pk"), many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_fileIds(self, command: Command) -> list[int]:
        return list(command.files.order_by("pk").values_list("pk", flat=True))


class CommandFilter(FilterSet):
    cpId = StationName()
    action = CharFilter()
    state = ChoiceFilter(choices=Command.State.choices)
    status = CharFilter()
    actor = CharFilter()
    createdAfter = After("created_at")
    createdBefore = Before("created_at")
    ordering = Ordering(id="id", createdAt="created_at")


class CommandViewSet(ReadOnlyModelViewSet[Command]):
    """The audit trail of remote control: who, what, when, the station's answer, the outcome."""

    queryset = Command.objects.order_by("-id")
    serializer_class = CommandSerializer
    filterset_class = CommandFilter
    pagination_class = BoundedPagination
    lookup_value_regex = NUMBER
    permissions: ClassVar[dict[str, str]] = {"cancel": MAY_COMMAND}

    def get_queryset(self) -> QuerySet[Command]:
        return Command.objects.select_related("station", "session").order_by("-id")

    def get_serializer_class(self) -> type[CommandSerializer]:
        return CommandSerializer if self.action == "list" else CommandDetailSerializer

    @extend_schema(request=None, responses=CommandDetailSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take back a command that is still queued. 409: it has gone out, or ended, already."""
        command = self.get_object()
        if not cancel(command.pk):
            command.refresh_from_db()
            raise Problem(409, "conflict", f"The command is {command.state}: only a queued one can be taken back.")
        return Response(self.get_serializer(self.get_object()).data)
