"""Certificates, keys and profiles, as a decent charge point treats them."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from ocpp.v16 import call, call_result

from tests.test_client.conftest import Charging
from tests.test_client.csms import Csms

pytestmark = pytest.mark.asyncio
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(subject: x509.Name, key: Any, *, signed_by: Any = ROOT_KEY, days: int = 1) -> str:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(named("root")).public_key(key)
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
    )  # fmt: skip
    return builder.sign(signed_by, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def root(days: int = 1) -> str:
    return pem(named("root"), ROOT_KEY.public_key(), days=days)


async def asked(csms: Csms) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr((await csms.heard("SignCertificate"))["csr"].encode())


async def test_a_certificate_is_asked_for_and_taken(csms: Csms, charging: Charging) -> None:
    async with charging(sign_certificate=True, cp_id="CP_7"):
        request = await asked(csms)
        assert request.is_signature_valid
        assert request.subject.rfc4514_string() == "CN=CP_7"
        chain = pem(request.subject, request.public_key())
        assert (await csms.link.tell(call.CertificateSigned(chain))).status == "Accepted"
        assert not csms.said("SecurityEventNotification")


async def test_a_certificate_is_asked_for_when_it_is_triggered(csms: Csms, charging: Charging) -> None:
    """TC_074."""
    async with charging(cp_id="CP_7"):
        asking = call.ExtendedTriggerMessage("SignChargePointCertificate")
        assert (await csms.link.tell(asking)).status == "Accepted"
        request = await asked(csms)
        assert request.subject.rfc4514_string() == "CN=CP_7"
        assert (
            await csms.link.tell(call.CertificateSigned(pem(request.subject, request.public_key())))
        ).status == "Accepted"


@pytest.mark.parametrize("wrong", ["nonsense", "another key", "ended", "another root"])
async def test_a_certificate_that_is_wrong_is_rejected_and_told_as_an_event(
    csms: Csms, charging: Charging, wrong: str
) -> None:
    """TC_077."""
    async with charging(sign_certificate=True):
        request = await asked(csms)
        other = ec.generate_private_key(ec.SECP256R1())
        await csms.link.tell(call.InstallCertificate(CENTRAL, root()))
        chains = {
            "nonsense": "x",
            "another key": pem(request.subject, other.public_key()),
            "ended": pem(request.subject, request.public_key(), days=-1),
            "another root": pem(request.subject, request.public_key(), signed_by=other),
        }
        assert (await csms.link.tell(call.CertificateSigned(chains[wrong]))).status == "Rejected"
        event = await csms.heard("SecurityEventNotification")
        assert event["type"] == "InvalidChargePointCertificate"


async def test_roots_are_installed_listed_and_deleted(csms: Csms, charging: Charging) -> None:
    """TC_075, TC_076."""
    async with charging():
        tell = csms.link.tell
        assert (await tell(call.GetInstalledCertificateIds(MANUFACTURER))).status == "NotFound"
        assert (await tell(call.InstallCertificate(MANUFACTURER, root()))).status == "Accepted"
        listed = await tell(call.GetInstalledCertificateIds(MANUFACTURER))
        [data] = listed.certificate_hash_data
        assert (listed.status, data["hash_algorithm"], len(data["issuer_key_hash"])) == ("Accepted", "SHA256", 64)
        assert (await tell(call.GetInstalledCertificateIds(CENTRAL))).status == "NotFound"
        wanted = {
            "hashAlgorithm": data["hash_algorithm"], "issuerNameHash": data["issuer_name_hash"],
            "issuerKeyHash": data["issuer_key_hash"], "serialNumber": data["serial_number"],
        }  # fmt: skip
        assert (await tell(call.DeleteCertificate(wanted))).status == "Accepted"
        assert (await tell(call.DeleteCertificate(wanted))).status == "NotFound"


async def test_a_root_that_is_wrong_is_rejected_and_told_as_an_event(csms: Csms, charging: Charging) -> None:
    """TC_078."""
    async with charging():
        for certificate in ("x", root(days=-1)):
            assert (await csms.link.tell(call.InstallCertificate(CENTRAL, certificate))).status == "Rejected"
        event = await csms.heard("SecurityEventNotification", 2)
        assert event["type"] == "InvalidCentralSystemCertificate"


async def test_a_new_key_is_used_at_once_and_never_told(csms: Csms, charging: Charging) -> None:
    """TC_073: on the wire it is the bytes that the hexadecimal digits stand for."""
    key = bytes(range(200, 220))
    async with charging(password="first"):
        tell = csms.link.tell
        assert (await tell(call.ChangeConfiguration("AuthorizationKey", "short"))).status == "Rejected"
        assert (await tell(call.ChangeConfiguration("AuthorizationKey", key.hex()))).status == "Accepted"
        await csms.heard("BootNotification", 2)
        passwords = [base64.b64decode(headers["Authorization"][6:]) for headers in csms.headers]
        assert passwords == [b"CP_TEST_001:first", b"CP_TEST_001:" + key]
        told = await csms.link.tell(call.GetConfiguration(["AuthorizationKey"]))
        assert [entry.get("value") for entry in told.configuration_key] == [None]


async def test_a_profile_is_only_raised_and_only_with_a_key(csms: Csms, charging: Charging) -> None:
    """TC_083."""
    async with charging():
        assert (await csms.link.tell(call.ChangeConfiguration("SecurityProfile", "1"))).status == "Rejected"
        await csms.link.tell(call.ChangeConfiguration("AuthorizationKey", "00" * 16))
        await csms.heard("BootNotification", 2)
        assert (await csms.link.tell(call.ChangeConfiguration("SecurityProfile", "1"))).status == "Accepted"
        await csms.heard("BootNotification", 3)
        for value in ("1", "0"):
            assert (await csms.link.tell(call.ChangeConfiguration("SecurityProfile", value))).status == "Rejected"
        events = [event["techInfo"] for event in csms.said("SecurityEventNotification")]
        assert events == ["AuthorizationKey", "SecurityProfile"]


async def test_a_rejected_request_does_not_fail_the_run(csms: Csms, charging: Charging) -> None:
    csms.bend["SignCertificate"] = lambda _: call_result.SignCertificate("Rejected")
    async with charging(sign_certificate=True) as run:
        await csms.heard("SignCertificate")
        await csms.heard("MeterValues", len(csms.said("MeterValues")) + 1)
        assert not run.done()
