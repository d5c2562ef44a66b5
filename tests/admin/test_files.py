"""Files in the admin: uploaded, chosen for an update, looked at."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gateway.pages.commands import under_way
from stations import files
from stations.admin.show import listing, page
from stations.models import ChargingStation, Command, ConfigurationKey, ProgressReport, StationFile
from tests.admin.test_commanding import address, body

HOSTILE = '"><script>x()</script>'
WHEN = "2026-11-24T22:00:00"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_FOLDER = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def firmware(db: None) -> StationFile:
    return files.keep_firmware(
        chunks=[b"image"], name="fw.bin", actor="olga", version="2.0", signature="c2ln", signing_certificate="PEM"
    )


def test_an_image_is_uploaded_without_holding_the_database(operator: Client, db: None) -> None:
    image = SimpleUploadedFile(f"{HOSTILE}.bin", b"image")
    add = f"{listing(StationFile)}add/"
    assert 'enctype="multipart/form-data"' in body(operator.get(add))
    with CaptureQueriesContext(connection) as queries:
        response = operator.post(add, {"file": image, "version": HOSTILE}, follow=True)
    file = StationFile.objects.get()
    assert response.redirect_chain == [(page(file), 302)]
    assert "<script>x()" not in body(response)
    before_insert = [q["sql"] for q in queries][: next(i for i, q in enumerate(queries) if "INSERT" in q["sql"])]
    assert sum(sql.startswith("SAVEPOINT") for sql in before_insert) == 1, "one short transaction, for the row"
    download = operator.get(reverse("admin:stations_stationfile_content", args=[file.pk]))
    assert (download.getvalue(), download["X-Content-Type-Options"]) == (b"image", "nosniff")


def test_who_may_only_look_uploads_and_deletes_nothing(looker: Client, firmware: StationFile) -> None:
    assert looker.get(page(firmware)).status_code == 200
    assert looker.get(f"{listing(StationFile)}add/").status_code == 403
    assert looker.post(f"{listing(StationFile)}add/", {"file": SimpleUploadedFile("x", b"x")}).status_code == 403
    assert looker.post(page(firmware).replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_stranger_gets_no_file(client: Client, firmware: StationFile) -> None:
    response = client.get(reverse("admin:stations_stationfile_content", args=[firmware.pk]))
    assert response["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("carla", is_staff=True))
    assert client.get(reverse("admin:stations_stationfile_content", args=[firmware.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_file_is_deleted_with_its_bytes(folder: Path, operator: Client, firmware: StationFile) -> None:
    operator.post(page(firmware).replace("change", "delete"), {"post": "yes"})
    assert (StationFile.objects.count(), list(folder.iterdir())) == (0, [])


def test_an_update_from_here_is_confirmed_and_names_an_address_of_its_own(
    operator: Client, offline: ChargingStation, firmware: StationFile
) -> None:
    ChargingStation.objects.update(host="10.0.0.9:3000")
    form = {"file": firmware.pk, "retrieve_date": WHEN}
    asked = body(operator.post(address(offline, "update-firmware"), form))
    assert "The station installs fw.bin and restarts" in asked
    assert not Command.objects.exists()
    operator.post(address(offline, "signed-update-firmware"), form | {"confirmed": "1"})
    command = Command.objects.get()
    assert command.link
    assert command.payload["firmware"] == {
        "location": f"http://10.0.0.9:3000/files/{command.link.token}/fw.bin",
        "retrieveDateTime": "2026-11-24T22:00:00Z", "signingCertificate": "PEM", "signature": "c2ln",
    }  # fmt: skip
    html = body(operator.get(page(firmware)))
    assert page(command) in html


@pytest.mark.parametrize("name", ["get-diagnostics", "get-log"])
def test_an_upload_comes_here_unless_said_otherwise(operator: Client, offline: ChargingStation, name: str) -> None:
    form = {"log_type": "SecurityLog"}
    assert "set PUBLIC_URL" in body(operator.post(address(offline, name), form)), "it never connected"
    ChargingStation.objects.update(host="10.0.0.9:3000")
    operator.post(address(offline, name), form)
    command = Command.objects.get()
    told = command.payload.get("location") or command.payload["log"]["remoteLocation"]
    assert command.link
    assert told == f"http://10.0.0.9:3000/files/{command.link.token}/"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"retrieve_date": WHEN}, "Choose an uploaded firmware, or give an address elsewhere."),
        ({"retrieve_date": WHEN, "location": "fw.bin"}, "Give a whole address"),
        ({"location": "http://x/y", "retrieve_date": ""}, "This field is required."),
    ],
)
def test_an_update_without_a_source_says_what_is_missing(
    operator: Client, station: ChargingStation, form: dict[str, str], sentence: str
) -> None:
    assert sentence in body(operator.post(address(station, "update-firmware"), form))
    assert not Command.objects.exists()


def test_forms_show_what_the_station_supports_and_begin_now(operator: Client, station: ChargingStation) -> None:
    ConfigurationKey.objects.create(
        station=station, key="supportedFileTransferProtocols", value="HTTP,FTP", told_at=timezone.now()
    )
    html = body(operator.get(address(station, "update-firmware")))
    assert "The station says that it supports HTTP,FTP." in html
    assert f'value="{timezone.now():%Y-%m-%dT%H:}' in html


def test_a_failure_is_red_on_the_commands_and_the_stations_page(operator: Client, station: ChargingStation) -> None:
    now = timezone.now()
    command = Command.objects.create(
        station=station, action="GetDiagnostics", actor="olga", state="answered", answer={"fileName": "diag.zip"}
    )
    ChargingStation.objects.update(diagnostics_status="UploadFailed", diagnostics_status_at=now)
    for status in ("Uploading", "UploadFailed"):
        ProgressReport.objects.create(
            station=station, command=command, action="DiagnosticsStatusNotification", status=status, at=now, last_at=now
        )
    red = 'chip chip-red" title="">UploadFailed'
    html = body(operator.get(page(command)))
    assert red in html
    assert "diag.zip" in html
    html = body(operator.get(page(station)))
    assert html.count(red) == 2, "as its latest status, and in its history"
    assert page(command) in html


def test_a_commands_page_looks_again_until_the_end_is_told(station: ChargingStation, db: None) -> None:
    command = Command.objects.create(station=station, action="UpdateFirmware", actor="olga", state="answered")
    told = {"station": station, "command": command, "action": "FirmwareStatusNotification"}
    now = timezone.now()
    assert under_way(command)
    ProgressReport.objects.create(**told, status="Installing", at=now, last_at=now)
    assert under_way(command)
    ProgressReport.objects.create(**told, status="Installed", at=now, last_at=now)
    assert not under_way(command)
    assert not under_way(Command.objects.create(station=station, action="GetDiagnostics", actor="o", state="answered"))
    assert not under_way(Command(action="SignedUpdateFirmware", state="answered", status="Rejected", created_at=now))
