"""Repair what our own faults have left: run the kept frames through their handlers again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from ocpp_ws.models import RejectedFrame
from ocpp_ws.replay import replay


class Command(BaseCommand):
    help = (
        "Run the frames whose handler failed again, in the order of their receipt. Each is repaired once, however "
        "often this is called. Exit code 1 if some still fail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="try each frame and roll it back")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        numbers = list(dead_letters().values_list("pk", flat=True))
        failed = sum(not self.repaired(number, dry_run=dry_run) for number in numbers)
        self.stdout.write(f"{len(numbers) - failed} of {len(numbers)} frames {'would be ' if dry_run else ''}repaired")
        if failed:
            raise CommandError(f"{failed} of {len(numbers)} frames still fail")

    def repaired(self, number: int, *, dry_run: bool) -> bool:
        frame = RejectedFrame.objects.select_related("station").get(pk=number)
        why = replay(frame, rehearse=dry_run)
        done = "would be repaired" if dry_run else "repaired"
        outcome = f"still fails: {why}" if why else done
        self.stdout.write(f"{frame.station.cp_id} {frame.received_at:%Y-%m-%d %H:%M:%S} {frame}: {outcome}")
        return not why


def dead_letters() -> QuerySet[RejectedFrame]:
    rows = RejectedFrame.objects.filter(kind=RejectedFrame.Kind.DEAD_LETTER, repaired_at=None)
    return rows.order_by("received_at", "pk")
