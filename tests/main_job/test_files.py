"""Stations fetch firmware from the gateway and bring it their files, over real sockets."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.main_job.conftest import client, gateway_process
from tests.processes import Gateway, manage
from tests.station import Station, station

MIB = 1024 * 1024
BIG = 100


@pytest.fixture(scope="module")
def filing(migrated_database: Path) -> Iterator[Gateway]:
    with gateway_process(migrated_database, MAX_UPLOAD_MB="101") as running:
        yield running


@pytest.fixture
async def api(filing: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with client(filing) as connected:
        yield connected


@pytest.fixture
async def staff(filing: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """Logged in: a form is never taken without."""
    env = {"DATABASE_URL": f"sqlite:///{filing.database}", "DJANGO_SUPERUSER_PASSWORD": "pw"}
    manage("createsuperuser", "--noinput", "--username", "ann", "--email", "a@b.test", **env)
    async with client(filing) as browser:
        await browser.get("/admin/login/")
        token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        await browser.post("/admin/login/", data={"username": "ann", "password": "pw", **token})
        browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
        yield browser


async def chunks(megabytes: int) -> AsyncIterator[bytes]:
    for number in range(megabytes):
        yield bytes([number]) * MIB


def digest(megabytes: int) -> str:
    whole = hashlib.sha256()
    for number in range(megabytes):
        whole.update(bytes([number]) * MIB)
    return whole.hexdigest()


def peak(server: Gateway) -> int:
    status = Path(f"/proc/{server.child.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


async def asked(cp: Station, api: httpx.AsyncClient, route: str, body: Any, answer: Any) -> tuple[Any, Any]:
    """Give a command and answer it: the CALL's payload, and the command as the API tells it."""
    action = "".join(word.capitalize() for word in route.split("-"))
    asking = asyncio.create_task(api.post(f"/api/admin/{cp_id(cp)}/{route}", json=body))
    payload = await cp.expect(action, answer)
    response = await asking
    assert response.status_code == 200, response.text
    return payload, response.json()


def cp_id(cp: Station) -> str:
    return cp.socket.request.path.strip("/")  # type: ignore[union-attr]


async def test_a_big_upload_and_its_download_cost_no_memory_and_hold_up_nobody(
    filing: Gateway, api: httpx.AsyncClient
) -> None:
    async with station(filing.ws, "CP_BIG") as cp:
        await cp.boot()
        call, answer = await asked(cp, api, "get-diagnostics", {}, {"fileName": "big.bin"})
        before = peak(filing)
        putting = asyncio.create_task(api.put(call["location"], content=chunks(BIG)))
        values = 0
        while not putting.done():
            status = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
            await cp.send("StatusNotification", status)  # it takes a commit
            values += 1
            await asyncio.sleep(0.01)
        assert putting.result().status_code == 201
        assert values > 3
        command = (await api.get(f"/api/commands/{answer['commandId']}")).json()
        (number,) = command["fileIds"]
        file = (await api.get(f"/api/files/{number}")).json()
        assert (file["name"], file["size"], file["sha256"]) == ("big.bin", BIG * MIB, digest(BIG))
        got = hashlib.sha256()
        async with api.stream("GET", file["contentUrl"]) as response:
            assert response.headers["Content-Disposition"] == 'attachment; filename="big.bin"'
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "Content-Encoding" not in response.headers
            async for chunk in response.aiter_raw():
                got.update(chunk)
        assert got.hexdigest() == digest(BIG)
        assert peak(filing) - before < 25 * MIB


