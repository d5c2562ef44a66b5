"""Firmware, diagnostics and logs, as a decent charge point handles them."""

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from ocpp.v16 import call

from ocpp_ws.test_client.clock import wire_time
from tests.test_client.conftest import Charging
from tests.test_client.csms import Csms

pytestmark = pytest.mark.asyncio
DAY = timedelta(days=1)
FIRMWARE = b"firmware" * 50_000
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Files(ThreadingHTTPServer):
    """Hands out FIRMWARE at /fw.bin, and keeps what is PUT."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Files

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/fw.bin" else 404)
        self.end_headers()
        if self.path == "/fw.bin":
            self.wfile.write(FIRMWARE)

    def do_PUT(self) -> None:
        self.server.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def files() -> Iterator[Files]:
    with Files() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def statuses(csms: Csms, action: str) -> list[str]:
    return [payload["status"] for payload in csms.said(action)]


@pytest.mark.parametrize(
    ("fail", "told"),
    [
        ("", ["Downloading", "Downloaded", "Installing", "Installed"]),
        ("download", ["Downloading", "DownloadFailed"]),
        ("installation", ["Downloading", "Downloaded", "Installing", "InstallationFailed"]),
    ],
)
async def test_an_update_is_downloaded_and_installed_or_fails_on_its_way(
    csms: Csms, charging: Charging, files: Files, fail: str, told: list[str]
) -> None:
    async with charging(step=0.01, fail=fail):
        await csms.link.tell(call.UpdateFirmware(f"{files.url}/fw.bin", wire_time()))
        await csms.until(lambda: statuses(csms, "FirmwareStatusNotification") == told)


async def test_an_update_from_nowhere_fails_after_its_retries(csms: Csms, charging: Charging, files: Files) -> None:
    async with charging(step=0.01):
        await csms.link.tell(call.UpdateFirmware(f"{files.url}/nowhere", wire_time(), retries=1, retry_interval=0))
        await csms.until(lambda: statuses(csms, "FirmwareStatusNotification") == ["Downloading", "DownloadFailed"])


@pytest.mark.parametrize(("fail", "end"), [("", "Uploaded"), ("upload", "UploadFailed")])
async def test_diagnostics_are_put_under_the_announced_name(
    csms: Csms, charging: Charging, files: Files, fail: str, end: str
) -> None:
    async with charging(step=0.01, fail=fail):
        name = (await csms.link.tell(call.GetDiagnostics(f"{files.url}/in/"))).file_name
        await csms.until(lambda: statuses(csms, "DiagnosticsStatusNotification") == ["Uploading", end])
    assert list(files.kept) == ([] if fail else [f"/in/{name}"])
    assert fail or b"HeartbeatInterval" in files.kept[f"/in/{name}"]


@pytest.mark.parametrize(("fail", "end"), [("", "Uploaded"), ("upload", "UploadFailure")])
async def test_a_log_is_put_and_told_with_its_request_id(
    csms: Csms, charging: Charging, files: Files, fail: str, end: str
) -> None:
    async with charging(step=0.01, fail=fail):
        answer = await csms.link.tell(call.GetLog({"remoteLocation": f"{files.url}/in"}, "SecurityLog", 7))
        assert answer.status == "Accepted"
        await csms.until(lambda: statuses(csms, "LogStatusNotification") == ["Uploading", end])
    assert {payload["requestId"] for payload in csms.said("LogStatusNotification")} == {7}
    assert list(files.kept) == ([] if fail else [f"/in/{answer.filename}"])


def certified(key: Key) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vendor")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def signed(key: Key, content: bytes) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        raw = key.sign(content, padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH), SHA256())
    else:
        raw = key.sign(content, ec.ECDSA(SHA256()))
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize("curve", [False, True], ids=["RSA-PSS", "ECDSA"])
async def test_a_signed_update_is_installed_only_if_its_signature_fits(
    csms: Csms, charging: Charging, files: Files, curve: bool
) -> None:
    key: Key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)
    firmware = {
        "location": f"{files.url}/fw.bin", "retrieveDateTime": wire_time(), "signingCertificate": certified(key),
    }  # fmt: skip
    good = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]
    bad = ["Downloading", "Downloaded", "InvalidSignature"]
    async with charging(step=0.01):
        await csms.link.tell(call.SignedUpdateFirmware(7, {**firmware, "signature": signed(key, FIRMWARE)}))
        await csms.until(lambda: statuses(csms, "SignedFirmwareStatusNotification") == good)
        await csms.link.tell(call.SignedUpdateFirmware(8, {**firmware, "signature": signed(key, b"another")}))
        assert (await csms.heard("SecurityEventNotification"))["type"] == "InvalidFirmwareSignature"
        assert statuses(csms, "SignedFirmwareStatusNotification") == good + bad
        await csms.link.tell(call.ExtendedTriggerMessage("FirmwareStatusNotification"))
        last = await csms.heard("SignedFirmwareStatusNotification", 9)
        assert last == {"status": "InvalidSignature", "requestId": 8}


async def test_a_certificate_that_is_none_is_refused(csms: Csms, charging: Charging) -> None:
    firmware = {"location": "http://x/y", "retrieveDateTime": wire_time(), "signature": "", "signingCertificate": "PEM"}
    async with charging():
        assert (await csms.link.tell(call.SignedUpdateFirmware(7, firmware))).status == "InvalidCertificate"
        assert (await csms.heard("SecurityEventNotification"))["type"] == "InvalidFirmwareSigningCertificate"


@pytest.mark.parametrize(
    ("message", "action", "payload"),
    [
        ("LogStatusNotification", "LogStatusNotification", {"status": "Idle"}),
        ("FirmwareStatusNotification", "SignedFirmwareStatusNotification", {"status": "Idle"}),
        ("Heartbeat", "Heartbeat", {}),
    ],
)
async def test_extended_triggers(
    csms: Csms, charging: Charging, message: str, action: str, payload: dict[str, str]
) -> None:
    async with charging():
        assert (await csms.link.tell(call.ExtendedTriggerMessage(message))).status == "Accepted"
        assert await csms.heard(action) == payload
