"""HTTP on the server's port: a deadline for headers, clean refusals, and the door to a link."""

import re
from io import BytesIO
from typing import IO, Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web.http import HTTPChannel

from gateway.server.body import Flow
from ocpp_ws.identity import CONNECTION_ADDED

TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")  # RFC 9110 5.6.2
REQUEST_LINE = re.compile(rb"GET \S+ HTTP/1\.[01]")
NOT_ASCII = re.compile(rb"[\x80-\xff]")


def escape(byte: re.Match[bytes]) -> bytes:
    return b"%%%02X" % ord(byte[0])


class Channel(HTTPChannel):
    """A TCP connection for as long as it speaks HTTP."""

    deadline: Any = None
    refused = False

    def connectionMade(self) -> None:
        super().connectionMade()
        self.factory.server.channels.add(self)
        self.start_deadline()

    def dataReceived(self, data: bytes) -> None:
        if self.refused:
            return  # read and dropped: a reset would take the answer away before the peer has seen it
        if self.deadline is None and self.line_mode:
            self.start_deadline()  # the next request of a kept connection
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        if REQUEST_LINE.fullmatch(line):  # stations put their identity into the path as it is; Twisted wants ASCII
            line = NOT_ASCII.sub(escape, line)
        super().lineReceived(line)

    def start_deadline(self) -> None:
        self.deadline = self.callLater(self.factory.server.limits.header_deadline, self.headers_late)

    def stop_deadline(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def headers_late(self) -> None:
        # absolute: Twisted's idle timeout starts anew with each byte of a slow drip
        self.deadline = None
        self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        self.loseConnection()

    def allHeadersReceived(self) -> None:
        self.stop_deadline()
        if self.length is not None and self.length > self.factory.server.limits.body_bytes:
            self.refuse_body()
        else:
            super().allHeadersReceived()

    def allContentReceived(self) -> None:
        if not self.refused:
            super().allContentReceived()

    def refuse_body(self) -> None:
        self.refused = True
        self.transport.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        self.callLater(self.factory.server.limits.close_timeout, self.loseConnection)

    def checkPersistence(self, request: Any, version: bytes) -> bool:
        return super().checkPersistence(request, version) and not self.factory.server.draining

    def connectionLost(self, reason: Any) -> None:
        self.stop_deadline()
        self.factory.server.channels.discard(self)
        super().connectionLost(reason)

    def finish_up(self) -> None:
        """At shutdown: a request that is whole gets its answer; a stream of events has no end to wait for."""
        self.persistent = False
        if not self._handlingRequest or self.requests[0].is_event_stream():
            self.loseConnection()


class Request(WebRequest):
    error_template = "%(title)s: %(body)s\n"  # Daphne's names itself

    def __init__(self, channel: Channel, *args: Any) -> None:
        # Django parses forms; Twisted would too, all of it in memory
        super().__init__(channel, *args, parsePOSTFormSubmission=False)
        self.flow = Flow()
        self.received = 0

    def handleContentChunk(self, data: bytes) -> None:
        """Also of a chunked body, whose length nobody said before."""
        self.received += len(data)
        if self.channel.refused:
            return
        if self.received > self.server.limits.body_bytes:
            self.channel.refuse_body()
        else:
            super().handleContentChunk(data)

    def take_body(self) -> IO[bytes]:
        """The whole body, in Daphne's place, which reads on in an empty one."""
        body: IO[bytes] = self.content
        self.content: IO[bytes] = BytesIO()
        return body

    def process(self) -> Any:
        for name in (b"daphne-root-path", CONNECTION_ADDED):  # a client has no say in these
            self.requestHeaders.removeHeader(name)
        if self.is_handshake() and not self.requestHeaders.hasHeader(b"connection"):
            self.requestHeaders.setRawHeaders(b"connection", [b"Upgrade"])  # some stations leave it out
            self.requestHeaders.setRawHeaders(CONNECTION_ADDED, [b"1"])  # for the application
        if not self.tidy_subprotocols():
            self.basic_error(400, b"Bad Request", "Invalid Sec-WebSocket-Protocol")
            return None
        result = super().process()
        if self.transport is None:  # it is a link now
            self.server.channels.discard(self.channel)
        return result

    def is_handshake(self) -> bool:
        return self.requestHeaders.getRawHeaders(b"upgrade", [b""])[0].lower() == b"websocket"

    def tidy_subprotocols(self) -> bool:
        """Autobahn answers 400 to `ocpp1.6, ocpp1.6`, which stations send; False if one is not a token."""
        lines = self.requestHeaders.getRawHeaders(b"sec-websocket-protocol")
        if lines is None:
            return True
        offered = dict.fromkeys(name for name in (part.strip() for part in b",".join(lines).split(b",")) if name)
        self.requestHeaders.removeHeader(b"sec-websocket-protocol")
        if offered:
            self.requestHeaders.addRawHeader(b"sec-websocket-protocol", b", ".join(offered))
        return all(TOKEN.fullmatch(name) for name in offered)

    def is_event_stream(self) -> bool:
        kind = self.responseHeaders.getRawHeaders(b"content-type", [b""])[0]
        return self._response_started and kind.startswith(b"text/event-stream")

    def handle_reply(self, message: dict[str, Any]) -> None:
        if not self._response_started and not self.finished and self.channel is not None:
            self.registerProducer(self.flow, True)
        super().handle_reply(message)

    async def drained(self) -> None:
        """Returns when the peer has taken enough for more to be sent; one that takes nothing is cut off."""
        if not await self.flow.room(self.server.limits.stalled_answer) and self.channel is not None:
            self.channel.forceAbortClient()

    def finish(self) -> None:
        self.unregisterProducer()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        self.producer = None
        self.flow.stopProducing()
        super().connectionLost(reason)

    def application_returned(self) -> None:
        if not self.finished and self.channel is not None:
            self.handle_exception(RuntimeError("no answer"))

    def handle_exception(self, exception: BaseException) -> None:
        if self._response_started:
            self.channel.loseConnection()  # too late for a 500: the client sees that the answer is cut
        else:
            super().handle_exception(exception)


class HttpFactory(HTTPFactory):
    protocol = Channel

    def buildProtocol(self, addr: Any) -> Channel:
        channel = super().buildProtocol(addr)
        channel.requestFactory = Request
        return channel
