"""A configuration template on its way: one key at a time, never again after a failure or a new link."""

from stations import commands
from stations.models import Command, ConfigurationTemplate
from tests.ocpp_ws.charger import BOOT, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import in_thread, rows, station


async def applied(charger: Charger) -> str:
    """The message id of the first of three keys."""
    template = await rows(ConfigurationTemplate.objects.create, name="T", settings="A=1\nB=2\nC=3")
    in_thread(commands.apply_template, await station(), actor="olga", template=template, wait=0)
    unique_id, payload = await charger.expect("ChangeConfiguration")
    assert payload == {"key": "A", "value": "1"}
    return unique_id


async def sent() -> list[tuple[str, str]]:
    found = await rows(lambda: list(Command.objects.order_by("pk").values_list("payload", "state", "actor")))
    assert {actor for *_, actor in found} == {"olga"}
    return [(payload["key"], state) for payload, state, _ in found]


async def test_each_key_follows_the_answer_to_the_one_before(charger: Charger) -> None:
    unique_id = await applied(charger)
    assert await charger.lives()  # the next frame is no second key
    await charger.answer(unique_id, {"status": "Accepted"})
    for expected in ({"key": "B", "value": "2"}, {"key": "C", "value": "3"}):
        unique_id, payload = await charger.expect("ChangeConfiguration")
        assert payload == expected
        await charger.answer(unique_id, {"status": "RebootRequired"})
    assert await charger.lives()
    assert await sent() == [("A", "answered"), ("B", "answered"), ("C", "answered")]


async def test_an_error_ends_it(charger: Charger) -> None:
    await charger.fail(await applied(charger), "InternalError")
    assert await charger.lives()
    assert await sent() == [("A", "call_error")]


async def test_a_station_that_crashes_over_a_key_gets_no_other_when_it_is_back(
    connect: Connect, charger: Charger
) -> None:
    await charger.answer(await applied(charger), {"status": "Accepted"})
    await charger.expect("ChangeConfiguration")
    await charger.hang_up()
    charger = await connect()
    await charger.send("BootNotification", BOOT)
    assert await charger.lives()
    assert await sent() == [("A", "answered"), ("B", "unknown")]
