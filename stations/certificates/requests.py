"""What a signing request asks for, and whether that can be signed (white paper 2.6.1, A00.FR.404, 405, 511)."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from stations.certificates.reading import (
    TROUBLE,
    Unreadable,
    common_names,
    key_digest,
    key_fault,
    key_words,
    organizations,
    read_request,
    words,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`fault` is why it is rejected, `remark` what an operator should look at; `csr` is PEM where it could be read."""

    csr: str
    digest: str
    subject: str = ""
    key_words: str = ""
    public_key: str = ""
    fault: str = ""
    remark: str = ""


def judged(text: str, *, serial_numbers: Collection[str]) -> Asked:
    """Look at a SignCertificate.req of the station that has told these serial numbers. Never raises for any text."""
    try:
        return judged_request(read_request(text), serial_numbers)
    except Unreadable as error:
        return unreadable(text, str(error))
    except TROUBLE:  # found only when a part of it is looked at
        return unreadable(text, "The request has a part that cannot be read.")


def unreadable(text: str, fault: str) -> Asked:
    return Asked(text, sha256(text.encode(errors="replace")).hexdigest(), fault=fault)


def judged_request(request: x509.CertificateSigningRequest, serial_numbers: Collection[str]) -> Asked:
    key = request.public_key()
    names, owners = common_names(request.subject), organizations(request.subject)
    faults = [
        "" if request.is_signature_valid else "Its signature is not made with its key.",
        key_fault(key),
        name_fault(names, serial_numbers),
        owner_fault(owners),
    ]
    remarks = [
        "" if serial_numbers else "The station has told no serial number to compare the commonName with.",
        "" if owners else "It names no organization: the authority's is added.",
    ]
    return Asked(
        csr=request.public_bytes(Encoding.PEM).decode(),
        digest=sha256(request.tbs_certrequest_bytes).hexdigest(),  # a signature differs each time it is made
        subject=words(request.subject), key_words=key_words(key)[:40], public_key=key_digest(key),
        fault=" ".join(filter(None, faults))[:255], remark=" ".join(filter(None, remarks))[:255],
    )  # fmt: skip


def name_fault(names: list[str], serial_numbers: Collection[str]) -> str:
    """The one commonName contains the station's serial number (A00.FR.405), and is no address (A00.FR.511)."""
    if len(names) != 1 or not names[0].strip():
        return "Its subject must have one commonName."
    name = names[0]
    if "://" in name or is_address(name):
        return f"The commonName {name[:64]} is an address; the station's serial number is needed."
    if serial_numbers and not any(number.lower() in name.lower() for number in serial_numbers):
        return f"The commonName {name[:64]} has not this station's serial number ({' or '.join(serial_numbers)})."
    return ""


def owner_fault(owners: list[str]) -> str:
    """The organizationName contains the operator's name (A00.FR.404), where it has one and the gateway knows it."""
    if not owners or not settings.CPO_NAME or any(settings.CPO_NAME.lower() in owner.lower() for owner in owners):
        return ""
    return f"Its organizationName {owners[0][:64]} is not {settings.CPO_NAME}."


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
