"""The inbox of signing requests: what is taken, what is rejected, who signs, and what comes of it."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509 as crypto
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from stations.certificates import authority, inventory, refuse, sign, signing_request
from stations.certificates.reading import Unreadable, read_chain
from stations.certificates.signing import CannotSign
from stations.models import Certificate, ChargingStation, Command, SigningRequest
from tests.stations import x509

NOW = timezone.now()


@pytest.fixture(autouse=True)
def own_authority(settings: LazySettings, tmp_path: Path) -> None:
    settings.CA_FOLDER, settings.CPO_NAME = tmp_path / "ca", "Acme"
    authority.make(kind="ec", organization="Acme", days=1000, now=NOW)


@pytest.fixture
def station(db: None) -> ChargingStation:
    return ChargingStation.objects.create(cp_id="CP_1", serial_number="SN-1", epoch=1)


def asks(station: ChargingStation, csr: str, *, authenticated: bool = False, now: Any = NOW) -> str:
    return signing_request(station_id=station.pk, csr=csr, authenticated=authenticated, now=now)


def inbox() -> SigningRequest:
    return SigningRequest.objects.get()


def one_line(csr: str) -> str:
    return "".join(line for line in csr.splitlines() if "-----" not in line)


WRITTEN = {
    "PEM": lambda csr: csr,
    "CRLF": lambda csr: csr.replace("\n", "\r\n"),
    "escaped line breaks": lambda csr: csr.replace("\n", "\\n"),
    "no line breaks": lambda csr: csr.replace("\n", ""),
    "NEW": lambda csr: csr.replace("BEGIN CERT", "BEGIN NEW CERT").replace("END CERT", "END NEW CERT"),
    "base64 of DER": one_line,
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_request_is_read_however_it_is_written(station: ChargingStation, how: str) -> None:
    assert asks(station, WRITTEN[how](x509.request())) == "Accepted"
    row = inbox()
    assert (row.state, row.subject, row.key_words) == ("pending", "CN=SN-1", "EC secp256r1")
    assert row.remark.startswith("It names no organization")
    assert row.csr.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")


def broken_signature() -> str:
    """Signed for another name."""
    import base64

    der = base64.b64decode(one_line(x509.request())).replace(b"SN-1", b"SN-2")
    return base64.b64encode(der).decode()


@pytest.mark.parametrize(
    "part", ["-----BEGIN A-----", "-----BEGIN A----------END B-----", "-----BEGIN A----------END A-----", "-", "MIIB"]
)
def test_no_request_takes_long_to_read(station: ChargingStation, part: str) -> None:
    """The writer waits for it, and every station for the writer. 4 MB are the largest frame."""
    started = time.monotonic()
    assert asks(station, part * (4_000_000 // len(part))) == "Rejected"
    assert time.monotonic() - started < 5
    assert inbox().remark == "The request has more than 10000 characters."


@pytest.mark.parametrize("part", ["-----BEGIN A-----", "-----BEGIN A----------END B-----", "-----END A-----"])
def test_no_chain_takes_long_to_read(part: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unreadable):
        read_chain(part * (1_000_000 // len(part)))
    assert time.monotonic() - started < 5


def test_what_stands_around_the_blocks_of_a_chain_does_not_matter() -> None:
    one, other = x509.certificate(), x509.certificate()
    text = f"Issuer: CN=x -----\n{x509.pem(one)}subject=y\n{x509.pem(other)}-----"
    assert read_chain(text) == [one, other]


NAMES = crypto.Name([crypto.NameAttribute(NameOID.COMMON_NAME, one) for one in ("SN-1", "SN-2")])
REJECTED = {
    "nonsense": ("not PEM at all!", "neither PEM nor base64"),
    "empty": ("", "not a readable"),
    "a certificate": (x509.pem(x509.certificate()), "not a readable"),
    "weak RSA": (x509.request(key=x509.WEAK_KEY), "1024 bits; 2048"),
    "small curve": (x509.request(key=x509.SMALL_CURVE), "192 bits; 224"),
    "odd key": (x509.request(key=x509.ODD_KEY), "RSA or EC"),
    "no name": (x509.request(x509.name("", "Acme")), "one commonName"),
    "two names": (x509.request(NAMES), "one commonName"),
    "another's name": (x509.request(x509.name("SN-2")), "has not this station's serial number"),
    "a URL": (x509.request(x509.name("wss://SN-1")), "is an address"),
    "an address": (x509.request(x509.name("10.0.0.1")), "is an address"),
    "another owner": (x509.request(x509.name(owner="Evil")), "is not Acme"),
}


@pytest.mark.parametrize("what", REJECTED)
def test_what_cannot_be_signed_is_rejected_at_once_and_says_why(station: ChargingStation, what: str) -> None:
    csr, why = REJECTED[what]
    assert asks(station, csr, authenticated=True) == "Rejected"
    assert inbox().state == "invalid"
    assert why in inbox().remark
    with pytest.raises(CannotSign):
        sign(inbox(), by="olga", now=NOW)
    assert not Command.objects.exists()


def test_a_request_whose_signature_is_wrong_is_rejected(station: ChargingStation) -> None:
    ChargingStation.objects.update(serial_number="SN-2")
    assert asks(station, broken_signature()) == "Rejected"
    assert "not made with its key" in inbox().remark


def test_a_request_that_has_become_right_is_taken(station: ChargingStation) -> None:
    ChargingStation.objects.update(serial_number="SN-9")
    assert asks(station, x509.request()) == "Rejected"
    ChargingStation.objects.update(serial_number="SN-1")
    assert asks(station, x509.request()) == "Accepted"
    assert inbox().state == "pending"


def test_without_a_known_serial_number_the_operator_is_told(station: ChargingStation) -> None:
    ChargingStation.objects.update(serial_number="")
    assert asks(station, x509.request(x509.name("anything", "Acme"))) == "Accepted"
    assert "no serial number to compare" in inbox().remark


@pytest.mark.parametrize("key", [x509.KEY, x509.RSA_KEY], ids=["EC", "RSA"])
def test_the_local_authority_makes_a_client_certificate(station: ChargingStation, key: Any) -> None:
    asks(station, x509.request(key=key))
    command = sign(inbox(), by="olga", now=NOW)
    assert (command.action, command.actor, command.state) == ("CertificateSigned", "olga", "queued")
    [leaf] = read_chain(command.payload["certificateChain"])
    [root] = read_chain(authority.certificates()["ec"])
    leaf.verify_directly_issued_by(root)
    assert leaf.public_key() == key.public_key()
    assert leaf.subject.rfc4514_string() == "CN=SN-1,O=Acme"
    assert not leaf.extensions.get_extension_for_class(crypto.BasicConstraints).value.ca
    usage = leaf.extensions.get_extension_for_class(crypto.KeyUsage)
    assert (usage.critical, usage.value.digital_signature, usage.value.key_cert_sign) == (True, True, False)
    assert list(leaf.extensions.get_extension_for_class(crypto.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert leaf.serial_number.bit_length() > 64
    assert leaf.not_valid_before_utc < NOW < leaf.not_valid_after_utc


def test_a_certificate_does_not_outlive_its_authority(station: ChargingStation, settings: LazySettings) -> None:
    settings.CERTIFICATE_DAYS = 5000
    asks(station, x509.request())
    [leaf] = read_chain(sign(inbox(), by="olga", now=NOW).payload["certificateChain"])
    [root] = read_chain(authority.certificates()["ec"])
    assert leaf.not_valid_after_utc == root.not_valid_after_utc


def test_each_kind_of_key_is_signed_by_its_own_authority_where_there_is_one(station: ChargingStation) -> None:
    authority.make(kind="rsa", organization="Acme", days=1000, now=NOW)
    for key, kind in ((x509.KEY, "ec"), (x509.RSA_KEY, "rsa")):
        asks(station, x509.request(key=key))
        [leaf] = read_chain(
            sign(SigningRequest.objects.get(state="pending"), by="olga", now=NOW).payload["certificateChain"]
        )
        [root] = read_chain(authority.certificates()[kind])
        leaf.verify_directly_issued_by(root)


def test_the_authority_is_made_once_and_its_key_is_for_nobody_else(settings: LazySettings) -> None:
    assert (settings.CA_FOLDER / "ec.key").stat().st_mode & 0o777 == 0o600
    before = (settings.CA_FOLDER / "ec.pem").read_text()
    with pytest.raises(CommandError, match="there is an authority already"):
        call_command("make_ca")
    assert (settings.CA_FOLDER / "ec.pem").read_text() == before
    with pytest.raises(CommandError, match="CPO_NAME"):
        call_command("make_ca", key="rsa", organization="")


def test_without_an_authority_signing_says_what_to_do(station: ChargingStation, settings: LazySettings) -> None:
    settings.CA_FOLDER = settings.CA_FOLDER / "none"
    settings.SIGN_CERTIFICATES = "automatic"
    assert asks(station, x509.request(), authenticated=True) == "Accepted"
    assert (inbox().state, "make_ca" in inbox().remark) == ("pending", True)
    with pytest.raises(CannotSign, match="make_ca"):
        sign(inbox(), by="olga", now=NOW)
    assert inbox().state == "pending"


def triggered(station: ChargingStation, **columns: Any) -> None:
    told: dict[str, Any] = {"state": "answered", "status": "Accepted", "sent_at": NOW - timedelta(minutes=1)} | columns
    payload = {"requestedMessage": "SignChargePointCertificate"}
    Command.objects.create(station=station, action="ExtendedTriggerMessage", payload=payload, actor="olga", **told)


@pytest.mark.parametrize(
    ("policy", "authenticated", "trigger", "state"),
    [
        ("by_hand", True, {}, "pending"),
        ("automatic", True, None, "signed"),
        ("automatic", False, None, "pending"),
        ("automatic", False, {}, "signed"),
        ("automatic", False, {"status": "Rejected"}, "pending"),
        ("automatic", False, {"sent_at": NOW - timedelta(hours=1)}, "pending"),
    ],
)
def test_only_a_proved_or_asked_for_request_is_signed_by_itself(
    station: ChargingStation, settings: LazySettings, policy: str, authenticated: bool, trigger: Any, state: str
) -> None:
    settings.SIGN_CERTIFICATES = policy
    if trigger is not None:
        triggered(station, **trigger)
    assert asks(station, x509.request(), authenticated=authenticated) == "Accepted"
    assert inbox().state == state
    assert Command.objects.filter(action="CertificateSigned").count() == (state == "signed")


@pytest.mark.parametrize(
    ("other", "common"),
    [
        ({"cp_id": "CP_2", "serial_number": "sn-1"}, "SN-1"),
        ({"cp_id": "CP_2", "charge_box_serial_number": "SN-1"}, "box SN-1"),
        ({"cp_id": "CP_2", "serial_number": "box sn-1"}, "box SN-1"),
        ({"cp_id": "sn-1"}, "SN-1"),
        ({"cp_id": "CP_2", "serial_number": "SN-10"}, "SN-10 "),
        ({"cp_id": "CP_2", "serial_number": "sn-10"}, "xSN-10"),
        ({"cp_id": "CP_2", "charge_box_serial_number": "SN-10"}, "Station SN-10"),
        ({"cp_id": "CP_2", "serial_number": "SN-2"}, "SN-1 SN-2"),
        ({"cp_id": "CP_2", "serial_number": "a_N-1"}, "a_N-1 SN-1"),
    ],
)
def test_a_name_that_another_station_has_is_not_signed_by_itself(
    station: ChargingStation, settings: LazySettings, other: dict[str, str], common: str
) -> None:
    settings.SIGN_CERTIFICATES = "automatic"
    ChargingStation.objects.create(**other)
    for _ in range(2):
        assert asks(station, x509.request(x509.name(common)), authenticated=True) == "Accepted"
    assert (inbox().state, Command.objects.count()) == ("pending", 0)
    assert f"{other['cp_id']} has the same" in inbox().remark
    sign(inbox(), by="olga", now=NOW)


def test_what_other_stations_have_besides_does_not_matter(station: ChargingStation, settings: LazySettings) -> None:
    settings.SIGN_CERTIFICATES = "automatic"
    ChargingStation.objects.update(charge_box_serial_number="0000")
    ChargingStation.objects.create(cp_id="CP_2", serial_number="SN-10", charge_box_serial_number="0000")
    ChargingStation.objects.create(cp_id="CP_3", serial_number="S", charge_box_serial_number="____")
    asks(station, x509.request(), authenticated=True)
    assert inbox().state == "signed"


def test_the_same_request_again_is_one_and_sends_nothing_twice(
    station: ChargingStation, settings: LazySettings
) -> None:
    settings.SIGN_CERTIFICATES = "automatic"
    for _ in range(3):
        assert asks(station, x509.request(), authenticated=True) == "Accepted"  # each with another signature
    assert SigningRequest.objects.count() == 1
    assert Command.objects.count() == 1


def test_a_refused_request_is_rejected_from_then_on(station: ChargingStation) -> None:
    asks(station, x509.request())
    assert refuse(inbox(), by="olga", now=NOW)
    assert not refuse(inbox(), by="victor", now=NOW)
    assert asks(station, x509.request()) == "Rejected"
    with pytest.raises(CannotSign, match="refused"):
        sign(inbox(), by="victor", now=NOW)


def answered(command: Command, status: str) -> None:
    inventory.certificate_signed(command, {"status": status}, NOW)


@pytest.mark.parametrize(("status", "state", "kept"), [("Accepted", "accepted", 1), ("Rejected", "rejected", 0)])
def test_the_stations_answer_is_noted_and_it_may_ask_again(
    station: ChargingStation, status: str, state: str, kept: int
) -> None:
    asks(station, x509.request())
    answered(sign(inbox(), by="olga", now=NOW), status)
    assert inbox().state == state
    assert Certificate.objects.filter(type="ChargePointCertificate", state="installed").count() == kept
    assert asks(station, x509.request()) == "Accepted"
    assert inbox().state == "pending"


def test_a_renewed_certificate_replaces_the_older_one(station: ChargingStation) -> None:
    for key in (x509.KEY, x509.RSA_KEY):
        asks(station, x509.request(key=key))
        answered(sign(SigningRequest.objects.get(state="pending"), by="olga", now=NOW), "Accepted")
    assert list(Certificate.objects.order_by("pk").values_list("state", flat=True)) == ["replaced", "installed"]


def test_a_certificate_that_is_on_its_way_is_not_made_again(station: ChargingStation) -> None:
    asks(station, x509.request())
    command = sign(inbox(), by="olga", now=NOW)
    with pytest.raises(CannotSign, match="on the way"):
        sign(inbox(), by="victor", now=NOW)
    Command.objects.filter(pk=command.pk).update(state="expired")
    other = inbox()
    assert sign(inbox(), by="victor", now=NOW).pk != command.pk
    with pytest.raises(CannotSign, match="not signed any more"):
        sign(other, by="olga", now=NOW)  # two clicks at once
    assert Command.objects.count() == 2


ROOT_KEY, MIDDLE_KEY = x509.SMALL_CURVE, x509.RSA_KEY
ROOT = x509.certificate("root", key=ROOT_KEY)
MIDDLE = x509.certificate("middle", key=MIDDLE_KEY, issuer=(ROOT, ROOT_KEY))
LEAF = x509.certificate(issuer=(MIDDLE, MIDDLE_KEY))


def test_a_chain_of_another_authority_goes_to_the_station(station: ChargingStation) -> None:
    asks(station, x509.request())
    chain = f"Here it is:\n{x509.pem(LEAF, MIDDLE)}"
    assert sign(inbox(), by="olga", now=NOW, chain=chain).payload == {"certificateChain": x509.pem(LEAF, MIDDLE)}


WRONG_CHAINS = {
    "nonsense": ("text!", "neither PEM"),
    "for another key": (x509.pem(x509.certificate(key=x509.RSA_KEY)), "not for the key"),
    "wrong order": (x509.pem(MIDDLE, LEAF), "not for the key"),
    "a gap": (x509.pem(LEAF, ROOT), "signed by the next one"),
    "ended": (x509.pem(x509.certificate(days=-1)), "not valid now"),
    "too long": (x509.pem(LEAF, MIDDLE, ROOT, *[ROOT] * 40), "longer than 10000"),
}


@pytest.mark.parametrize("what", WRONG_CHAINS)
def test_a_chain_that_is_wrong_is_not_sent(station: ChargingStation, what: str) -> None:
    asks(station, x509.request())
    chain, why = WRONG_CHAINS[what]
    with pytest.raises(CannotSign, match=why):
        sign(inbox(), by="olga", now=NOW, chain=chain)
    assert (inbox().state, Command.objects.count()) == ("pending", 0)
