"""Who is let in, and how the others are refused."""

from typing import Any

import pytest
from django.conf import LazySettings

from ocpp_ws.identity import Denied, identity_of
from stations.models import ChargingStation, Quirk
from tests.ocpp_ws.charger import Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import rows, station


@pytest.mark.parametrize(
    ("path", "cp_id"),
    [
        ("/CP_1", "CP_1"),
        ("/CP_1/", "CP_1"),
        ("/RDAM%20123", "RDAM 123"),
        ("/ocpp/1.6/CP_1", "CP_1"),
        ("//CP_1", "CP_1"),
        ("/CP_1?token=x", "CP_1"),
        ("/%C3%84rger", "Ärger"),
        ("/%C4rger", "Ärger"),
        ("/%20CP_1%20", "CP_1"),
        ("/100%25", "100%"),
        ("/%2541", "%41"),
        ("/a:b@c=d|e+f*g.h", "a:b@c=d|e+f*g.h"),
        ("/" + "x" * 48, "x" * 48),
    ],
)
def test_the_identity_is_the_last_part_of_the_path_decoded_once(path: str, cp_id: str) -> None:
    assert identity_of({"raw_path": path.encode()}) == cp_id


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 400), ("/%2F", 400), ("/a%2Fb", 400), ("/a%2fb", 400), ("/%00", 400), ("/a%0Ab", 400), ("/..", 400),
        ("/a/%2E%2E", 400), ("/%20", 400), ("/%zz", 400), ("/a%2", 400), ("/CP%80", 400), ("/%E2%80%AEabc", 400),
        ("/" + "x" * 49, 400), ("/" + "%41" * 49, 400), ("/admin/x", 404), ("/ws/admin/x", 404), ("/api/CP_1", 404),
        ("/STATIC/x", 404), ("/metrics", 404), ("/healthz", 404), ("/readyz", 404), ("/media/x", 404),
        ("/files/x", 404),
    ],
)  # fmt: skip
def test_what_cannot_be_an_identity_is_refused(path: str, status: int) -> None:
    with pytest.raises(Denied) as refusal:
        identity_of({"raw_path": path.encode()})
    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("path", "cp_id"),
    [("/ocpp/cs/CP_1", "CP_1"), ("//ocpp/cs/depot/CP_1/", "CP_1"), ("/ocpp/cs/admin", "admin")],
)
def test_where_a_prefix_is_set_stations_stand_below_it(settings: LazySettings, path: str, cp_id: str) -> None:
    settings.STATION_PATH_PREFIX = "ocpp/cs"
    assert identity_of({"raw_path": path.encode()}) == cp_id


@pytest.mark.parametrize(
    ("path", "status"),
    [("/ocpp/cs/", 400), ("/CP_1", 404), ("/ocpp/CP_1", 404), ("/ocpp", 404), ("/OCPP/cs/CP_1", 404), ("/", 404)],
)
def test_where_a_prefix_is_set_other_paths_are_no_stations(settings: LazySettings, path: str, status: int) -> None:
    settings.STATION_PATH_PREFIX = "ocpp/cs"
    with pytest.raises(Denied) as refusal:
        identity_of({"raw_path": path.encode()})
    assert refusal.value.status == status


async def refused(**options: Any) -> tuple[int, str]:
    """The HTTP status of a refused handshake, and the sentence with it."""
    charger = Charger(**options)
    start = await charger.knock()
    assert start["type"] == "websocket.http.response.start"
    body = await charger.event()
    await charger.wait()
    return start["status"], body["body"].decode()


async def test_a_bad_identity_gets_400_and_a_sentence(connect: Connect) -> None:
    status, sentence = await refused(cp_id="/a%2Fb")
    assert status == 400
    assert "without a slash" in sentence


async def test_a_stranger_gets_404_where_stations_must_be_known(connect: Connect, settings: LazySettings) -> None:
    settings.STATION_POLICY = "known"
    assert (await refused(cp_id="CP_9"))[0] == 404
    assert await rows(ChargingStation.objects.count) == 0


async def test_a_known_station_is_let_in(connect: Connect, settings: LazySettings) -> None:
    settings.STATION_POLICY = "known"
    await rows(ChargingStation.objects.create, cp_id="CP_9")
    assert await (await connect("cp_9")).lives()
    assert (await station("CP_9")).online


async def test_a_stranger_is_registered_under_the_open_policy(connect: Connect) -> None:
    await connect("New one")
    row = await station("New one")
    assert (row.registration, row.online, row.remote_address) == ("Accepted", True, "10.1.2.3:4567")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (("ocpp1.6",), "ocpp1.6"),
        (("ocpp2.0.1", "ocpp1.6"), "ocpp1.6"),
        (("OCPP1.6",), "OCPP1.6"),
        ((), None),
        (("",), None),
    ],
)
async def test_the_subprotocol_is_answered_in_the_stations_spelling(
    connect: Connect, offered: tuple[str, ...], chosen: str | None
) -> None:
    charger = Charger(subprotocols=offered)
    assert (await charger.knock())["subprotocol"] == chosen
    assert await charger.lives()
    quirks = await rows(lambda: list(Quirk.objects.values_list("kind", flat=True)))
    assert quirks == ([] if chosen else ["no-subprotocol"])


async def test_only_other_subprotocols_complete_the_handshake_and_close(connect: Connect) -> None:
    charger = Charger(subprotocols=("ocpp0.1", "ocpp2.0.1"))  # OCPP-J 3.2, TC_088
    assert (await charger.knock())["subprotocol"] is None
    with pytest.raises(Closed):
        await charger.text()
    await charger.wait()
    assert await rows(ChargingStation.objects.count) == 0


async def test_the_subprotocol_may_be_required(connect: Connect, settings: LazySettings) -> None:
    settings.REQUIRE_SUBPROTOCOL = True
    assert (await refused(subprotocols=()))[0] == 400
    assert await (await connect()).lives()


@pytest.mark.parametrize("origin", ["http://evil.test", "http://gateway.test.evil.test", "null", "file://"])
async def test_a_foreign_web_page_is_refused(connect: Connect, origin: str) -> None:
    assert (await refused(headers={"origin": origin}))[0] == 403


@pytest.mark.parametrize("origin", ["", "http://gateway.test:3000", "http://GATEWAY.test", "https://gateway.test"])
async def test_a_stations_own_origin_is_no_trouble(connect: Connect, origin: str) -> None:
    assert await (await connect(headers={"origin": origin})).lives()


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("10.0.0.9:3000", "10.0.0.9:3000"), ("ocpp.example.com", "ocpp.example.com"), ("[::1]:3000", "[::1]:3000"),
        ("x/../admin", ""), ("user@evil", ""), ("", ""), ("x" * 300, ""),
    ],
)  # fmt: skip
async def test_the_host_under_which_it_reached_us_is_kept_if_it_can_be_part_of_an_address(
    connect: Connect, host: str, kept: str
) -> None:
    await connect(headers={"host": host})
    assert (await ChargingStation.objects.aget()).host == kept
