"""Writing what was planned."""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone

from rfid.csv_files.plan import Outcome, Plan
from rfid.models import RfidCard

BATCH = 500


def apply(plan: Plan) -> tuple[list[RfidCard], list[RfidCard]]:
    """The new and the changed cards, in one transaction; rows with errors are left out.

    Raises IntegrityError where somebody has created one of the cards meanwhile: then nothing is written.
    """
    new = [RfidCard(**row.values) for row in plan.of(Outcome.NEW)]
    alike: defaultdict[tuple[str, ...], list[RfidCard]] = defaultdict(list)  # by what changes: nothing else is written
    for row in plan.of(Outcome.CHANGED):
        assert row.card
        for change in row.changes:
            setattr(row.card, change.field, change.after)
        row.card.updated_at = timezone.now()
        alike[tuple(change.field for change in row.changes)].append(row.card)
    with transaction.atomic():
        RfidCard.objects.bulk_create(new, batch_size=BATCH)
        for fields, cards in alike.items():
            RfidCard.objects.bulk_update(cards, [*fields, "updated_at"], batch_size=BATCH)
    return new, [card for cards in alike.values() for card in cards]
