"""The local certificate authority: a folder with a certificate and a key for each kind of key, made by `make_ca`.

Its keys are files that only the gateway's user can read, never rows. Stations have RSA or EC keys, and may not know
the other kind: each is signed by the authority of its own kind where there is one (white paper A00.FR.317, 505).
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from stations.certificates.reading import organizations, pem

KINDS = ("ec", "rsa")
CLOCKS_DIFFER = timedelta(minutes=10)  # a station uses its certificate from `not valid before` on (A02.FR.08)
NO_USAGE = dict.fromkeys(
    ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
     "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
)  # fmt: skip


class NoAuthority(Exception):
    """There is no local authority, or its files cannot be used. Its text says what to do."""


def certificates() -> dict[str, str]:
    """kind -> the authority's own certificate, PEM."""
    return {kind: path.read_text() for kind in KINDS if (path := place(kind, "pem")).exists()}


def make(*, kind: str, organization: str, days: int, now: datetime) -> Path:
    """A new authority; returns its certificate's file. Raises FileExistsError: none is ever overwritten."""
    key: Any = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 3072)
    name = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{organization} charge point CA {kind.upper()}"[:64]),
    ])  # fmt: skip
    certificate = (
        frame(name, name, key.public_key(), now, timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**NO_USAGE | {"key_cert_sign": True, "crl_sign": True}), critical=True)
    )
    settings.CA_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(place(kind, "key"), private(key), 0o600)
    write(place(kind, "pem"), pem(signed(certificate, key)).encode(), 0o644)
    return place(kind, "pem")


def sign(request: x509.CertificateSigningRequest, *, now: datetime) -> str:
    """The chain for a charge point: its certificate alone, since the authority is the root. Raises NoAuthority."""
    issuer, key = authority_for(request.public_key())
    days = timedelta(days=settings.CERTIFICATE_DAYS)
    usage = {"digital_signature": True, "key_encipherment": isinstance(request.public_key(), rsa.RSAPublicKey)}
    builder = (
        frame(with_owner(request.subject, issuer), issuer.subject, request.public_key(), now, days, issuer)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**NO_USAGE | usage), critical=True)  # A00.FR.512
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)  # type: ignore[arg-type]
    )
    return pem(signed(builder, key))


def authority_for(public_key: Any) -> tuple[x509.Certificate, Any]:
    """(certificate, private key) of the same kind as this key, else of the other kind. Raises NoAuthority."""
    known = certificates()
    own = "rsa" if isinstance(public_key, rsa.RSAPublicKey) else "ec"
    kind = own if own in known else next(iter(known), "")
    if not kind:
        raise NoAuthority("There is no local authority: run `manage.py make_ca`, or paste a chain that yours signed.")
    try:
        key = serialization.load_pem_private_key(place(kind, "key").read_bytes(), password=None)
        return x509.load_pem_x509_certificate(known[kind].encode()), key
    except (OSError, ValueError, TypeError):
        raise NoAuthority(f"The local authority's files {place(kind, '*')} cannot be read.") from None


def frame(
    subject: x509.Name,
    issuer: x509.Name,
    key: Any,
    now: datetime,
    life: timedelta,
    authority: x509.Certificate | None = None,
) -> x509.CertificateBuilder:
    """What every certificate of ours has; none outlives its authority."""
    end = min(now + life, authority.not_valid_after_utc) if authority else now + life
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def signed(builder: x509.CertificateBuilder, key: Any) -> x509.Certificate:
    """ECDSA or RSA-PSS, SHA-256 (A00.FR.505, 506)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return builder.sign(key, hashes.SHA256(), rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32))
    return builder.sign(key, hashes.SHA256())


def with_owner(subject: x509.Name, issuer: x509.Certificate) -> x509.Name:
    """A00.FR.509: a subject has an organization; the authority's, where the request names none."""
    if organizations(subject):
        return subject
    return x509.Name([*issuer.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME), *subject])


def private(key: Any) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    content: bytes = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return content


def write(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)


def place(kind: str, suffix: str) -> Path:
    folder: Path = settings.CA_FOLDER
    return folder / f"{kind}.{suffix}"
