"""The queue between a link and its application."""

import asyncio

import pytest

from gateway.server import link_queue
from gateway.server.limits import Limits
from gateway.server.link_queue import LinkQueue, Message


class Marks(list[bool]):
    def queue(self) -> LinkQueue:
        return LinkQueue(Limits(), self.append)


def text(size: int = 1) -> Message:
    return {"type": "websocket.receive", "text": "x" * size}


async def test_it_is_full_above_64_messages_and_open_again_at_16() -> None:
    queue = (marks := Marks()).queue()
    for _ in range(64):
        queue.put_nowait(text())
    assert marks == []
    queue.put_nowait(text())
    queue.put_nowait(text())
    assert marks == [True]
    for _ in range(49):
        await queue.get()
    assert marks == [True]
    await queue.get()
    assert marks == [True, False]


async def test_it_tells_since_when_it_has_held_more_than_64(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Marks().queue()
    for second in range(1, 70):
        monkeypatch.setattr(link_queue, "monotonic", lambda now=second: float(now))
        queue.put_nowait(text())
    assert queue.over_since == 65.0
    for _ in range(4):
        await queue.get()
    assert queue.over_since == 65.0
    await queue.get()
    assert queue.over_since == 0.0, "64 are no more than 64, although it is read on at 16 only"


async def test_one_large_message_fills_it_until_it_is_taken() -> None:
    queue = (marks := Marks()).queue()
    queue.put_nowait(text(2 * 1024 * 1024))
    assert marks == [True]
    await queue.get()
    assert marks == [True, False]


async def test_a_cancelled_reader_loses_nothing() -> None:
    queue = Marks().queue()
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(text(3))
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await queue.get() == text(3)
