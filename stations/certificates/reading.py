"""X.509 out of the text that stations and operators send."""

import base64
import re
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]+)-----")
LONGEST_REQUEST = 10_000  # characters; OCPP has 5,500
TROUBLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
LEAST_RSA, LEAST_EC = 2048, 224  # bits: white paper A00.FR.502, 503
Read = TypeVar("Read")


class Unreadable(ValueError):
    """The text is no certificate or request. Its own text is a sentence for the operator."""


def read_request(text: str) -> x509.CertificateSigningRequest:
    """PEM, also with its line breaks lost or escaped, or DER in base64. Raises Unreadable."""
    if len(text) > LONGEST_REQUEST:
        raise Unreadable(f"The request has more than {LONGEST_REQUEST} characters.")
    return loaded(x509.load_der_x509_csr, blocks(text)[0], "certificate signing request")


def read_chain(text: str) -> list[x509.Certificate]:
    """The certificates in their order. Raises Unreadable."""
    return [loaded(x509.load_der_x509_certificate, one, "certificate") for one in blocks(text)]


def blocks(text: str) -> list[bytes]:
    """The DER of each PEM block, or of the text as a whole. Takes linear time, whatever the text."""
    plain = text.replace("\\n", "\n").replace("\\r", "")
    bodies = [
        plain[begin.end() : end.start()]
        for begin, end in pairwise(MARK.finditer(plain))
        if (begin[1], end[1]) == ("BEGIN", "END") and begin[2] == end[2]
    ] or [plain]
    try:
        return [base64.b64decode("".join(body.split()), validate=True) for body in bodies]
    except ValueError:
        raise Unreadable("The text is neither PEM nor base64.") from None


def loaded(load: Callable[[bytes], Read], der: bytes, what: str) -> Read:
    try:
        return load(der)
    except TROUBLE:
        raise Unreadable(f"This is not a readable {what}.") from None


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def words(name: x509.Name) -> str:
    """A subject or issuer as one line (RFC 4514), fit for a column."""
    return name.rfc4514_string().replace("\x00", "\ufffd")[:255]


def common_names(name: x509.Name) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(NameOID.COMMON_NAME)]


def organizations(name: x509.Name) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]


def key_words(key: Any) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.removesuffix("PublicKey").lstrip("_")


def key_fault(key: Any) -> str:
    """Why this key is not good enough (white paper A00.FR.502 to 504); "" where it is."""
    if isinstance(key, rsa.RSAPublicKey):
        return "" if key.key_size >= LEAST_RSA else f"The RSA key has {key.key_size} bits; {LEAST_RSA} are needed."
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.key_size >= LEAST_EC else f"The EC key has {key.key_size} bits; {LEAST_EC} are needed."
    return f"A key of the kind {key_words(key)} cannot be used; RSA or EC is needed."


def key_digest(key: Any) -> str:
    """SHA-256 of a public key, in hexadecimal."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
