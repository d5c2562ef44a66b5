"""/api/files without a station: who may, what is refused, what a browser gets."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stations import files
from stations.models import StationFile
from tests.api import rows
from tests.api.conftest import Api, attrs, problem


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_FOLDER = tmp_path / "files"
    return tmp_path / "files"


def post(client: Client, **members: Any) -> Any:
    return client.post("/api/files", members)


def image(content: bytes = b"image", name: str = "fw 1.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_an_upload_is_stored_with_what_is_said_of_it(staff: Client, folder: Path) -> None:
    response = post(staff, file=image(), version="1.0", signingCertificate="PEM\n")
    assert response.status_code == 201
    told = response.json()
    assert (told["name"], told["size"], told["version"], told["createdBy"]) == ("fw_1.bin", 5, "1.0", "ann")
    assert told["signingCertificate"] == "PEM\n"
    assert staff.get(f"/api/files/{told['id']}").json() == told
    assert files.path_of(StationFile.objects.get()).read_bytes() == b"image"
    assert staff.get(told["contentUrl"], headers={"accept-encoding": "gzip"}).getvalue() == b"image"


def test_a_form_without_login_is_refused_even_from_this_machine(api: Api) -> None:
    assert post(api, file=image()).status_code in (401, 403)
    assert not StationFile.objects.exists()


def test_what_is_missing_unknown_or_too_big_is_named(staff: Client, settings: Any) -> None:
    assert attrs(post(staff, version="1")) == {"file"}
    assert attrs(post(staff, file=image(), verison="1")) == {"verison"}
    settings.MAX_UPLOAD_MB = 0
    problem(post(staff, file=image()), 413, "too_large")
    problem(staff.post("/api/files", {}, content_type="application/json"), 415, "unsupported_media_type")
    assert not StationFile.objects.exists()


def test_a_deleted_file_is_gone(staff: Client, folder: Path) -> None:
    number = post(staff, file=image()).json()["id"]
    assert staff.delete(f"/api/files/{number}").status_code == 204
    problem(staff.get(f"/api/files/{number}/content"), 404, "not_found")


def test_a_row_whose_bytes_are_lost_says_so(staff: Client) -> None:
    refusal = problem(staff.get(f"/api/files/{rows.file().pk}/content"), 404, "not_found")
    assert refusal["detail"] == "The file is not on this gateway's disk any more."


def test_files_are_found_by_kind_station_and_words(api: Api) -> None:
    cp = rows.station("CP_1")
    command = rows.command(cp)
    firmware = rows.file("ac22.bin", vendor="Acme")
    log = rows.file("x.log", kind="security_log", station=cp, command=command)
    for query, found in {
        "kind=firmware": firmware, "cpId=cp_1": log, f"commandId={command.pk}": log, "search=acme": firmware,
    }.items():  # fmt: skip
        assert [one["id"] for one in api.results(f"/api/files?{query}")] == [found.pk]
