"""A certificate authority of the test's own, and TLS ended in front of the gateway."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


class Authority:
    """Signs certificates for one test run; its files live in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key, self.certificate = self._made("Test root", None)
        self.root = self._written("root", self.certificate)

    def server_context(self, *, asks_for_client: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # white paper A00.FR.314
        context.load_cert_chain(*self.issued("localhost"))
        if asks_for_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.root)
        return context

    def client_context(self, *, certificate_for: str = "") -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.root))
        if certificate_for:
            context.load_cert_chain(*self.issued(certificate_for))
        return context

    def issued(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for `name`, as files."""
        key, certificate = self._made(name, self.key)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / f"{name}.key"
        path.write_bytes(pem)
        return self._written(name, certificate), path

    def _made(self, name: str, signer: Key | None) -> tuple[Key, x509.Certificate]:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject if signer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        )
        return key, builder.sign(signer or key, hashes.SHA256())

    def _written(self, name: str, certificate: x509.Certificate) -> Path:
        path = self.folder / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


@asynccontextmanager
async def terminated(gateway_port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
    """The port at which TLS is ended and what is inside handed to the gateway."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        inside_reader, inside_writer = await asyncio.open_connection("127.0.0.1", gateway_port)
        await asyncio.gather(pump(reader, inside_writer), pump(inside_reader, writer))

    server = await asyncio.start_server(serve, "localhost", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()