@pytest.mark.parametrize("below", ["", "/", "/diag.zip", "diag.zip", "//..%2F..%2Fdiag.zip"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_diagnostics_come_by_put_and_by_post_with_and_without_a_name(
    filing: Gateway, api: httpx.AsyncClient, method: str, below: str
) -> None:
    async with station(filing.ws, "CP_DIAG") as cp:
        await cp.boot()
        call, answer = await asked(cp, api, "get-diagnostics", {}, {"fileName": "diag.zip"})
        assert call["location"].startswith(f"{filing.http}/files/")
        raw = call["location"].rstrip("/") + below
        assert (await api.request(method, raw, content=b"zipped")).status_code == 201
        assert (await api.request(method, raw, content=b"zipped")).status_code == 200, "it may not have seen the answer"
        await cp.send("DiagnosticsStatusNotification", {"status": "Uploaded"})
        command = (await api.get(f"/api/commands/{answer['commandId']}")).json()
        assert [report["status"] for report in command["progress"]] == ["Uploaded"]
        (number,) = command["fileIds"]
        file = (await api.get(f"/api/files/{number}")).json()
        assert (file["name"], file["kind"], file["cpId"]) == ("diag.zip", "diagnostics", "CP_DIAG")
        assert (await api.get(f"/api/files/{number}/content")).content == b"zipped"


async def test_a_log_comes_as_a_form_with_several_files(filing: Gateway, api: httpx.AsyncClient) -> None:
    async with station(filing.ws, "CP_LOG") as cp:
        await cp.boot()
        body = {"logType": "SecurityLog"}
        call, answer = await asked(cp, api, "get-log", body, {"status": "AcceptedCanceled", "filename": "x.log"})
        assert answer["accepted"] is True
        place = call["log"]["remoteLocation"]
        for method in ("POST", "PUT"):
            form = {"a": (f"a-{method}.log", b"one"), "b": (f"../b-{method}.log", b"two")}
            assert (await api.request(method, place, files=form)).status_code == 201
        told = {"status": "Uploaded", "requestId": call["requestId"]}
        await cp.send("LogStatusNotification", told)
        command = (await api.get(f"/api/commands/{answer['commandId']}")).json()
        assert command["progress"][0]["requestId"] == call["requestId"]
        kept = (await api.get(f"/api/files?commandId={answer['commandId']}&ordering=name")).json()["results"]
        assert [file["name"] for file in kept] == ["a-POST.log", "a-PUT.log", "b-POST.log", "b-PUT.log"]
        assert {file["kind"] for file in kept} == {"security_log"}


async def test_a_chunked_form_is_read_as_well(filing: Gateway, api: httpx.AsyncClient) -> None:
    async with station(filing.ws, "CP_CHUNKS") as cp:
        await cp.boot()
        call, _ = await asked(cp, api, "get-diagnostics", {}, {})

        async def form() -> AsyncIterator[bytes]:
            yield b'--edge\r\nContent-Disposition: form-data; name="f"; filename="c.zip"\r\n\r\n'
            yield b"zipped\r\n--edge--\r\n"

        headers = {"Content-Type": "multipart/form-data; boundary=edge"}
        assert (await api.post(call["location"], content=form(), headers=headers)).status_code == 201


async def test_what_is_no_upload_is_refused_and_leaves_nothing(filing: Gateway, api: httpx.AsyncClient) -> None:
    async with station(filing.ws, "CP_BAD") as cp:
        await cp.boot()
        call, answer = await asked(cp, api, "get-diagnostics", {}, {})
        place = call["location"]
        tries = [
            (await api.put(place, content=b"")).status_code,
            (await api.put(place, content=b"x", headers={"Content-Range": "bytes 0-0/9"})).status_code,
            (await api.post(place, content=b"x", headers={"Content-Type": "multipart/form-data"})).status_code,
            (await api.get(place)).status_code,
            (await api.put(place.replace("/files/", "/files/x"), content=b"x")).status_code,
            (await api.put(f"{filing.http}/files/{'x' * 32}", content=b"x")).status_code,
        ]
        assert tries == [400, 400, 400, 405, 404, 404]
        await interrupted(place)
        assert (await api.get(f"/api/commands/{answer['commandId']}")).json()["fileIds"] == []


async def interrupted(place: str) -> None:
    """An upload whose sender hangs up in the middle."""
    parts = urlsplit(place)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"PUT {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode() + b"x" * 500)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def uploaded(staff: httpx.AsyncClient, megabytes: int, **about: str) -> int:
    image = b"".join([chunk async for chunk in chunks(megabytes)])
    response = await staff.post("/api/files", files={"file": ("ac22.bin", image)}, data=about)
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


async def test_firmware_is_fetched_from_here_and_its_way_is_told(
    filing: Gateway, staff: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    number = await uploaded(staff, 3, version="2.4.1")
    async with station(filing.ws, "CP_FW") as cp, httpx.AsyncClient(trust_env=False) as street:
        await cp.boot()
        body = {"fileId": number, "retrieveDate": "2026-11-24T22:00:00Z"}
        call, answer = await asked(cp, api, "update-firmware", body, {})
        assert call["retrieveDate"] == "2026-11-24T22:00:00Z"
        assert re.fullmatch(rf"{filing.http}/files/[\w-]{{32}}/ac22\.bin", call["location"])
        head = await street.head(call["location"])
        assert (head.headers["Content-Length"], head.headers["Accept-Ranges"]) == (str(3 * MIB), "bytes")
        # behind a proxy, or by another name: a station is not asked for one of ALLOWED_HOSTS
        first = await street.get(call["location"], headers={"Range": f"bytes=0-{MIB - 1}", "Host": "10.0.0.9"})
        assert (first.status_code, first.headers["Content-Range"]) == (206, f"bytes 0-{MIB - 1}/{3 * MIB}")
        rest = await street.get(call["location"], headers={"Range": f"bytes={MIB}-", "If-Range": first.headers["ETag"]})
        changed = await street.get(call["location"], headers={"Range": "bytes=5-", "If-Range": '"another file"'})
        assert (changed.status_code, len(changed.content)) == (200, 3 * MIB), "a rest that does not fit is of no use"
        assert hashlib.sha256(first.content + rest.content).hexdigest() == digest(3)
        for status in ("Downloading", "Downloaded", "Installing", "InstallationFailed"):
            await cp.send("FirmwareStatusNotification", {"status": status})
        command = (await api.get(f"/api/commands/{answer['commandId']}")).json()
        assert [report["status"] for report in command["progress"]][-1] == "InstallationFailed"
        page = (await staff.get(f"/admin/stations/stationfile/{number}/change/")).text
        assert "CP_FW" in page
        cells = re.findall(r"<td>(\d+)</td>", page)
        assert cells == ["4", "2"], "four requests, two of which reached the end"
        page = (await staff.get(f"/admin/stations/command/{answer['commandId']}/change/")).text
        assert 'chip chip-red" title="">InstallationFailed' in page
        assert (await staff.delete(f"/api/files/{number}")).status_code == 204
        assert (await street.get(call["location"])).status_code == 404


@pytest.mark.parametrize(
    ("asked_for", "status", "content"),
    [
        ("bytes=-3", 206, b"xyz"), ("bytes=1-1", 206, b"b"), ("bytes=24-", 206, b"yz"), ("bytes=20-99", 206, b"uvwxyz"),
        ("bytes=0-", 200, None), ("bytes=-99", 200, None), ("bytes=0-1,3-4", 200, None), ("lines=1-2", 200, None),
        ("bytes=5-2", 200, None), ("bytes=26-", 416, b""), ("bytes=-0", 416, b""),
    ],
)  # fmt: skip
async def test_ranges(
    filing: Gateway, api: httpx.AsyncClient, asked_for: str, status: int, content: bytes | None
) -> None:
    alphabet = bytes(range(97, 123))
    async with station(filing.ws, "CP_RANGE") as cp:
        await cp.boot()
        call, answer = await asked(cp, api, "get-diagnostics", {}, {})
        assert (await api.put(call["location"], content=alphabet)).status_code == 201
    (number,) = (await api.get(f"/api/commands/{answer['commandId']}")).json()["fileIds"]
    response = await api.get(f"/api/files/{number}/content", headers={"Range": asked_for, "Accept": "application/x"})
    assert (response.status_code, response.content) == (status, alphabet if content is None else content)


async def test_a_repeated_request_is_the_same_command(filing: Gateway, api: httpx.AsyncClient) -> None:
    async with station(filing.ws, "CP_TWICE") as cp:
        await cp.boot()
        api.headers["Idempotency-Key"] = "once"
        body = {"logType": "DiagnosticsLog"}
        _, first = await asked(cp, api, "get-log", body, {"status": "Accepted", "filename": "a"})
        again = (await api.post("/api/admin/CP_TWICE/get-log", json=body)).json()
        assert again["commandId"] == first["commandId"]
        other = await api.post("/api/admin/CP_TWICE/get-log", json={"logType": "SecurityLog"})
        assert other.status_code == 422


async def test_a_signed_update_takes_signature_and_certificate_from_the_file(
    filing: Gateway, staff: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    number = await uploaded(staff, 1, signature="c2ln", signingCertificate="-----BEGIN CERTIFICATE-----")
    async with station(filing.ws, "CP_SIGNED") as cp:
        await cp.boot()
        body = {"fileId": number, "firmware": {"retrieveDateTime": "2026-11-24T22:00:00Z"}}
        call, answer = await asked(cp, api, "signed-update-firmware", body, {"status": "InvalidCertificate"})
        assert answer["accepted"] is False
        assert call["firmware"]["signature"] == "c2ln"
        assert call["firmware"]["signingCertificate"] == "-----BEGIN CERTIFICATE-----"
        assert call["firmware"]["location"].endswith("/ac22.bin")
        told = {"status": "InvalidSignature", "requestId": call["requestId"]}
        await cp.send("SignedFirmwareStatusNotification", told)
