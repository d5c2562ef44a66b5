"""The numbers the server keeps to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts. A ping goes out after `ping_interval` of silence and `ping_timeout` to be answered."""

    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    header_deadline: float = 10.0  # from connect to the end of the request's headers
    connect_timeout: float = 15.0  # for the application to accept or refuse a handshake
    close_timeout: float = 3.0  # for the peer to answer our close frame
    application_close_timeout: float = 30.0  # for the application to end after its connection has
    drain: float = 8.0  # for links and requests at shutdown
    exit: float = 9.5  # at shutdown, whatever happens
    message_bytes: int = 4 * 1024 * 1024  # a legal StopTransaction with 24 h of transactionData is 2.4 MB
    queue_high: int = 64  # undelivered messages of one link: stop reading
    queue_low: int = 16  # read on
    queue_patience: float = 30.0  # for it to be down to queue_high again, else 1008
    queue_bytes: int = 1024 * 1024  # the same in size: 64 messages could be 256 MiB
    body_bytes: int = 64 * 1024 * 1024  # of an HTTP request: 413 beyond
    stalled_answer: float = 120.0  # for the peer of an HTTP answer to take something of it
