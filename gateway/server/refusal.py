"""The bytes of a refused handshake and of a close frame."""

from collections.abc import Iterable
from http import HTTPStatus

NOT_FOR_THE_WIRE = (1004, 1005, 1006, 1015)  # RFC 6455 7.4.1


def http_refusal(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """A whole HTTP/1.1 response after which the connection ends."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}".encode()]
    lines += [name + b": " + value for name, value in headers if name.lower() not in (b"content-length", b"connection")]
    lines += [b"Content-Length: %d" % len(body), b"Connection: close", b"", body]
    return b"\r\n".join(lines)


def close_payload(code: int, reason: str) -> tuple[int, bytes | None]:
    """Code and reason as a close frame may carry them: at most 123 bytes of reason, cut between characters."""
    if not 1000 <= code <= 4999 or code in NOT_FOR_THE_WIRE:
        code = 1011
    return code, reason.encode()[:123].decode(errors="ignore").encode() or None
