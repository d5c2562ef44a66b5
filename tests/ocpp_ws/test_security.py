"""Security over the socket: events, signing requests, and who may log in."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from ocpp_ws.authentication import credentials
from ocpp_ws.strangers import strangers
from ocpp_ws.writer import writer
from stations import commands, doorbell
from stations.certificates import authority
from stations.credentials import hashed
from stations.models import Certificate, ChargingStation, Command, SecurityEvent, SigningRequest
from tests.ocpp_ws.charger import BOOT, START, CallError, Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, in_thread, rows, station
from tests.stations import x509

KEY, OTHER = bytes(range(1, 17)), b"\xff:\x00" + b"k" * 17
EVENT = {"type": "TamperDetectionActivated", "timestamp": "2026-11-24T10:00:00Z", "techInfo": "lid"}


async def events(**wanted: Any) -> list[SecurityEvent]:
    await writer.commit(lambda _: None)  # what nobody has waited for
    return await rows(lambda: list(SecurityEvent.objects.filter(**wanted).select_related("station")))


async def test_an_event_is_stored_before_it_is_confirmed(charger: Charger) -> None:
    assert await charger.send("SecurityEventNotification", EVENT) == {}
    [event] = await events()
    assert (event.type, event.critical, event.tech_info, event.station.cp_id) == (EVENT["type"], True, "lid", "CP_1")
    await charger.send("SecurityEventNotification", EVENT)
    assert len(await events()) == 1


async def test_an_incomplete_event_is_told_so(charger: Charger) -> None:
    with pytest.raises(CallError) as error:
        await charger.send("SecurityEventNotification", {"type": "X"})
    assert error.value.code == "ProtocolError"


@pytest.mark.parametrize(("registration", "served"), [("Pending", True), ("Rejected", False)])
async def test_while_pending_credentials_may_be_renewed_and_events_told(
    connect: Connect, registration: str, served: bool
) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1", registration=registration)
    charger = await connect()
    for action, payload in (("SecurityEventNotification", EVENT), ("SignCertificate", {"csr": x509.request()})):
        if served:
            await charger.send(action, payload)
        else:
            with pytest.raises(CallError):
                await charger.send(action, payload)
    with pytest.raises(CallError) as error:
        await charger.send("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    assert error.value.code == "SecurityError"


@pytest.fixture
def automatic(settings: LazySettings, tmp_path: Path) -> None:
    settings.CA_FOLDER, settings.SIGN_CERTIFICATES = tmp_path, "automatic"
    authority.make(kind="ec", organization="Acme", days=100, now=timezone.now())


async def test_the_signed_certificate_comes_after_the_answer(automatic: None, connect: Connect) -> None:
    """Also where the outbox is looked at this very moment."""
    charger = await with_key(connect)
    await charger.send("BootNotification", BOOT | {"chargePointSerialNumber": "SN-1"})
    row = await station()
    for key in (x509.KEY, x509.RSA_KEY, x509.ec.generate_private_key(x509.ec.SECP256R1())):
        await charger.write([2, "s1", "SignCertificate", {"csr": x509.request(key=key)}])
        for _ in range(20):
            doorbell.ring(row.channel, {"type": "command.ready", "station": row.pk})
            await asyncio.sleep(0)
        assert await charger.text() == '[3,"s1",{"status":"Accepted"}]'
        doorbell.ring(row.channel, {"type": "command.ready", "station": row.pk})
        unique_id, payload = await charger.expect("CertificateSigned")
        await charger.answer(unique_id, {"status": "Accepted"})
        assert await charger.lives()
        assert payload["certificateChain"].startswith("-----BEGIN CERTIFICATE-----")
    assert await rows(SigningRequest.objects.filter(state="accepted").count) == 3
    assert await rows(Certificate.objects.filter(state="installed").count) == 1


async def test_a_stranger_of_the_open_policy_waits_in_the_inbox(automatic: None, charger: Charger) -> None:
    assert await charger.send("SignCertificate", {"csr": x509.request()}) == {"status": "Accepted"}
    assert await charger.send("SignCertificate", {"csr": "nonsense!"}) == {"status": "Rejected"}
    assert not await rows(Command.objects.exists)


# --- HTTP Basic -----------------------------------------------------------------------------------------------------


def basic(password: bytes, username: str = "CP_1") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(username.encode() + b":" + password).decode()}


async def with_key(connect: Connect, password: bytes = KEY, **columns: Any) -> Charger:
    told = {"authentication": "basic", "key_hash": hashed(password)} | columns
    await rows(ChargingStation.objects.create, cp_id="CP_1", **told)
    return await connect(headers=basic(password))


async def knocked(**options: Any) -> dict[str, Any]:
    charger = Charger(**options)
    start = await charger.knock()
    if start["type"] == "websocket.http.response.start":
        await charger.event()
        await charger.wait()
    return start


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("CP_1", KEY),
        ("cp_1", KEY),
        ("CP_1", KEY.hex().encode()),
        ("CP_1", KEY.hex().upper().encode()),
    ],
)
async def test_the_right_key_opens_the_door(connect: Connect, username: str, password: bytes) -> None:
    await (await with_key(connect)).hang_up()
    assert await (await connect(headers=basic(password, username))).lives()


async def test_a_key_may_be_any_bytes(connect: Connect) -> None:
    assert await (await with_key(connect, OTHER)).lives()


WRONG: dict[str, dict[str, str]] = {
    "nothing": {},
    "another key": basic(OTHER),
    "a part of it": basic(KEY[:-1]),
    "no key": basic(b""),
    "another's name": basic(KEY, "CP_2"),
    "another scheme": {"authorization": "Bearer " + KEY.hex()},
    "not base64": {"authorization": "Basic a"},
    "no colon": {"authorization": "Basic " + base64.b64encode(KEY).decode()},
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_station_that_must_log_in_and_does_not_gets_401_before_the_upgrade(connect: Connect, what: str) -> None:
    await (await with_key(connect)).hang_up()
    start = await knocked(headers=WRONG[what])
    assert start.get("status") == 401
    assert dict(start["headers"])[b"www-authenticate"] == b'Basic realm="OCPP"'
    assert not (await station()).online
    [event] = await events()
    assert (event.type, event.station.cp_id, event.tech_info) == ("AuthenticationFailed", "CP_1", "From 10.1.2.3:4567.")


@pytest.mark.parametrize("username", ["CP_2", "", "admin"])
async def test_any_user_name_will_do_where_the_operator_says_so(connect: Connect, username: str) -> None:
    await (await with_key(connect)).hang_up()
    await change(authentication="key")
    assert await (await connect(headers=basic(KEY, username))).lives()
    assert (await knocked(headers=basic(OTHER, username)))["status"] == 401
    assert (await station()).authentication == "key"


async def test_a_station_that_must_log_in_and_has_no_key_stays_out(connect: Connect) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1", authentication="basic")
    assert (await knocked(headers=basic(b"")))["status"] == 401


async def test_a_station_that_need_not_log_in_is_let_in_with_any_password(connect: Connect) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1", key_hash=hashed(KEY))
    await (await connect(headers=basic(OTHER))).hang_up()
    assert await (await connect()).lives()
    assert not await events()


async def test_who_has_proved_its_identity_takes_over_at_once(connect: Connect) -> None:
    """A half-open link must not keep it out; somebody without the key cannot displace it."""
    old = await with_key(connect)
    assert (await knocked())["status"] == 401
    assert await old.lives()
    new = await connect(headers=basic(KEY))
    assert (await old.event()).get("code") == 4001  # it was not even asked whether it lives
    assert await new.lives()


async def change_key(charger: Charger, **answer: Any) -> Command:
    """TC_073: a new password is sent; what the station makes of it."""
    asking = in_thread(
        commands.change_configuration, await station(), actor="olga", key="AuthorizationKey", value=OTHER.hex()
    )
    unique_id, payload = await charger.expect("ChangeConfiguration")
    assert payload == {"key": "AuthorizationKey", "value": OTHER.hex()}
    if answer:
        await charger.answer(unique_id, answer)
    else:
        await charger.hang_up()
    return await asking


@pytest.mark.parametrize(
    ("status", "right", "wrong"), [("Accepted", OTHER, KEY), ("Rejected", KEY, OTHER), ("NotSupported", KEY, OTHER)]
)
async def test_after_the_answer_only_one_key_holds(connect: Connect, status: str, right: bytes, wrong: bytes) -> None:
    charger = await with_key(connect)
    assert (await change_key(charger, status=status)).status == status
    await charger.hang_up()
    assert (await knocked(headers=basic(wrong)))["status"] == 401
    assert await (await connect(headers=basic(right))).lives()
    assert len(await events(type="AuthorizationKeyChanged")) == (status == "Accepted")


async def test_a_link_lost_before_the_answer_leaves_both_keys_until_the_new_one_is_used(connect: Connect) -> None:
    assert (await change_key(await with_key(connect))).state == "unknown"
    for key in (KEY, OTHER):
        await (await connect(headers=basic(key))).hang_up()
    assert (await knocked(headers=basic(KEY)))["status"] == 401
    assert await (await connect(headers=basic(OTHER))).lives()


async def test_a_profile_that_was_reached_is_not_left_again(connect: Connect) -> None:
    charger = await with_key(connect, authentication="none", pending_security_profile=1)
    await charger.hang_up()
    assert (await station()).security_profile == 1
    assert (await knocked())["status"] == 401  # A05.FR.09


@pytest.mark.parametrize("header", [b"Basic", b"Basic ", b"\xff\xfe", b"basic !!!!"])
def test_odd_headers_prove_nothing(header: bytes) -> None:
    assert credentials({"headers": [(b"authorization", header)]}) is None


# --- what the gateway notices ---------------------------------------------------------------------------------------


async def test_a_stranger_is_noticed_once_however_many_names_it_tries(connect: Connect, settings: LazySettings) -> None:
    settings.STATION_POLICY = "known"
    for n in range(3):
        assert (await knocked(cp_id=f"GUESS_{n}"))["status"] == 404
    strangers.flush()
    [event] = await events()
    assert (event.type, event.station, event.count) == ("UnknownIdentity", None, 3)
    assert event.tech_info == "GUESS_0 from 10.1.2.3:4567."


async def test_a_refused_takeover_is_noticed(charger: Charger) -> None:
    newcomer = asyncio.create_task(knocked())
    assert (await charger.event())["type"] == "websocket.ping"
    await charger.lives()
    assert (await newcomer)["status"] == 503
    [event] = await events()
    assert (event.type, event.critical) == ("TakeoverRefused", True)


async def test_another_stations_transaction_is_noticed(connect: Connect) -> None:
    owner, other = await connect(), await connect("CP_2")
    number = (await owner.send("StartTransaction", START))["transactionId"]
    stop = {"transactionId": number, "meterStop": 2000, "timestamp": "2026-03-01T13:00:00Z"}
    await other.send("StopTransaction", stop)
    [event] = await events()
    assert (event.type, event.critical, event.station.cp_id) == ("ForeignTransactionId", True, "CP_2")
    assert "CP_1" in event.tech_info


async def test_an_oversize_message_and_a_flood_are_noticed(connect: Connect) -> None:
    charger = await connect()
    await charger.send_input({"type": "websocket.disconnect", "code": 1009})
    await charger.wait()
    assert [event.type for event in await events()] == ["OversizeMessage"]
    noisy = await connect("CP_2")
    for _ in range(12):
        await noisy.write("not json")
    with pytest.raises(Closed):
        await noisy.text()
    assert [event.type for event in await events(station__cp_id="CP_2")] == ["FloodOfUnreadableMessages"]
    await change("CP_2", name="stays")
