"""A station's AuthorizationKey (white paper A01) and SecurityProfile (A05): hashes of the key, never the key.

A key on its way is accepted beside the old one, since a station that has taken it can log in with nothing else:
its hash is stored before the frame leaves. Accepted: only the new one holds (A01.FR.03); Rejected: only the old one
(A01.FR.04); no answer: both, until the first login with the new one.
"""

import hmac
import re
import secrets
from datetime import datetime
from typing import Any

from stations.errors import InvalidPayload, NotAllowed
from stations.models import ChargingStation, Command
from stations.services import Noticed, note_security_event

KEY, PROFILE = "authorizationkey", "securityprofile"  # CiString: case does not count
PROFILES = ("0", "1", "2", "3")
KEY_SHAPE = re.compile(r"(?:[0-9a-fA-F]{2}){16,20}")  # A00.FR.205: 16 to 20 bytes, in hexadecimal
Payload = dict[str, Any]


def hashed(password: bytes) -> str:
    """`sha256$salt$hmac`. Generated keys are long and random: a slow hash would only make reconnects slow."""
    salt = secrets.token_hex(16)
    return f"sha256${salt}${digest(password, salt)}"


def matches(password: bytes, stored: str) -> bool:
    _, salt, expected = stored.split("$")
    return hmac.compare_digest(digest(password, salt), expected)


def digest(password: bytes, salt: str) -> str:
    return hmac.digest(bytes.fromhex(salt), password, "sha256").hex()


def refuse_wrong(wish: Command) -> None:
    """Raises InvalidPayload or NotAllowed for a ChangeConfiguration that would lock the station out, or lower it."""
    station, value = wish.station, wish.payload.get("value", "")
    if is_change_of(wish, KEY) and not KEY_SHAPE.fullmatch(value):
        raise InvalidPayload([("value", "An AuthorizationKey is 16 to 20 bytes: 32 to 40 hexadecimal digits.")])
    if is_change_of(wish, PROFILE):
        if value not in PROFILES:
            raise InvalidPayload([("value", "A SecurityProfile is 0, 1, 2 or 3.")])
        if why := lowered(station, wish):
            raise NotAllowed(why)


def lowered(station: ChargingStation, command: Command) -> str:
    """Why it may not change the SecurityProfile like this (A00.FR.005); empty: it may, or changes something else."""
    has, value = station.security_profile, command.payload.get("value", "")
    if is_change_of(command, PROFILE) and value in PROFILES and int(value) < has:
        return f"{station.cp_id} has security profile {has}: OCPP never lowers it."
    return ""


def before_sending(command: Command) -> None:
    """Accept the key from here on, in the commit that marks the command as sent."""
    if is_change_of(command, KEY):
        station = ChargingStation.objects.locked().get(pk=command.station_id)
        station.pending_key_hashes = [*station.pending_key_hashes, hashed(bytes.fromhex(command.payload["value"]))]
        station.save(update_fields=["pending_key_hashes"])


def settle(command: Command, answer: Payload, now: datetime) -> None:
    """The effect of a ChangeConfiguration.conf on what the station proves its identity with."""
    if is_change_of(command, KEY):
        settle_key(command, answer["status"], now)
    elif is_change_of(command, PROFILE) and answer["status"] in ("Accepted", "RebootRequired"):
        wanted = int(command.payload["value"])
        lower = ChargingStation.objects.filter(pk=command.station_id, security_profile__lt=wanted)
        lower.update(pending_security_profile=wanted)


def settle_key(command: Command, status: str, now: datetime) -> None:
    # two processes may hear of the same key
    station, key = ChargingStation.objects.locked().get(pk=command.station_id), bytes.fromhex(command.payload["value"])
    pending: list[str] = station.pending_key_hashes
    mine = next((stored for stored in pending if matches(key, stored)), None)
    if mine is None:
        return  # a later one has been settled meanwhile
    if status == "Accepted":
        take(station, mine)
        note_security_event(type=Noticed.KEY_CHANGED, station_id=station.pk, tech_info=f"By {command.actor}.", now=now)
    elif status in ("Rejected", "NotSupported"):
        station.pending_key_hashes = [stored for stored in pending if stored != mine]
        station.save(update_fields=["pending_key_hashes"])


def logged_in(station_id: int, key_hash: str, now: datetime) -> None:
    """The station has proved that it has this key; so it has no older one, and may have a later one."""
    station = ChargingStation.objects.locked().get(pk=station_id)
    if key_hash in station.pending_key_hashes:
        take(station, key_hash)
    # A05.FR.09: not with a lower one any more. TLS ends before the gateway: profile 1 and 2 look the same here, and
    # of 3 a password is no proof
    if station.pending_security_profile in (1, 2):
        told = f"Profile {station.pending_security_profile}."
        station.security_profile, station.pending_security_profile = station.pending_security_profile, None
        station.require_login()
        station.save(update_fields=["security_profile", "pending_security_profile", "authentication"])
        note_security_event(type=Noticed.PROFILE_CHANGED, station_id=station_id, tech_info=told, now=now)


def take(station: ChargingStation, key_hash: str) -> None:
    """This is its key now; what was sent after it may still come."""
    pending: list[str] = station.pending_key_hashes
    station.key_hash, station.pending_key_hashes = key_hash, pending[pending.index(key_hash) + 1 :]
    station.save(update_fields=["key_hash", "pending_key_hashes"])


def is_change_of(command: Command, key: str) -> bool:
    return command.action == "ChangeConfiguration" and str(command.payload["key"]).lower() == key
