"""Whether the server pings a link is the station's matter, and outlives its links."""

import pytest

from ocpp_ws.writer import writer
from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, station


async def cut(charger: Charger, code: int) -> None:
    """The server has ended the link."""
    await charger.send_input({"type": "websocket.disconnect", "code": code})
    await charger.wait()
    await writer.commit(lambda _: None)  # what nobody has waited for is stored


@pytest.mark.parametrize("code", [5001, 1006])
async def test_after_three_links_without_a_pong_the_next_one_is_spared(connect: Connect, code: int) -> None:
    for _ in range(3):
        charger = await connect()
        assert await charger.lives(), "the first thing that it hears is the answer"
        await cut(charger, code)
    assert (await station()).pings == ("off" if code == 5001 else "auto")
    charger = await connect()
    if code == 5001:
        assert await charger.event() == {"type": "websocket.keepalive", "silence": 180.0}
    assert await charger.lives()


async def test_a_station_that_the_operator_exempts_is_spared_from_its_next_link_on(connect: Connect) -> None:
    await (await connect()).hang_up()
    await change(pings="off")
    assert (await (await connect()).event())["type"] == "websocket.keepalive"
