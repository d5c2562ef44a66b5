"""`manage.py prune`: removes at once what the running gateway removes by itself."""

from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from gateway.retention import KINDS, Kind, prune

SETTINGS = ", ".join(dict.fromkeys(kind.days for kind in KINDS if kind.days))


class Command(BaseCommand):
    help = f"Removes what is older than it is kept ({SETTINGS}), and says how much that was."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in KINDS:
            try:
                removed = async_to_sync(prune)(kind, timezone.now())
            except (OperationalError, InterfaceError) as error:
                raise CommandError(f"{kind.name}: {str(error).strip()}") from None
            self.stdout.write(f"{kind.name}: {outcome(kind, removed)}")


def outcome(kind: Kind, removed: int | None) -> str:
    if removed is None:
        return "kept for ever"
    age = f", older than {getattr(settings, kind.days)} days" if kind.days else ""
    return f"{removed} removed{age}"
