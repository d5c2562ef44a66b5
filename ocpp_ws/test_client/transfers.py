"""Files over HTTP, as a charger's firmware moves them, and the check of a signature."""

import asyncio
import base64
import binascii
from datetime import UTC, datetime
from urllib.request import ProxyHandler, Request, build_opener

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate

CHUNK = 64 * 1024
TRANSFER_SECONDS = 30.0
STREET = build_opener(ProxyHandler({}))  # a station in the street has none


async def fetched(location: str) -> bytes:
    """What is at an http, https or ftp address; raises OSError or ValueError."""
    return await asyncio.to_thread(_fetch, location)


async def brought(location: str, name: str, content: bytes) -> int:
    """PUT it into the folder `location`; returns the HTTP status; raises OSError or ValueError."""
    return await asyncio.to_thread(_put, f"{location.rstrip('/')}/{name}", content)


def _fetch(location: str) -> bytes:
    with STREET.open(location, timeout=TRANSFER_SECONDS) as response:
        return b"".join(iter(lambda: response.read(CHUNK), b""))


def _put(location: str, content: bytes) -> int:
    headers = {"Content-Type": "application/octet-stream"}
    request = Request(location, content, headers, method="PUT")  # noqa: S310 - where the operator wants it
    with STREET.open(request, timeout=TRANSFER_SECONDS) as response:
        return int(response.status)


def certificate_of(pem: str) -> Certificate | None:
    """None where it cannot be read or is not valid now (L01.FR.23)."""
    try:
        certificate = load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None
    valid = certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc
    return certificate if valid else None


def signature_fits(certificate: Certificate, signature: str, firmware: bytes) -> bool:
    """SHA-256 with RSA-PSS, or with ECDSA where the key is on a curve (L01.FR.04 names ECSchnorr there)."""
    key = certificate.public_key()
    try:
        signed = base64.b64decode(signature, validate=True)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signed, firmware, padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signed, firmware, ec.ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, binascii.Error):
        return False
    return True
