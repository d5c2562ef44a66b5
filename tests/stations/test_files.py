"""Files on disk and in rows, and their addresses."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from stations import files
from stations.errors import NoAddress
from stations.models import ChargingStation, Command, FileLink, StationFile


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_FOLDER = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def link(station: ChargingStation) -> FileLink:
    return files.upload_link(station)


@pytest.fixture
def command(station: ChargingStation, link: FileLink) -> Command:
    return Command.objects.create(station=station, action="GetDiagnostics", actor="olga", link=link)


def keep(link: FileLink, name: str = "d.zip", content: bytes = b"content") -> tuple[StationFile, bool]:
    command = link.commands.get()
    return files.keep_upload(link=link, command=command, chunks=[content], name=name, address="10.0.0.1")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("diag.zip", "diag.zip"), ("/a/b/diag.zip", "diag.zip"), ("..\\..\\boot.ini", "boot.ini"),
        ("../../etc/passwd", "passwd"), ("..", ""), ("", ""), (".htaccess", "htaccess"), ("a b%00c.txt", "a_b_00c.txt"),
        ('x";y\r\nz', "x_y_z"), ("файл.log", "_.log"), ("x" * 300 + ".zip", "x" * 96 + ".zip"),
    ],
)  # fmt: skip
def test_a_name_is_only_a_name(given: str, name: str) -> None:
    assert files.safe_name(given) == name


def test_bytes_are_stored_under_a_name_of_our_own(folder: Path, link: FileLink, command: Command) -> None:
    file, new = keep(link, "../../evil.sh")
    assert (file.name, file.kind, file.size, new) == ("evil.sh", "diagnostics", 7, True)
    assert [path.name for path in folder.iterdir()] == [file.stored_as]
    assert files.path_of(file).read_bytes() == b"content"
    assert (file.command, file.station_id, file.created_by) == (command, command.station_id, "10.0.0.1")


def test_the_same_name_again_overwrites_nothing_and_the_same_file_is_kept_once(
    folder: Path, link: FileLink, command: Command
) -> None:
    first, _ = keep(link)
    other, new = keep(link, content=b"more")
    same, again = keep(link)
    assert (new, again, same) == (True, False, first)
    assert {path.name for path in folder.iterdir()} == {first.stored_as, other.stored_as}
    assert files.path_of(first).read_bytes() == b"content"


def test_what_breaks_off_or_is_too_big_leaves_nothing(
    folder: Path, link: FileLink, command: Command, settings: Any
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError("gone")

    settings.MAX_UPLOAD_MB = 1
    for chunks, error in ((broken(), OSError), ([bytes(1024 * 1024), b"x"], files.TooBig)):
        with pytest.raises(error):
            files.keep_upload(link=link, command=command, chunks=chunks, name="x", address="")
    assert list(folder.iterdir()) == []
    assert not StationFile.objects.exists()
    link.refresh_from_db()
    assert link.uploads == 0


def test_ten_files_are_enough_for_one_address(folder: Path, link: FileLink, command: Command) -> None:
    for number in range(10):
        keep(link, content=bytes([number]))
    with pytest.raises(files.TooMany):
        keep(link, content=b"one more")
    assert StationFile.objects.count() == len(list(folder.iterdir())) == 10


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_is_gone_from_the_disk_and_its_addresses_with_it(folder: Path, station: ChargingStation) -> None:
    file = files.keep_firmware(chunks=[b"image"], name="fw.bin", actor="olga")
    link = files.download_link(station, file)
    files.remove(file)
    assert list(folder.iterdir()) == []
    with pytest.raises(files.NoEntry):
        files.find(link.token)


def test_an_address_holds_for_a_week_after_its_time(folder: Path, station: ChargingStation) -> None:
    file = files.keep_firmware(chunks=[b"image"], name="fw.bin", actor="olga")
    later = timezone.now() + timedelta(days=30)
    assert files.download_link(station, file, start=later).expires_at == later + timedelta(days=7)
    link = files.upload_link(station)
    assert files.find(link.token) == link
    FileLink.objects.update(expires_at=timezone.now())
    with pytest.raises(files.NoEntry) as expired:
        files.find(link.token)
    assert expired.value.status == 410


def test_the_same_request_gets_the_same_address_and_number(station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    first = files.upload_link(station, seed="olga:key")
    assert files.upload_link(station, seed="olga:key") == first
    assert files.new_request_id("olga:key") == files.new_request_id("olga:key")
    tokens = {first.token, files.upload_link(other, seed="olga:key").token, files.upload_link(station).token}
    assert len(tokens) == 3
    assert {len(token) for token in tokens} == {32}


def test_the_address_begins_where_the_station_reached_us_unless_the_operator_says_so(
    station: ChargingStation, settings: Any
) -> None:
    link = files.upload_link(station)
    with pytest.raises(NoAddress):
        files.location(link)
    station.host = "10.0.0.9:3000"
    assert files.location(link) == f"http://10.0.0.9:3000/files/{link.token}/"
    settings.HTTPS_ONLY = True
    assert files.location(link).startswith("https://10.0.0.9:3000/")
    settings.PUBLIC_URL = "https://ocpp.test/gateway/"
    assert files.location(link) == f"https://ocpp.test/gateway/files/{link.token}/"


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("http://files/fw.bin", True), ("ftp://ann:secret@10.0.0.1:21/fw.bin", True), ("SFTP://files.test/x", True),
        ("file:///etc/passwd", False), ("fw.bin", False), ("http://", False), ("http://x:port/", False),
        ("http://x/a b", False), ("http://[::1/", False),
    ],
)  # fmt: skip
def test_an_address_elsewhere_is_one_that_stations_can_use(address: str, fine: bool) -> None:
    assert (files.trouble_with(address) == "") is fine
