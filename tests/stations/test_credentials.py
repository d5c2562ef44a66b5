"""AuthorizationKey and SecurityProfile: a station can always log in, with nothing it should not, and never lower."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from stations import commands, credentials, outbox
from stations.credentials import hashed, matches
from stations.errors import InvalidPayload, NotAllowed
from stations.links import standing
from stations.models import ChargingStation, Command, SecurityEvent

NOW = timezone.now()
OLD, NEW, THIRD = "00" * 16, "11" * 20, "22" * 20


@pytest.fixture
def station(db: None) -> ChargingStation:
    return ChargingStation.objects.create(cp_id="CP_1", epoch=1, lease_until=NOW, key_hash=hashed(bytes.fromhex(OLD)))


def sent(station: ChargingStation, value: str, key: str = "AuthorizationKey") -> Command:
    payload = {"key": key, "value": value}
    row = Command.objects.create(station=station, action="ChangeConfiguration", payload=payload, actor="olga")
    command = outbox.take_next(station_id=station.pk, epoch=1, unique_id=str(row.pk), now=NOW)
    assert command is not None
    return command


def lets_in(*keys: str) -> list[bool]:
    known = standing("CP_1")
    assert known is not None
    return [any(matches(bytes.fromhex(key), stored) for stored in known.key_hashes) for key in keys]


def test_a_stored_key_is_a_salted_hash_of_its_bytes() -> None:
    first, second = hashed(b"\xff\x00:key"), hashed(b"\xff\x00:key")
    assert first != second
    assert first.split("$")[0] == "sha256"
    assert matches(b"\xff\x00:key", first)
    assert not matches(b"\xff\x00:other", first)


def test_a_key_is_accepted_beside_the_old_one_as_soon_as_its_command_is_sent(station: ChargingStation) -> None:
    sent(station, NEW)
    assert lets_in(OLD, NEW, THIRD) == [True, True, False]
    assert NEW not in str(ChargingStation.objects.values().get())


@pytest.mark.parametrize(
    ("status", "lets"),
    [
        ("Accepted", [False, True]),  # A01.FR.03
        ("Rejected", [True, False]),  # A01.FR.04
        ("NotSupported", [True, False]),
        ("RebootRequired", [True, True]),
    ],
)
def test_the_answer_decides_which_key_holds(station: ChargingStation, status: str, lets: list[bool]) -> None:
    credentials.settle(sent(station, NEW), {"status": status}, NOW)
    assert lets_in(OLD, NEW) == lets


def test_without_an_answer_the_first_login_with_the_new_key_decides(station: ChargingStation) -> None:
    sent(station, NEW)
    known = standing("CP_1")
    assert known is not None
    credentials.logged_in(station.pk, known.key_hashes[0], NOW)
    assert lets_in(OLD, NEW) == [True, True]
    credentials.logged_in(station.pk, known.key_hashes[1], NOW)
    assert lets_in(OLD, NEW) == [False, True]


def test_a_key_whose_fate_is_unknown_survives_the_rejection_of_a_later_one(station: ChargingStation) -> None:
    sent(station, NEW)
    credentials.settle(sent(station, THIRD), {"status": "Rejected"}, NOW)
    assert lets_in(OLD, NEW, THIRD) == [True, True, False]


def test_a_late_answer_about_an_older_key_leaves_the_later_one_open(station: ChargingStation) -> None:
    first = sent(station, NEW)
    sent(station, THIRD)
    credentials.settle(first, {"status": "Accepted"}, NOW)
    assert lets_in(OLD, NEW, THIRD) == [False, True, True]


def test_an_answer_that_comes_after_a_later_key_holds_changes_nothing(station: ChargingStation) -> None:
    first, second = sent(station, NEW), sent(station, THIRD)
    credentials.settle(second, {"status": "Accepted"}, NOW)
    credentials.settle(first, {"status": "Accepted"}, NOW)
    assert lets_in(OLD, NEW, THIRD) == [False, False, True]


@pytest.mark.parametrize("value", ["", "00" * 15, "00" * 21, "0" * 33, "g" * 32, "password-password", " " + "00" * 16])
@pytest.mark.parametrize("key", ["AuthorizationKey", "authorizationkey"])
def test_what_is_no_key_is_not_sent(station: ChargingStation, key: str, value: str) -> None:
    with pytest.raises(InvalidPayload):
        commands.change_configuration(station, actor="olga", key=key, value=value, wait=0)
    assert not Command.objects.exists()


def test_a_profile_is_never_lowered_by_us(station: ChargingStation) -> None:
    station.security_profile = 2
    with pytest.raises(NotAllowed, match="never lowers"):
        commands.change_configuration(station, actor="olga", key="SecurityProfile", value="1", wait=0)
    with pytest.raises(InvalidPayload):
        commands.change_configuration(station, actor="olga", key="SecurityProfile", value="two", wait=0)


def profile() -> Any:
    columns = ("authentication", "security_profile", "pending_security_profile")
    return ChargingStation.objects.values_list(*columns).get()


def test_an_accepted_profile_counts_once_the_station_has_logged_in_with_it(station: ChargingStation) -> None:
    credentials.settle(sent(station, "1", "SecurityProfile"), {"status": "Accepted"}, NOW)
    assert profile() == ("none", 0, 1)  # A05.FR.08: it may have to fall back
    credentials.logged_in(station.pk, station.key_hash, NOW)
    assert profile() == ("basic", 1, None)  # A05.FR.09
    assert SecurityEvent.objects.get().type == "SecurityProfileChanged"


def test_a_station_that_may_use_any_user_name_still_may_with_a_profile(station: ChargingStation) -> None:
    ChargingStation.objects.update(authentication="key", pending_security_profile=1)
    credentials.logged_in(station.pk, station.key_hash, NOW)
    assert profile() == ("key", 1, None)


def test_a_rejected_profile_is_not_noted(station: ChargingStation) -> None:
    credentials.settle(sent(station, "1", "SecurityProfile"), {"status": "Rejected"}, NOW)
    assert profile() == ("none", 0, None)


def test_a_password_proves_nothing_about_profile_3(station: ChargingStation) -> None:
    credentials.settle(sent(station, "3", "SecurityProfile"), {"status": "Accepted"}, NOW)
    credentials.logged_in(station.pk, station.key_hash, NOW)
    assert profile() == ("none", 0, 3)


def test_station_key_makes_one_and_shows_it_once(station: ChargingStation, capsys: Any) -> None:
    call_command("station_key", "cp_1")
    key = capsys.readouterr().out.strip().rsplit(" ", 1)[1]
    assert lets_in(OLD, key) == [False, True]
    assert profile()[0] == "basic"
    call_command("station_key", "CP_1", key=NEW)
    assert (lets_in(key, NEW), capsys.readouterr().out) == ([False, True], "")
    for wrong in (["CP_9"], ["CP_1", "--key", "abc"]):
        with pytest.raises(CommandError):
            call_command("station_key", *wrong)
