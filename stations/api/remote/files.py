"""The routes of the Firmware Management profile, and those of the security extension about files (L01, N01)."""

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocpp_ws.protocol import enumeration
from rfid.api.kit import INT32, INT64, StrictSerializer, UtcDateTimeField, camel
from stations import commands
from stations.api.outcome import refused
from stations.api.remote.base import RemoteControl, actor, command, idempotency_key
from stations.errors import NoAddress
from stations.files import download_link, location, new_request_id, trouble_with, upload_link
from stations.models import FileLink, StationFile

Members = dict[str, Any]
OWN_UPLOAD = "Without it: an address of the gateway's own; what comes there is at /api/files."


class Location(serializers.CharField):
    """http, https, ftp, ftps or sftp; user and password may stand in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2000, **kwargs})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if trouble := trouble_with(text):
            raise ValidationError(trouble)
        return text


class Retrying(StrictSerializer):
    retries = serializers.IntegerField(required=False, min_value=0, max_value=INT32)
    retryInterval = serializers.IntegerField(
        source="retry_interval", required=False, min_value=0, max_value=INT32, help_text="Seconds."
    )


class GetDiagnostics(Retrying):
    location = Location(required=False, help_text=OWN_UPLOAD)
    startTime = UtcDateTimeField(source="start_time", required=False)
    stopTime = UtcDateTimeField(source="stop_time", required=False)


class LogParameters(StrictSerializer):
    remoteLocation = Location(source="remote_location", required=False, max_length=512, help_text=OWN_UPLOAD)
    oldestTimestamp = UtcDateTimeField(source="oldest_timestamp", required=False)
    latestTimestamp = UtcDateTimeField(source="latest_timestamp", required=False)


class RequestId(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        text = "Without it the gateway chooses one."
        bounds = {"min_value": -INT64, "max_value": INT64}
        super().__init__(**{"source": "request_id", "required": False, "help_text": text, **bounds, **kwargs})


class GetLog(Retrying):
    logType = serializers.ChoiceField(source="log_type", choices=enumeration("GetLog", "logType"))
    requestId = RequestId()
    log = LogParameters(required=False)


class FromFile(Retrying):
    """Base of the two updates: an uploaded firmware, or an address elsewhere."""

    fileId = serializers.PrimaryKeyRelatedField(
        source="file", required=False, queryset=StationFile.objects.filter(kind=StationFile.Kind.FIRMWARE),
        help_text="An uploaded firmware (/api/files) instead of `location`; its address is made for this station.",
    )  # fmt: skip


class UpdateFirmware(FromFile):
    location = Location(required=False, help_text="Or `fileId`.")
    retrieveDate = UtcDateTimeField(source="retrieve_date")

    def validate(self, members: Members) -> Members:
        return with_one_source(members, members)


class Firmware(StrictSerializer):
    location = Location(required=False, max_length=512, help_text="Or `fileId`.")
    retrieveDateTime = UtcDateTimeField(source="retrieve_date_time")
    installDateTime = UtcDateTimeField(source="install_date_time", required=False)
    signingCertificate = serializers.CharField(
        source="signing_certificate", required=False, max_length=5500, trim_whitespace=False,
        help_text="PEM. With `fileId` the file's own, unless given here.",
    )  # fmt: skip
    signature = serializers.CharField(
        required=False, max_length=800, help_text="Base64. With `fileId` the file's own, unless given here."
    )


class SignedUpdateFirmware(FromFile):
    requestId = RequestId()
    firmware = Firmware()

    def validate(self, members: Members) -> Members:
        firmware = members["firmware"]
        if file := members.get("file"):
            own = {name: getattr(file, name) for name in ("signing_certificate", "signature")}
            members["firmware"] = firmware = {name: text for name, text in own.items() if text} | firmware
        missing = [camel(name) for name in ("signing_certificate", "signature") if name not in firmware]
        if missing:
            raise ValidationError({"firmware": {name: "This field is required." for name in missing}})
        return with_one_source(members, firmware)


def with_one_source(members: Members, place: Members) -> Members:
    if ("file" in members) == ("location" in place):
        raise ValidationError({"location": "Give either location or fileId."})
    return members


class ExtendedTriggerMessage(StrictSerializer):
    requestedMessage = serializers.ChoiceField(
        source="requested_message", choices=enumeration("ExtendedTriggerMessage", "requestedMessage")
    )
    connectorId = serializers.IntegerField(source="connector_id", required=False, min_value=1, max_value=INT32)


class FileRoutes(RemoteControl):
    @command("update-firmware", UpdateFirmware)
    def update_firmware(self, request: Request, cpId: str) -> Response:
        """Have the station download and install a firmware; how it goes on is told at /api/commands/{id}."""
        members = self.members()
        return self.send(commands.update_firmware, members, self.download(members, members["retrieve_date"]))

    @command("signed-update-firmware", SignedUpdateFirmware)
    def signed_update_firmware(self, request: Request, cpId: str) -> Response:
        """The same with a signature that the station checks (white paper L01)."""
        members = self.members()
        firmware = members.pop("firmware")
        own = self.download(members, firmware["retrieve_date_time"])
        return self.send(commands.signed_update_firmware, self.numbered(members) | firmware, own)

    @command("get-diagnostics", GetDiagnostics)
    def get_diagnostics(self, request: Request, cpId: str) -> Response:
        """Have the station upload its diagnostics; `fileName` of the answer, if it has any."""
        members = self.members()
        own = {} if "location" in members else self.upload("location")
        return self.send(commands.get_diagnostics, members, own)

    @command("get-log", GetLog)
    def get_log(self, request: Request, cpId: str) -> Response:
        """Have the station upload its diagnostics or security log (white paper N01); `filename` of the answer."""
        members = self.members()
        log = members.pop("log", {})
        own = {} if "remote_location" in log else self.upload("remote_location")
        return self.send(commands.get_log, self.numbered(members) | log, own)

    @command("extended-trigger-message", ExtendedTriggerMessage)
    def extended_trigger_message(self, request: Request, cpId: str) -> Response:
        """As trigger-message, also for the messages of the security extension."""
        return self.give(commands.extended_trigger_message)

    def send(self, function: Any, members: Members, own: Members) -> Response:
        return self.ask(function, self.station(), members | own)

    def numbered(self, members: Members) -> Members:
        return {"request_id": new_request_id(self.seed())} | members

    def download(self, members: Members, start: datetime) -> Members:
        """`location` and `link` of the file that the body names, if it names one."""
        file = members.pop("file", None)
        return self.at("location", download_link(self.station(), file, start=start, seed=self.seed())) if file else {}

    def upload(self, name: str) -> Members:
        return self.at(name, upload_link(self.station(), seed=self.seed()))

    def at(self, name: str, link: FileLink) -> Members:
        try:
            return {name: location(link), "link": link}
        except NoAddress as refusal:
            raise refused(refusal) from None

    def seed(self) -> str:
        """The same request under the same Idempotency-Key is the same command: it names the same address."""
        key = idempotency_key(self.request)
        return f"{actor(self.request)}:{key}" if key else ""
