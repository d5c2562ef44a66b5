"""B27, B30, BF4: the server's limits, set where they are never reached."""

import asyncio

from tests.guards.found import failing
from tests.server import test_backpressure, test_closing, test_handshake
from tests.server.conftest import AppServer, StartServer, start_server  # noqa: F401 - a fixture

NEVER, SECONDS = 3600.0, 3.0
LARGER = "x" * (test_closing.LIMIT + 1)


async def test_b27m_a_message_of_any_size_is_taken(start_server: StartServer) -> None:  # noqa: F811
    with failing([], AssertionError, "DID NOT RAISE"):
        await test_closing.test_more_than_that_is_closed_with_1009_and_the_application_knows(
            start_server(message_bytes=0), LARGER
        )


async def test_b30m_any_number_of_messages_may_wait(start_server: StartServer) -> None:  # noqa: F811
    def patient(**_: float) -> AppServer:
        return start_server(queue_patience=NEVER)  # type: ignore[no-any-return]

    with failing([], TimeoutError, "closed_with"):
        async with asyncio.timeout(SECONDS + 2.0):  # the server looks every two seconds
            await test_backpressure.test_more_than_64_messages_that_nobody_takes_end_the_link_after_a_while(patient)


async def test_bf4m_a_request_may_take_for_ever(start_server: StartServer) -> None:  # noqa: F811
    with failing([], TimeoutError, "peer.rest"):
        async with asyncio.timeout(SECONDS):
            await test_handshake.test_a_connection_that_says_nothing_is_cut(start_server(header_deadline=NEVER))
