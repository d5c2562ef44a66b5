"""What a station keeps of certificates: its own with its key, and the roots that it was given."""

from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from ocpp.v16.datatypes import CertificateHashData
from ocpp.v16.enums import CertificateUse, HashAlgorithm

MOST_ROOTS = 10
WRONG = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)


class Safe:
    """`chain` is the certificate in use, its issuers after it; `asked_key` is the key of the request under way."""

    def __init__(self) -> None:
        self.chain: list[x509.Certificate] = []
        self.roots: dict[str, list[x509.Certificate]] = {use.value: [] for use in CertificateUse}
        self.asked_key: ec.EllipticCurvePrivateKey | None = None

    def request(self, serial_number: str, owner: str) -> str:
        """A new key, and the CSR for it as PEM (A02.FR.02, 03, 13)."""
        self.asked_key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.NameAttribute(NameOID.COMMON_NAME, serial_number)]
        if owner:
            names.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner))
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
        return builder.sign(self.asked_key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def take(self, text: str) -> str:
        """Use a signed chain from now on; why not, where it is not for us (A02.FR.06)."""
        try:
            chain = x509.load_pem_x509_certificates(text.encode())
        except ValueError:
            return "not readable"
        if self.asked_key is None or chain[0].public_key() != self.asked_key.public_key():
            return "not for the key that was asked for"
        if not is_current(chain[0]):
            return "not valid now"
        trusted = self.roots[CertificateUse.central_system_root_certificate]
        if trusted and not any(is_issued_by(chain[-1], root) for root in trusted):
            return "not of the operator's hierarchy"
        self.chain, self.asked_key = chain, None
        return ""

    def install(self, use: str, text: str) -> bool:
        try:
            certificate = x509.load_pem_x509_certificate(text.encode())
        except ValueError:
            return False
        if not is_current(certificate) or sum(map(len, self.roots.values())) >= MOST_ROOTS:
            return False
        if certificate not in self.roots[use]:
            self.roots[use].append(certificate)
        return True

    def delete(self, wanted: dict[str, Any]) -> bool:
        """By a CertificateHashDataType; False where there is none such."""
        data = CertificateHashData(**wanted)
        for certificates in self.roots.values():
            for certificate in certificates:
                if hash_data(certificate, data.hash_algorithm) == data:
                    certificates.remove(certificate)
                    return True
        return False

    def hashes(self, use: str) -> list[CertificateHashData]:
        return [hash_data(certificate, HashAlgorithm.sha256) for certificate in self.roots[use]]


def is_current(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except WRONG:
        return False
    return True


def hash_data(root: x509.Certificate, algorithm: HashAlgorithm) -> CertificateHashData:
    """Of a root, which is its own issuer (white paper 6.1)."""
    chosen = {"SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}[str(algorithm)]
    built = ocsp.OCSPRequestBuilder().add_certificate(root, root, chosen).build()
    name, key, number = built.issuer_name_hash.hex(), built.issuer_key_hash.hex(), f"{root.serial_number:X}"
    return CertificateHashData(algorithm, name, key, number)
