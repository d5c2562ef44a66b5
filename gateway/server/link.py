"""One WebSocket: the autobahn protocol as Daphne uses it, with the close codes, refusals and pings that OCPP needs."""

import logging
from collections.abc import Iterable
from time import monotonic
from typing import Any
from urllib.parse import unquote

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from gateway.server.link_queue import LinkQueue, Message
from gateway.server.patience import check_timeouts
from gateway.server.refusal import close_payload, http_refusal

logger = logging.getLogger(__name__)

# 20 % of an idle link's memory, of no use once the handshake is done
HANDSHAKE_LEFTOVERS = ("http_request_data", "http_headers", "http_response_data", "http_status_line", "clean_headers")


class Link(WebSocketProtocol):
    """Daphne's hooks: `onConnect` builds the scope and asks the server for an application.

    To the application it is ASGI's websocket, with the extension `websocket.http.response` and, of our own:
    `websocket.ping` out → `websocket.pong` in, once, at the next sign of life; `websocket.keepalive` with `silence`:
    no pings from now on, the link is cut after so many seconds without a byte.
    """

    application_queue: LinkQueue
    message_data: list[bytes] | None
    heard = opened = 0.0  # monotonic
    pinged = 0.0  # when the unanswered ping went out
    ponged = False  # it has answered a ping
    silence = 0.0  # seconds that it may be silent, where it is not pinged
    cut_code = 0
    pong_wanted = False
    inbox_full = outbox_full = draining = False
    denial: Message | None = None

    # --- the transport ---------------------------------------------------------------------------------------------

    def connectionMade(self) -> None:
        self.heard = self.opened = monotonic()
        self.transport.unregisterProducer()  # lets go of the HTTP channel and its request
        self.transport.registerProducer(self, True)
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        self.heard, self.pinged = monotonic(), 0.0  # any byte is life: a pong cannot overtake a 4 MiB frame
        if self.pong_wanted:
            self.sign_of_life()
        self._dataReceived(data)

    def pauseProducing(self) -> None:
        """Twisted: more than 64 KiB wait to be sent; whoever does not read its answers is not read either."""
        self.outbox_full = True
        self.update_reading()

    def resumeProducing(self) -> None:
        self.outbox_full = False
        self.update_reading()

    def stopProducing(self) -> None:
        """Twisted: the connection is gone."""

    def queue_filled(self, full: bool) -> None:
        self.inbox_full = full
        self.update_reading()

    def update_reading(self) -> None:
        # once our close frame is out we read on, if only to find the peer's
        if self.state == self.STATE_OPEN and (self.inbox_full or self.outbox_full or self.draining):
            self.transport.pauseProducing()
        else:
            self.heard, self.pinged = monotonic(), 0.0
            self.transport.resumeProducing()

    # --- from autobahn ---------------------------------------------------------------------------------------------

    def describe(self, scope: dict[str, Any]) -> None:
        """Daphne's scope, corrected: autobahn cuts the path at `;` and `//`."""
        raw = self.http_request_uri.partition("?")[0]
        scope["raw_path"] = raw.encode("latin-1")
        scope["path"] = unquote(raw)
        scope["subprotocols"] = self.websocket_protocols
        scope["extensions"] = {"websocket.http.response": {}}

    def onOpen(self) -> None:
        for name in HANDSHAKE_LEFTOVERS:
            self.__dict__.pop(name, None)
        self.update_reading()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state != self.STATE_OPEN or self.draining:
            return
        message: Message = {"type": "websocket.receive"}
        message["bytes" if isBinary else "text"] = payload if isBinary else payload.decode()
        self.application_queue.put_nowait(message)

    def onPong(self, payload: bytes) -> None:
        self.ponged = True

    def onMessageEnd(self) -> None:
        # autobahn's own builds two Deferreds per message for observers that we do not have
        if not self.failedByMe and self.message_data is not None:
            self.onMessage(b"".join(self.message_data), self.message_is_binary)
        self.message_data = None

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if "application_queue" not in self.__dict__:
            return  # autobahn refused the handshake before the application was asked
        self.server.protocol_disconnected(self)
        if not self.draining:
            if self.failedByMe:
                code = self.localCloseCode or code  # so that the application sees 1009, 1007, 1002
            if self.cut_code:
                code, reason = self.cut_code, self.wasNotCleanReason
            message = {"type": "websocket.disconnect", "code": code or 1005, "reason": reason or ""}
            self.application_queue.put_nowait(message)

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: Any = None) -> None:
        headers = [(name.encode(), value.encode()) for name, value in responseHeaders or ()]
        self.sendData(http_refusal(code, headers, reason.encode()))

    # --- from the application --------------------------------------------------------------------------------------

    async def send(self, message: Message) -> None:
        """The application's `send`. Raises ValueError for a message that makes no sense now."""
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            return  # the race with a link that is just lost or says goodbye is nobody's fault
        reply = REPLIES.get(message["type"])
        if reply is None:
            raise ValueError(f"a link cannot send {message['type']!r}")
        reply(self, message)

    def send_message(self, message: Message) -> None:
        if self.state == self.STATE_CONNECTING:
            raise ValueError("the link is not accepted yet")
        text = message.get("text")
        if text is not None:
            self.sendMessage(text.encode(), False)
        else:
            self.sendMessage(message["bytes"], True)

    def accept(self, message: Message) -> None:
        if self.state != self.STATE_CONNECTING:
            raise ValueError("the link is accepted already")
        subprotocol = message.get("subprotocol")
        if subprotocol is not None and subprotocol not in self.websocket_protocols:
            # autobahn would hang for 5 s, then reset, and log nothing
            logger.error("Subprotocol %r was not offered by %s: accepted without", subprotocol, self.path)
            subprotocol = None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message.get("headers") or ()}
        self.__dict__.pop("handshake_deferred").callback((subprotocol, headers))

    def close(self, message: Message) -> None:
        if self.state == self.STATE_CONNECTING:
            self.refuse(403)
        else:
            self.close_with(message.get("code") or 1000, message.get("reason") or "")

    def start_refusal(self, message: Message) -> None:
        if self.state != self.STATE_CONNECTING:
            raise ValueError("the link is accepted already")
        self.denial = {"status": message["status"], "headers": message.get("headers", ()), "body": b""}

    def finish_refusal(self, message: Message) -> None:
        if self.denial is None:
            raise ValueError("websocket.http.response.start comes first")
        self.denial["body"] += message.get("body", b"")
        if not message.get("more_body"):
            self.refuse(**self.denial)

    def ping(self, message: Message) -> None:
        if self.state != self.STATE_OPEN:
            return
        self.sendPing()
        self.pong_wanted = True
        if self.inbox_full:
            self.sign_of_life()  # its pong waits behind what we do not read, and it sent all that

    def set_keepalive(self, message: Message) -> None:
        self.silence = message["silence"]

    # --- the server's own doing ------------------------------------------------------------------------------------

    def sign_of_life(self) -> None:
        self.pong_wanted = False
        if not self.draining:
            self.application_queue.put_nowait({"type": "websocket.pong"})

    def refuse(self, status: int, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b"") -> None:
        self.__dict__.pop("handshake_deferred", None)
        self.sendData(http_refusal(status, headers, body))
        self.dropConnection(abort=False)

    def close_with(self, code: int, reason: str = "") -> None:
        """The close frame with any code that may stand in one; autobahn's sendClose knows 1000 and 3000-4999 only."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(*close_payload(code, reason))
            self.update_reading()

    def check_timeouts(self) -> None:
        """Called every two seconds; no timer per link."""
        check_timeouts(self, monotonic())

    def cut(self, code: int, reason: str) -> None:
        """End it without a close frame; the code is for the application."""
        self.cut_code, self.wasNotCleanReason = code, reason
        self.dropConnection(abort=True)

    def go_away(self) -> None:
        """At shutdown: what is read is all there is; the application answers it, then finds the disconnect."""
        if self.state == self.STATE_CONNECTING:
            self.refuse(503, [(b"Retry-After", b"10")])
        elif self.state == self.STATE_OPEN:
            self.draining = True
            self.update_reading()
            self.application_queue.put_nowait({"type": "websocket.disconnect", "code": 1001, "reason": "shutdown"})

    def application_returned(self) -> None:
        if self.state == self.STATE_CONNECTING:
            logger.error("The application neither accepted nor refused %s", self.path)
            self.refuse(500)
        else:
            self.close_with(1001 if self.draining else 1000)

    def handle_exception(self, exception: BaseException) -> None:
        if self.state == self.STATE_CONNECTING:
            self.refuse(500)
        else:
            self.close_with(1011)


REPLIES = {
    "websocket.send": Link.send_message,
    "websocket.accept": Link.accept,
    "websocket.close": Link.close,
    "websocket.http.response.start": Link.start_refusal,
    "websocket.http.response.body": Link.finish_refusal,
    "websocket.ping": Link.ping,
    "websocket.keepalive": Link.set_keepalive,
}


class LinkFactory(WebSocketFactory):
    protocol = Link
