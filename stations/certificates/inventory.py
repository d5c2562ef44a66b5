"""Which certificates a station has, by its answers to the commands about them (white paper A02, M03 to M05)."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from django.db.models import QuerySet

from stations.certificates import authority, signing
from stations.certificates.reading import TROUBLE, Unreadable, key_digest, pem, read_chain, words
from stations.models import Certificate, Command, SigningRequest

Payload = dict[str, Any]
State, Type = Certificate.State, Certificate.Type
ALGORITHMS: dict[str, hashes.HashAlgorithm] = {
    "SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512(),
}  # fmt: skip
MOST = 100  # of one answer


def certificate_signed(command: Command, answer: Payload, now: datetime) -> None:
    """Its own certificate: the newest counts, the older ones are spare at best (A02.FR.09, 10)."""
    chain = readable(command.payload["certificateChain"])
    if not chain:
        return
    asked = SigningRequest.objects.filter(station_id=command.station_id, public_key=key_digest(chain[0].public_key()))
    signing.settle(asked, answer["status"])
    if answer["status"] == "Accepted":
        issuer = chain[1] if len(chain) > 1 else None
        row = installed(command.station_id, Type.CHARGE_POINT, chain[0], issuer, now)
        of(command.station_id, Type.CHARGE_POINT).exclude(pk=row.pk).update(state=State.REPLACED, ended_at=now)


def certificate_installed(command: Command, answer: Payload, now: datetime) -> None:
    chain = readable(command.payload["certificate"])
    if chain and answer["status"] == "Accepted":
        issuer = chain[1] if len(chain) > 1 else None
        installed(command.station_id, command.payload["certificateType"], chain[0], issuer, now)


def certificate_deleted(command: Command, answer: Payload, now: datetime) -> None:
    """NotFound: it is not there either."""
    ends = {"Accepted": State.DELETED, "NotFound": State.MISSING}
    if answer["status"] not in ends:
        return
    for row in Certificate.objects.filter(station_id=command.station_id, state=State.INSTALLED):
        if is_it(row, command.payload["certificateHashData"]):
            Certificate.objects.filter(pk=row.pk).update(state=ends[answer["status"]], ended_at=now)


def certificates_told(command: Command, answer: Payload, now: datetime) -> None:
    """All that the station has of a type (M03): what it lists is there, what it does not list is not."""
    told, kind = (answer.get("certificateHashData") or [])[:MOST], command.payload["certificateType"]
    there: set[int] = set()
    for data in sorted(told, key=is_guesswork):
        there.add(confirmed(command.station_id, kind, data, now, others=there).pk)
    of(command.station_id, kind).exclude(pk__in=there).update(state=State.MISSING, ended_at=now)


def of(station_id: int, kind: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(station_id=station_id, type=kind, state=State.INSTALLED)


def installed(
    station_id: int, kind: str, certificate: x509.Certificate, issuer: x509.Certificate | None, now: datetime
) -> Certificate:
    der = certificate.public_bytes(Encoding.DER)
    row, _ = Certificate.objects.update_or_create(
        station_id=station_id, type=kind, key=sha256(der).hexdigest(),
        defaults={
            "state": State.INSTALLED, "installed_at": now, "ended_at": None, "pem": pem(certificate),
            "subject": words(certificate.subject), "issuer": words(certificate.issuer),
            "serial_number": f"{certificate.serial_number:X}"[:40], "valid_from": certificate.not_valid_before_utc,
            "valid_to": certificate.not_valid_after_utc, **hash_columns(certificate, issuer or issuer_of(certificate)),
        },
    )  # fmt: skip
    return row


def confirmed(station_id: int, kind: str, data: Payload, now: datetime, *, others: Collection[int]) -> Certificate:
    """The row of a certificate that the station lists, with the hashes in its algorithm (M04.FR.07).

    `others` are the rows of those that it lists besides.
    """
    columns = {
        "hash_algorithm": data["hashAlgorithm"][:6], "issuer_name_hash": data["issuerNameHash"][:128],
        "issuer_key_hash": data["issuerKeyHash"][:128], "serial_number": data["serialNumber"][:40],
    }  # fmt: skip
    now_there = {"state": State.INSTALLED, "confirmed_at": now, "ended_at": None}
    mine = Certificate.objects.filter(station_id=station_id, type=kind)
    rows = list(mine.order_by("-pem"))  # those that are more than hashes first
    surely = next((row for row in rows if is_it(row, data)), None)
    row = surely or next((row for row in rows if row.pk not in others and may_be_it(row, data)), None)
    if row:
        mine.filter(pk=row.pk).update(**columns, **now_there)
        return row
    key = sha256("\n".join(columns.values()).lower().encode()).hexdigest()
    return mine.update_or_create(station_id=station_id, type=kind, key=key, defaults=columns | now_there)[0]


def is_it(row: Certificate, data: Payload) -> bool:
    """Whether a CertificateHashDataType is of this certificate, in whichever of the known algorithms."""
    ours = row.hash_data
    if row.pem and data["hashAlgorithm"] != row.hash_algorithm and data["hashAlgorithm"] in ALGORITHMS:
        [certificate] = read_chain(row.pem)
        ours |= hash_data(certificate, issuer_of(certificate), data["hashAlgorithm"])
    names = ["issuerNameHash", *(["issuerKeyHash"] if ours["issuerKeyHash"] else [])]
    return (
        same_number(row, data)
        and ours["hashAlgorithm"] == data["hashAlgorithm"]
        and all(ours[name].lower() == data[name].lower() for name in names)
    )


def may_be_it(row: Certificate, data: Payload) -> bool:
    """Where its hashes cannot be made here the number has to do: a root must not count as gone for that."""
    return is_guesswork(data) and bool(row.pem) and row.state == State.INSTALLED and same_number(row, data)


def is_guesswork(data: Payload) -> bool:
    """Whether its algorithm is none of those that are known here."""
    return data["hashAlgorithm"] not in ALGORITHMS


def same_number(row: Certificate, data: Payload) -> bool:
    return row.serial_number.lstrip("0").lower() == data["serialNumber"].lstrip("0").lower()


def named_by(station_id: int, data: Payload) -> Payload:
    """The hashes under which the station knows that certificate (M04.FR.07); as they are where it is not known here."""
    known = Certificate.objects.filter(station_id=station_id, state=State.INSTALLED).exclude(issuer_key_hash="")
    return next((row.hash_data for row in known if is_it(row, data)), data)


def hash_columns(certificate: x509.Certificate, issuer: x509.Certificate | None) -> dict[str, str]:
    data = hash_data(certificate, issuer, "SHA256")
    return {
        "hash_algorithm": data["hashAlgorithm"], "issuer_name_hash": data["issuerNameHash"],
        "issuer_key_hash": data["issuerKeyHash"],
    }  # fmt: skip


def hash_data(certificate: x509.Certificate, issuer: x509.Certificate | None, algorithm: str) -> dict[str, str]:
    """CertificateHashDataType (white paper 6.1, RFC 6960); without the issuer its key's hash stays empty."""
    name, key = hashes.Hash(ALGORITHMS[algorithm]), ""
    name.update(certificate.issuer.public_bytes())
    if issuer:
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, ALGORITHMS[algorithm]).build()
        key = request.issuer_key_hash.hex()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": name.finalize().hex(),
        "issuerKeyHash": key,
        "serialNumber": f"{certificate.serial_number:X}",
    }


def issuer_of(certificate: x509.Certificate) -> x509.Certificate | None:
    """Its issuer, where that is itself, the local authority, or a certificate that some station has from here."""
    known = Certificate.objects.filter(subject=words(certificate.issuer)).order_by()
    candidates = [certificate]
    for text in (*authority.certificates().values(), *known.values_list("pem", flat=True).distinct()):
        candidates += readable(text)
    for candidate in candidates:
        try:
            certificate.verify_directly_issued_by(candidate)
        except (InvalidSignature, *TROUBLE):
            continue
        return candidate
    return None


def readable(text: str) -> list[x509.Certificate]:
    """Its certificates; none where it is none, which is the station's to say."""
    try:
        return read_chain(text)
    except (Unreadable, *TROUBLE):
        return []
