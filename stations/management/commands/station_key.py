"""`manage.py station_key`: the key that a station has from its factory, or a new one to enter there by hand."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stations.credentials import KEY_SHAPE, hashed
from stations.models import ChargingStation


class Command(BaseCommand):
    help = "Makes a station's AuthorizationKey, shown once, and has it present that key from its next connection on."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("cp_id", help="the station's identity")
        parser.add_argument("--key", help="the one that it has: 32 to 40 hexadecimal digits (default: a new one)")

    def handle(self, *args: Any, cp_id: str, key: str | None, **options: Any) -> None:
        if key and not KEY_SHAPE.fullmatch(key):
            raise CommandError("--key must be 16 to 20 bytes: 32 to 40 hexadecimal digits")
        station = ChargingStation.objects.named(cp_id).first()
        if station is None:
            raise CommandError(f"There is no station {cp_id}: add it in the admin first")
        word = key or secrets.token_hex(20)
        station.key_hash, station.pending_key_hashes = hashed(bytes.fromhex(word)), []
        station.require_login()
        station.save(update_fields=["key_hash", "pending_key_hashes", "authentication"])
        if not key:
            self.stdout.write(f"The AuthorizationKey of {station.cp_id}, shown only now: {word}")
