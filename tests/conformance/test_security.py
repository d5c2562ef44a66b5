"""The security extension: keys, certificates, profiles."""

import asyncio
import base64
from pathlib import Path

import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conformance.charge_point import ChargePoint, charge_point
from tests.conformance.conftest import CentralSystem
from tests.conformance.tls import Authority, terminated
from tests.conformance.told import told
from tests.processes import Gateway, manage
from tests.station import Payload

KEY, NEW_KEY = "00112233445566778899AABBCCDDEEFF00112233", "FFEEDDCCBBAA99887766554433221100FFEEDDCC"


def login(cp_id: str, key: str) -> dict[str, str]:
    """HTTP Basic with the key's bytes (OCPP-J 6.2.2)."""
    pair = cp_id.encode() + b":" + bytes.fromhex(key)
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


async def given_key(gateway: Gateway, cp_id: str, key: str) -> None:
    """The operator has entered the station's AuthorizationKey; from now on it must log in."""
    async with charge_point(gateway.ws, cp_id) as cp:
        await cp.cold_boot()
    done = await asyncio.to_thread(
        manage, "station_key", cp_id, "--key", key, DATABASE_URL=f"sqlite:///{gateway.database}"
    )
    assert done.returncode == 0, done.stderr


async def refused(gateway: Gateway, cp_id: str, **options: object) -> None:
    with pytest.raises(websockets.InvalidStatus) as answer:
        async with charge_point(gateway.ws, cp_id, **options):
            pass
    assert answer.value.response.status_code == 401
    assert answer.value.response.headers["WWW-Authenticate"].startswith("Basic ")


async def test_tc_073_update_charge_point_password_for_http_basic_auth(gateway: Gateway, system: CentralSystem) -> None:
    await given_key(gateway, "TC_073", KEY)
    async with charge_point(gateway.ws, "TC_073", additional_headers=login("TC_073", KEY)) as cp:
        await cp.cold_boot()
        body = {"key": "AuthorizationKey", "value": NEW_KEY}
        await told(system, cp, "change-configuration", body, "ChangeConfiguration", "Accepted", sent=body)
    await refused(gateway, "TC_073", additional_headers=login("TC_073", KEY))
    async with charge_point(gateway.ws, "TC_073", additional_headers=login("TC_073", NEW_KEY)) as again:
        await again.cold_boot()


async def test_tc_085_basic_authentication_valid_credentials(gateway: Gateway) -> None:
    await given_key(gateway, "TC_085", KEY)
    await refused(gateway, "TC_085")
    await refused(gateway, "TC_085", additional_headers=login("TC_085", NEW_KEY))
    await refused(gateway, "TC_085", additional_headers=login("TC_000", KEY))
    async with charge_point(gateway.ws, "TC_085", additional_headers=login("TC_085", KEY)) as cp:
        await cp.cold_boot()


async def test_tc_083_upgrade_charge_point_security_profile_accepted(
    gateway: Gateway, system: CentralSystem, authority: Authority
) -> None:
    await given_key(gateway, "TC_083", KEY)
    async with charge_point(gateway.ws, "TC_083", additional_headers=login("TC_083", KEY)) as cp:
        await cp.cold_boot()
        body = {"key": "SecurityProfile", "value": "2"}
        await told(system, cp, "change-configuration", body, "ChangeConfiguration", "Accepted", sent=body)
        await told(system, cp, "reset", {"type": "Hard"}, "Reset", "Accepted", sent={"type": "Hard"})
    async with terminated(gateway.port, authority.server_context()) as port:
        options = {"ssl": authority.client_context(), "additional_headers": login("TC_083", KEY)}
        async with charge_point(f"wss://localhost:{port}", "TC_083", **options) as again:
            await again.cold_boot()
    assert (await system.get("stations/TC_083"))["securityProfile"] == 2


