import pytest

from rfid.models import RfidCard
from tests.sessions_app.messages import Messages


@pytest.fixture
def charger(db: None) -> Messages:
    return Messages()


@pytest.fixture
def card(db: None) -> RfidCard:
    """The card of every message that does not name another."""
    return RfidCard.objects.create(tag_id="04AABB")
