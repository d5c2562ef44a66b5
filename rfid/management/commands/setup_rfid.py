"""`manage.py setup_rfid`: three demo cards."""

from typing import Any

from django.core.management.base import BaseCommand

from ocpp_ws.protocol import ci_key
from rfid.models import RfidCard

CARDS = {
    "RFID_001": RfidCard.Status.ACTIVE,
    "RFID_002": RfidCard.Status.ACTIVE,
    "RFID_003": RfidCard.Status.BLOCKED,
}


class Command(BaseCommand):
    help = "Creates the demo cards RFID_001 and RFID_002 (Active) and RFID_003 (Blocked); leaves existing ones alone."

    def handle(self, *args: Any, **options: Any) -> None:
        for tag, status in CARDS.items():
            # no limit of sessions at once: `ocpp_test_client --count 50` shows one card at 50 stations
            defaults = {"tag_id": tag, "status": status, "holder": "Demo", "max_sessions": None}
            card, created = RfidCard.objects.get_or_create(tag_key=ci_key(tag), defaults=defaults)
            self.stdout.write(f"{card.tag_id}  {card.status:<8}  {'created' if created else 'was there already'}")
