"""Events are told by webhook and e-mail: signed, tried again, and written down."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.alerts.deliver import PAUSES, Deliverer, claim
from gateway.models import Delivery, Event, Subscription
from tests.ocpp_ws.conftest import quiet
from tests.ocpp_ws.rows import rows as run

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """A server that keeps what is posted to it, and answers `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[dict[str, str], str]] = []
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                mine.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(mine.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Not on the console."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    thread = threading.Thread(target=one.server.serve_forever)
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


def event(kind: str = "alert.opened") -> Event:
    now = timezone.now()
    key = f"{kind}:{Event.objects.count()}"
    return Event.objects.create(type=kind, cp_id="CP_1", at=now, noted_at=now, key=key, data={"kind": "offline"})


async def subscribed(channel: str, address: str) -> Subscription:
    return await run(lambda: Subscription.objects.create(name="ours", channel=channel, address=address))


async def rounds(after: timedelta = timedelta(0)) -> Delivery:
    async with Deliverer() as deliverer:
        await deliverer.round(timezone.now() + after)
        await deliverer.done()
    await quiet()
    return await run(lambda: Delivery.objects.select_related("event").latest("pk"))


async def test_a_webhook_is_signed_and_told_of_its_types_once(receiver: Receiver) -> None:
    await run(event)  # before anybody subscribed
    to = await subscribed("webhook", receiver.address)
    wanted = await run(event)
    await run(event, "session.started")
    done = await rounds()
    await rounds()
    assert (done.state, done.attempts, done.outcome) == ("delivered", 1, "answered 204")
    [(headers, body)] = receiver.got
    assert Webhook(to.secret).verify(body, headers)["id"] == wanted.pk
    assert json.loads(body)["cpId"] == "CP_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(to.secret).verify(body.replace("CP_1", "CP_2"), headers)


@pytest.mark.parametrize("status", [500, 302])
async def test_what_is_not_taken_is_tried_again_until_it_has_failed(receiver: Receiver, status: int) -> None:
    receiver.status = status
    await subscribed("webhook", receiver.address)
    await run(event)
    waited = timedelta(0)
    for pause in PAUSES:
        one = await rounds(waited)
        assert (one.state, one.outcome) == ("waiting", f"answered {status}")
        assert (await rounds(waited)).attempts == one.attempts  # not before its time
        waited += pause + timedelta(seconds=1)
    assert (await rounds(waited)).state == "failed"
    await rounds(waited + timedelta(days=30))
    assert len(receiver.got) == len(PAUSES) + 1


async def test_of_two_processes_one_sends_it(receiver: Receiver) -> None:
    await subscribed("webhook", receiver.address)
    await run(event)
    now = timezone.now()

    def twice() -> list[bool]:
        Delivery.objects.create(subscription=Subscription.objects.get(), event=Event.objects.get(), next_at=now)
        one, other = Delivery.objects.get(), Delivery.objects.get()
        return [claim(one, now), claim(other, now)]

    assert await run(twice) == [True, False]


async def test_a_mail_says_what_happened(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example.org", "https://gateway.example.org/"
    await subscribed("email", "operator@example.org")
    await run(event)
    assert (await rounds()).state == "delivered"
    [letter] = mail.outbox
    assert letter.subject == "[OCPP gateway] CP_1 offline opened"
    assert letter.to == ["operator@example.org"]
    assert "https://gateway.example.org/admin/" in letter.body


async def test_without_a_mail_server_it_says_so(settings: Settings) -> None:
    settings.EMAIL_HOST = None
    await subscribed("email", "operator@example.org")
    await run(event)
    assert (await rounds()).outcome == "No mail server is known: set EMAIL_URL."


@pytest.fixture
def slow() -> Iterator[str]:
    """A server that drips its answer for ever."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            caller, _ = server.accept()
            with caller, contextlib.suppress(OSError):
                caller.sendall(b"HTTP/1.1 200 OK\r\n")
                while not over.wait(0.02):
                    caller.sendall(b"x-drip: 1\r\n")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()


async def test_one_that_never_ends_holds_up_no_other_and_is_given_up(
    receiver: Receiver, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.alerts.deliver.TIMEOUT_SECONDS", 1.0)
    await subscribed("webhook", slow)
    await subscribed("webhook", receiver.address)
    await run(event)
    async with Deliverer() as deliverer:
        await deliverer.round(timezone.now())
        async with asyncio.timeout(0.9):
            while not receiver.got:  # noqa: ASYNC110 - a server has no event to wait for
                await asyncio.sleep(0.01)
        await deliverer.done()
    await quiet()
    assert await run(lambda: list(Delivery.objects.order_by("pk").values_list("state", "outcome"))) == [
        ("waiting", "no answer in time"), ("delivered", "answered 204"),
    ]  # fmt: skip


async def test_one_that_was_disabled_is_not_told_what_happened_meanwhile(receiver: Receiver) -> None:
    to = await subscribed("webhook", receiver.address)
    await run(Subscription.objects.filter(pk=to.pk).update, enabled=False)
    await run(event)
    async with Deliverer() as deliverer:
        await deliverer.round(timezone.now())
    await run(Subscription.objects.filter(pk=to.pk).update, enabled=True)
    async with Deliverer() as deliverer:
        await deliverer.round(timezone.now())
    await quiet()
    assert receiver.got == []


@pytest.mark.parametrize(
    ("address", "fits"),
    [("http://n8n:5678/hook", True), ("https://user:pw@example.org/x?token=1", True), ("ftp://example.org/", False),
     ("http:///x", False), ("http://a b/", False), ("http://x:99999999/", False), ("example.org", False)],
)  # fmt: skip
def test_a_webhooks_address(address: str, fits: bool) -> None:
    one = Subscription(name="x", channel="webhook", address=address, told_to=0)
    if fits:
        one.clean()
    else:
        with pytest.raises(ValidationError, match="Give an address"):
            one.clean()
