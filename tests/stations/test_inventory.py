"""Which certificates a station has, by what it answers."""

from typing import Any

import pytest
from django.utils import timezone

from stations.certificates import inventory
from stations.certificates.inventory import hash_data
from stations.effects import EFFECTS
from stations.models import Certificate, ChargingStation, Command
from tests.stations import x509

NOW = timezone.now()
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
ROOT, OTHER = x509.certificate("root", number=0xA1B2C3), x509.certificate("other")


@pytest.fixture(autouse=True)
def no_authority(settings: Any, tmp_path: Any) -> None:
    settings.CA_FOLDER = tmp_path


def answered(station: ChargingStation, action: str, payload: dict[str, Any], **answer: Any) -> None:
    EFFECTS[action](Command(station=station, action=action, payload=payload, actor="olga"), answer, NOW)


def install(station: ChargingStation, certificate: Any = ROOT, status: str = "Accepted", kind: str = CENTRAL) -> None:
    payload = {"certificateType": kind, "certificate": x509.pem(certificate)}
    answered(station, "InstallCertificate", payload, status=status)


def lists(station: ChargingStation, *data: dict[str, str], kind: str = CENTRAL) -> None:
    told: dict[str, Any] = {"status": "Accepted", "certificateHashData": list(data)} if data else {"status": "NotFound"}
    answered(station, "GetInstalledCertificateIds", {"certificateType": kind}, **told)


def states(**wanted: Any) -> list[str]:
    return list(Certificate.objects.filter(**wanted).order_by("pk").values_list("state", flat=True))


def test_an_installed_root_is_known_with_its_end_and_its_hashes(station: ChargingStation) -> None:
    install(station)
    row = Certificate.objects.get()
    assert (row.state, row.type, row.subject, row.issuer) == ("installed", CENTRAL, "CN=root", "CN=root")
    assert row.valid_to == ROOT.not_valid_after_utc
    assert row.hash_data == hash_data(ROOT, ROOT, "SHA256")
    assert row.serial_number == f"{ROOT.serial_number:X}"


@pytest.mark.parametrize("status", ["Rejected", "Failed"])
def test_what_the_station_did_not_install_is_not_on_the_list(station: ChargingStation, status: str) -> None:
    install(station, status=status)
    assert not Certificate.objects.exists()


def test_text_that_is_no_certificate_has_no_effect(station: ChargingStation) -> None:
    answered(station, "InstallCertificate", {"certificateType": CENTRAL, "certificate": "x"}, status="Accepted")
    answered(station, "CertificateSigned", {"certificateChain": "x"}, status="Accepted")
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    ("status", "state"), [("Accepted", "deleted"), ("NotFound", "missing"), ("Failed", "installed")]
)
def test_deleting_is_the_stations_word(station: ChargingStation, status: str, state: str) -> None:
    install(station, ROOT)
    install(station, OTHER)
    data = Certificate.objects.get(subject="CN=root").hash_data
    answered(station, "DeleteCertificate", {"certificateHashData": data}, status=status)
    assert states() == [state, "installed"]
    install(station, ROOT)
    assert states() == ["installed", "installed"], "installed again it is the same row"


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_the_list_of_the_station_sets_ours_right_in_any_algorithm(station: ChargingStation, algorithm: str) -> None:
    install(station, ROOT)
    install(station, OTHER)
    install(station, ROOT, kind=MANUFACTURER)
    told = {name: value.upper() for name, value in hash_data(ROOT, ROOT, algorithm).items()}
    lists(station, told | {"serialNumber": f"00{told['serialNumber'].lower()}"})
    assert states() == ["installed", "missing", "installed"]
    row = Certificate.objects.get(subject="CN=root", type=CENTRAL)
    assert (row.hash_algorithm, row.confirmed_at) == (algorithm, NOW), "M04.FR.07: deleted by the same algorithm"
    lists(station, hash_data(ROOT, ROOT, "SHA256"))
    assert Certificate.objects.count() == 3


def test_certificates_that_only_the_station_knows_are_listed_by_their_hashes(station: ChargingStation) -> None:
    for _ in range(2):
        lists(station, hash_data(ROOT, ROOT, "SHA384"))
    row = Certificate.objects.get()
    assert (row.subject, row.valid_to, row.hash_data) == ("", None, hash_data(ROOT, ROOT, "SHA384"))
    lists(station)
    assert states() == ["missing"]


def test_an_algorithm_that_nobody_knows_is_of_no_certificate_here(station: ChargingStation) -> None:
    install(station, ROOT)
    known = hash_data(ROOT, ROOT, "SHA256")
    for _ in range(2):
        lists(station, known, known | {"hashAlgorithm": "SHA1"})
    assert states() == ["installed", "installed"]
    answered(station, "DeleteCertificate", {"certificateHashData": known | {"hashAlgorithm": "MD5"}}, status="Accepted")
    assert states() == ["installed", "installed"]
    assert Certificate.objects.get(subject="").hash_algorithm == "SHA1"


def test_a_root_that_is_listed_in_an_unknown_algorithm_is_still_there(station: ChargingStation) -> None:
    install(station, ROOT)
    install(station, OTHER)
    told = hash_data(ROOT, ROOT, "SHA256") | {"hashAlgorithm": "SHA1", "issuerNameHash": "ab", "issuerKeyHash": "cd"}
    for _ in range(2):
        lists(station, told)
    assert states() == ["installed", "missing"]
    row = Certificate.objects.get(state="installed")
    assert (row.subject, row.confirmed_at) == ("CN=root", NOW)
    assert row.hash_data == told, "M04.FR.07: deleted by the same algorithm"


def test_hashes_longer_than_they_may_be_are_cut(station: ChargingStation) -> None:
    told = {"hashAlgorithm": "SHA3-512", "issuerNameHash": "a" * 130, "issuerKeyHash": "b" * 130}
    for _ in range(2):
        lists(station, told | {"serialNumber": "c" * 41})
    row = Certificate.objects.get()
    assert row.hash_data == {
        "hashAlgorithm": "SHA3-5", "issuerNameHash": "a" * 128, "issuerKeyHash": "b" * 128, "serialNumber": "c" * 40,
    }  # fmt: skip


def test_another_stations_certificates_are_left_alone(station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    install(other)
    lists(station)
    assert states() == ["installed"]


def test_an_issued_certificate_has_its_issuers_hash_where_that_is_known(station: ChargingStation) -> None:
    middle = x509.certificate("middle", key=x509.RSA_KEY, issuer=(ROOT, x509.KEY))
    install(station, middle, kind=MANUFACTURER)
    assert Certificate.objects.get().issuer_key_hash == ""
    data = hash_data(middle, ROOT, "SHA256")
    lists(station, data, kind=MANUFACTURER)
    assert Certificate.objects.get().hash_data == data, "the station has told it"
    Certificate.objects.all().delete()
    install(station, ROOT)
    install(station, middle, kind=MANUFACTURER)
    assert Certificate.objects.get(subject="CN=middle").hash_data == data


def test_hashes_are_those_of_rfc_6960() -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import ocsp

    built = ocsp.OCSPRequestBuilder().add_certificate(ROOT, ROOT, hashes.SHA256()).build()
    assert inventory.hash_data(ROOT, ROOT, "SHA256") == {
        "hashAlgorithm": "SHA256", "issuerNameHash": built.issuer_name_hash.hex(),
        "issuerKeyHash": built.issuer_key_hash.hex(), "serialNumber": f"{ROOT.serial_number:X}",
    }  # fmt: skip
