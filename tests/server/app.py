"""An application for the server's tests: the path says what it does. Run as a program, it serves itself."""

import asyncio
import hashlib
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class App:
    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await answer(scope, receive, send)
            return
        await receive()
        verb, _, argument = scope["path"].strip("/").partition("/")
        await VERBS.get(verb, echo)(scope, receive, send, argument)

    async def on_shutdown(self) -> None:
        print("on_shutdown", flush=True)


async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["path"].startswith("/pour/"):
        await pour(int(scope["path"].rpartition("/")[2]), send)
        return
    if scope["path"].startswith("/slow"):
        print("slow request", flush=True)
        await asyncio.sleep(1)
    if scope["path"].startswith("/go-on"):
        GO_ON.set()
    if scope["path"].startswith("/stats"):
        body = json.dumps({"taken": TAKEN}).encode()
    elif scope["path"].startswith("/swallow"):
        body = json.dumps(await swallow(receive)).encode()
    else:
        seen = {key: scope[key] for key in ("path", "root_path")}
        body = json.dumps(seen | {"raw_path": scope["raw_path"].decode("latin-1")}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    if scope["path"].startswith("/half"):
        raise RuntimeError("half an answer")
    await send({"type": "http.response.body", "body": body})


async def pour(megabytes: int, send: Send) -> None:
    """So much as an answer, as fast as the server takes it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(megabytes * 16):
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    print("poured", flush=True)


async def swallow(receive: Receive) -> dict[str, Any]:
    """The whole body of a request: its size, and a digest."""
    size, digest, more = 0, hashlib.sha256(), True
    while more:
        event = await receive()
        size, more = size + len(event["body"]), event["more_body"]
        digest.update(event["body"])
    return {"size": size, "sha256": digest.hexdigest()}


TAKEN: dict[str, int] = {}  # messages, by the last segment of the path
GO_ON = asyncio.Event()


async def echo(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    """Says first what it sees of the handshake, then whatever it gets, also the server's own messages."""
    await send({"type": "websocket.accept"})
    seen = {key: scope[key] for key in ("path", "subprotocols", "extensions")}
    await send({"type": "websocket.send", "text": json.dumps(seen | {"raw_path": scope["raw_path"].decode("latin-1")})})
    while (message := await receive())["type"] != "websocket.disconnect":
        if "bytes" in message:
            await send({"type": "websocket.send", "bytes": message["bytes"]})
        else:
            text = message.get("text", message["type"])
            await send({"type": "websocket.send", "text": text if len(text) < 1000 else str(len(text))})
    print("disconnect", message["code"], argument, flush=True)


async def deny(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    headers = [(b"retry-after", b"12"), (b"content-type", b"text/plain")]
    await send({"type": "websocket.http.response.start", "status": int(argument), "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"no ", "more_body": True})
    await send({"type": "websocket.http.response.body", "body": b"entry"})
    print("told", (await receive())["type"], flush=True)


async def forbid(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.close"})


async def close(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(argument), "reason": "because of ü" + "ä" * 60})
    await receive()


async def accept(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.accept", "subprotocol": argument or None})
    await receive()


async def crash(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    if argument == "late":
        await send({"type": "websocket.accept"})
    raise RuntimeError("as the test wants it")


async def leave(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    if argument == "late":
        await send({"type": "websocket.accept"})


async def stuck(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    """Takes one message, then none until somebody asks for /go-on."""
    await send({"type": "websocket.accept"})
    await receive()
    await GO_ON.wait()
    while (await receive())["type"] == "websocket.receive":
        TAKEN[argument] = TAKEN.get(argument, 1) + 1


async def slow(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    """Answers each message, as a database that needs its time would let it."""
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await asyncio.sleep(float(argument or 0.05))
        await send({"type": "websocket.send", "text": "answer to " + message["text"]})


async def hang(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.accept"})
    await asyncio.sleep(3600)


async def thread(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.accept"})
    print("thread started", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)


async def undecided(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await asyncio.sleep(3600)


async def ping(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.ping"})
    while (message := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": message["type"]})


async def unpinged(scope: dict[str, Any], receive: Receive, send: Send, argument: str) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.keepalive", "silence": float(argument)})
    await receive()


VERBS = {
    verb.__name__: verb
    for verb in (deny, forbid, close, accept, crash, leave, stuck, slow, hang, thread, undecided, ping, unpinged)
}
application = App()

if __name__ == "__main__":
    from gateway.server import Limits, Server

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    server = Server(
        application,
        ["tcp:port=0:interface=127.0.0.1"],
        limits=Limits(**json.loads(sys.argv[1])),
        ready_callable=lambda: print("port", server.ports[0].getHost().port, flush=True),
    )
    server.run()
