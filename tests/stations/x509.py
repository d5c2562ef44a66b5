"""Keys, requests and certificates as stations and other authorities make them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
WEAK_KEY = rsa.generate_private_key(65537, 1024)
SMALL_CURVE = ec.generate_private_key(ec.SECP192R1())
ODD_KEY = ed25519.Ed25519PrivateKey.generate()


def name(common: str = "SN-1", owner: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    return x509.Name([*parts, *([x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner)] if owner else [])])


def request(subject: x509.Name | None = None, key: Any = KEY) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(name() if subject is None else subject)
    digest = None if key is ODD_KEY else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(Encoding.PEM).decode()


def certificate(
    subject: str = "SN-1",
    *,
    key: Any = KEY,
    issuer: "tuple[x509.Certificate, Any] | None" = None,
    days: int = 30,
    number: int | None = None,
) -> x509.Certificate:
    """Self-signed without `issuer`, which is a certificate and its key. Negative days: it ended long ago."""
    start = NOW - timedelta(days=400) if days < 0 else NOW - timedelta(minutes=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer[0].subject if issuer else name(subject))
        .public_key(key.public_key())
        .serial_number(number or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(NOW + timedelta(days=days))
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
