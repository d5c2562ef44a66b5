"""The forms of the Firmware Management profile, and those of the security extension about files (L01, N01)."""

from typing import Any

from django import forms
from django.utils import timezone

from gateway.pages.forms.base import RADIO, SELECT, TEXT, CommandForm, MomentWidget, PemField, words
from ocpp_ws.protocol import enumeration
from stations import commands
from stations.commands.members import member
from stations.files import download_link, location, new_request_id, trouble_with, upload_link
from stations.models import ChargingStation, Command, StationFile
from stations.services import configuration_value

Arguments = dict[str, Any]


def moment(label: str, **options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=MomentWidget, **options)


def whole_number(label: str, **options: Any) -> forms.IntegerField:
    widget = TEXT(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=2**31 - 1, required=False, widget=widget, **options)


class FileForm(CommandForm):
    """Base: an address elsewhere, and how often the station tries."""

    location = forms.CharField(label="Address elsewhere", required=False, max_length=2000, widget=TEXT)
    retries = whole_number("Retries")
    retry_interval = whole_number("Seconds between them")

    def __init__(self, station: ChargingStation, *args: Any, **kwargs: Any) -> None:
        super().__init__(station, *args, **kwargs)
        protocols = configuration_value(station.pk, "SupportedFileTransferProtocols")
        known = f"The station says that it supports {protocols}." if protocols else "http, https, ftp, ftps or sftp."
        self.fields["location"].help_text = known

    def clean_location(self) -> str:
        address: str = self.cleaned_data["location"]
        if address and (trouble := trouble_with(address)):
            raise forms.ValidationError(trouble)
        return address

    def arguments(self, *names: str) -> Arguments:
        """The filled fields, for a function of stations.commands."""
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] not in (None, "")}


class UploadForm(FileForm):
    """Base: the station uploads, here unless an address elsewhere is given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["location"]
        field.help_text = f"Empty: it uploads to this gateway, over HTTP. {field.help_text}"

    def target(self, name: str) -> Arguments:
        if address := self.cleaned_data["location"]:
            return {name: address}
        link = upload_link(self.station)
        return {name: location(link), "link": link}


class DiagnosticsForm(UploadForm):
    action, title, icon = "GetDiagnostics", "Get diagnostics", "troubleshoot"
    explanation = "The station uploads a file about itself; it appears on the command's page."
    start_time = moment("From", required=False)
    stop_time = moment("Until", required=False)
    field_order = ("start_time", "stop_time")

    def send(self, actor: str) -> Command:
        filled = self.arguments("retries", "retry_interval", "start_time", "stop_time")
        return commands.get_diagnostics(self.station, actor=actor, **filled, **self.target("location"))


class LogForm(UploadForm):
    action, title, icon = "GetLog", "Get log", "receipt_long"
    explanation = "The station uploads its log; it appears on the command's page. Security extension."
    log_type = forms.ChoiceField(label="Log", choices=words(enumeration("GetLog", "logType")), widget=RADIO)
    oldest_timestamp = moment("From", required=False)
    latest_timestamp = moment("Until", required=False)
    field_order = ("log_type", "oldest_timestamp", "latest_timestamp")

    def body(self) -> Arguments:
        body = super().body()
        log = {"remoteLocation": body.pop("location", None)}
        log |= {name: body.pop(name, None) for name in ("oldestTimestamp", "latestTimestamp")}
        given = {name: value for name, value in log.items() if value}
        return body | ({"log": given} if given else {})

    def send(self, actor: str) -> Command:
        filled = self.arguments("log_type", "retries", "retry_interval", "oldest_timestamp", "latest_timestamp")
        own = self.target("remote_location")
        return commands.get_log(self.station, actor=actor, request_id=new_request_id(), **filled, **own)


class UpdateForm(FileForm):
    """Base: the station downloads an uploaded firmware, or one elsewhere, and installs it."""

    file = forms.ModelChoiceField(
        label="Firmware", queryset=StationFile.objects.none(), required=False, widget=SELECT, empty_label="elsewhere"
    )
    retrieve_date = moment("Not before", initial=timezone.now)
    field_order = ("file", "location", "retrieve_date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = StationFile.objects.filter(kind=StationFile.Kind.FIRMWARE).order_by("-pk")
        field.label_from_instance = described  # type: ignore[method-assign,assignment]

    def clean(self) -> Arguments:
        if bool(self.cleaned_data.get("file")) == bool(self.cleaned_data.get("location")) and not self.errors:
            raise forms.ValidationError("Choose an uploaded firmware, or give an address elsewhere.")
        return self.cleaned_data

    def risk(self) -> str:
        what = self.cleaned_data["file"] or self.cleaned_data["location"]
        return f"The station installs {what} and restarts: no session can run meanwhile."

    def body(self) -> Arguments:
        body = super().body()
        if file := body.pop("file", None):
            body["fileId"] = file.pk
        return body

    def source(self) -> Arguments:
        if (file := self.cleaned_data["file"]) is None:
            return {"location": self.cleaned_data["location"]}
        link = download_link(self.station, file, start=self.cleaned_data["retrieve_date"])
        return {"location": location(link), "link": link}


class UpdateFirmwareForm(UpdateForm):
    action, title, icon = "UpdateFirmware", "Update firmware", "system_update_alt"

    def send(self, actor: str) -> Command:
        filled = self.arguments("retrieve_date", "retries", "retry_interval")
        return commands.update_firmware(self.station, actor=actor, **filled, **self.source())


class SignedUpdateForm(UpdateForm):
    action, title, icon = "SignedUpdateFirmware", "Signed firmware update", "verified_user"
    explanation = "The station checks the vendor's signature before it installs. Security extension."
    install_date_time = moment("Install at", required=False, help_text="Empty: as soon as it can.")
    signature = forms.CharField(max_length=800, required=False, widget=TEXT, help_text="Empty: the firmware's own.")
    signing_certificate = PemField(max_length=5500, required=False, help_text="PEM. Empty: the firmware's own.")

    def clean(self) -> Arguments:
        super().clean()
        file = self.cleaned_data.get("file")
        for name in ("signature", "signing_certificate"):
            self.cleaned_data[name] = self.cleaned_data.get(name) or getattr(file, name, "")
            if not self.cleaned_data[name] and name not in self.errors:
                self.add_error(name, "The firmware has none: give it here.")
        return self.cleaned_data

    def body(self) -> Arguments:
        body = super().body() | {"retrieveDateTime": member(self.cleaned_data["retrieve_date"])}
        del body["retrieveDate"]
        names = ("location", "retrieveDateTime", "installDateTime", "signature", "signingCertificate")
        firmware = {name: body.pop(name) for name in names if name in body}
        return body | {"firmware": firmware}

    def send(self, actor: str) -> Command:
        filled = self.arguments("install_date_time", "retries", "retry_interval", "signature", "signing_certificate")
        return commands.signed_update_firmware(
            self.station, actor=actor, request_id=new_request_id(),
            retrieve_date_time=self.cleaned_data["retrieve_date"], **filled, **self.source(),
        )  # fmt: skip


def described(file: StationFile) -> str:
    about = " ".join(filter(None, (file.vendor, file.model, file.version)))
    return f"{file.name} ({about})" if about else file.name


FILES: dict[str, type[CommandForm]] = {
    "update-firmware": UpdateFirmwareForm,
    "signed-update-firmware": SignedUpdateForm,
    "get-diagnostics": DiagnosticsForm,
    "get-log": LogForm,
}