def request_of(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


async def asks_for_certificate(system: CentralSystem, cp: ChargePoint) -> int:
    """SignCertificate, triggered by the operator; returns the number of the request in his inbox."""
    body = {"requestedMessage": "SignChargePointCertificate"}
    await told(system, cp, "extended-trigger-message", body, "ExtendedTriggerMessage", "Accepted", sent=body)
    assert await cp.send("SignCertificate", {"csr": request_of(cp.id)}) == {"status": "Accepted"}
    (request,) = (await system.get("signing-requests", cpId=cp.id))["results"]
    assert request["state"] == "pending"
    number: int = request["id"]
    return number


async def signed(system: CentralSystem, cp: ChargePoint, status: str) -> str:
    number = await asks_for_certificate(system, cp)
    await system.post(f"signing-requests/{number}/sign")
    sent = await cp.expect("CertificateSigned", {"status": status})
    (leaf, *_) = x509.load_pem_x509_certificates(sent["certificateChain"].encode())
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == cp.id
    await cp.quiet()  # what was answered before this is stored
    return str((await system.get(f"signing-requests/{number}"))["state"])


async def test_tc_074_sign_certificate_request_accepted(cp: ChargePoint, system: CentralSystem) -> None:
    assert await signed(system, cp, "Accepted") == "accepted"


async def event(system: CentralSystem, cp: ChargePoint, kind: str) -> None:
    told_event = {"type": kind, "timestamp": "2026-03-01T12:00:00Z"}
    for _ in range(2):  # delivery is repeated until it is confirmed
        assert await cp.send("SecurityEventNotification", told_event) == {}
    events = (await system.get("security-events", cpId=cp.id))["results"]
    assert [one["type"] for one in events] == [kind]


async def test_tc_077_invalid_charge_point_certificate_security_event(cp: ChargePoint, system: CentralSystem) -> None:
    assert await signed(system, cp, "Rejected") == "rejected"
    await event(system, cp, "InvalidChargePointCertificate")


def root(authority: Authority) -> str:
    return Path(authority.root).read_text()


HASHES = {
    "hashAlgorithm": "SHA256", "issuerNameHash": "ab" * 32, "issuerKeyHash": "cd" * 32, "serialNumber": "4711",
}  # fmt: skip


async def install(
    system: CentralSystem, cp: ChargePoint, authority: Authority, kind: str, status: str = "Accepted"
) -> None:
    body = {"certificateType": kind, "certificate": root(authority)}
    await told(system, cp, "install-certificate", body, "InstallCertificate", status, sent=body)


async def list_installed(system: CentralSystem, cp: ChargePoint, kind: str) -> Payload:
    asking = system.ask(cp.id, "get-installed-certificate-ids", {"certificateType": kind})
    answer = {"status": "Accepted", "certificateHashData": [HASHES]}
    assert await cp.expect("GetInstalledCertificateIds", answer) == {"certificateType": kind}
    shown = await asking
    assert shown["certificateHashData"] == [HASHES]
    return shown


async def test_tc_075_1_install_manufacturer_root_certificate(
    cp: ChargePoint, system: CentralSystem, authority: Authority
) -> None:
    await install(system, cp, authority, "ManufacturerRootCertificate")
    (known,) = (await system.get("certificates", cpId=cp.id))["results"]
    assert (known["type"], known["state"]) == ("ManufacturerRootCertificate", "installed")
    await list_installed(system, cp, "ManufacturerRootCertificate")


async def test_tc_075_2_install_central_system_root_certificate(
    cp: ChargePoint, system: CentralSystem, authority: Authority
) -> None:
    await install(system, cp, authority, "CentralSystemRootCertificate")
    await list_installed(system, cp, "CentralSystemRootCertificate")


async def test_tc_076_delete_specific_installed_certificate(cp: ChargePoint, system: CentralSystem) -> None:
    await list_installed(system, cp, "CentralSystemRootCertificate")
    body = {"certificateHashData": HASHES}
    await told(system, cp, "delete-certificate", body, "DeleteCertificate", "Accepted", sent=body)
    (known,) = (await system.get("certificates", cpId=cp.id))["results"]
    assert known["state"] == "deleted"


async def test_tc_078_invalid_central_system_certificate_security_event(
    cp: ChargePoint, system: CentralSystem, authority: Authority
) -> None:
    await install(system, cp, authority, "CentralSystemRootCertificate", "Rejected")
    assert (await system.get("certificates", cpId=cp.id, state="installed"))["results"] == []
    await event(system, cp, "InvalidCentralSystemCertificate")
