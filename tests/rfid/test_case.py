"""Identities and tags are one whatever their case, in any script and on every database."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ocpp_ws.protocol import ci_key
from rfid.admin import CardForm
from rfid.models import RfidCard
from rfid.services import find_card
from sessions_app.models import ChargingSession
from stations.models import ChargingStation
from tests.sessions_app.messages import Messages, at

pytestmark = pytest.mark.django_db
PAIRS = [("Ä1", "ä1"), ("ÉTÉ", "été"), ("ΟΔΟΣ", "οδος"), ("ЗАЛ", "зал"), ("STRASSE", "straße"), ("ΐ" * 20, "ΐ" * 20)]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_card_is_found_and_made_once_whatever_its_case(one: str, other: str) -> None:
    card = RfidCard.objects.create(tag_id=one)
    assert find_card(other) == card
    with pytest.raises(IntegrityError), transaction.atomic():
        RfidCard.objects.bulk_create([RfidCard(tag_id=other)])


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_station_is_found_and_made_once_whatever_its_case(one: str, other: str) -> None:
    station = ChargingStation.objects.create(cp_id=one)
    assert ChargingStation.objects.named(other).get() == station
    with pytest.raises(IntegrityError), transaction.atomic():
        ChargingStation.objects.create(cp_id=other)


def test_a_start_repeated_in_another_case_opens_nothing() -> None:
    charger = Messages()
    first, again = (charger.start(at(0), id_tag=tag) for tag in ("Ä1", "ä1"))
    assert first.pk == again.pk
    assert ChargingSession.objects.count() == 1


def test_a_card_that_is_renamed_is_found_by_its_new_tag() -> None:
    card = RfidCard.objects.create(tag_id="OLD")
    card.tag_id = "Ünew"
    card.save()
    assert (find_card("üNEW"), find_card("old")) == (card, None)


def test_the_longest_identity_fits_its_key() -> None:
    longest = "ΐ" * 48  # each becomes three characters
    assert len(ci_key(longest)) == 144
    ChargingStation.objects.create(cp_id=longest)
    assert ChargingStation.objects.named(longest).exists()


def test_a_card_may_begin_like_another_one_but_for_its_case(settings: Any) -> None:
    settings.ID_TAG_SPLIT = "_"
    RfidCard.objects.create(tag_id="AB")
    fields = {"status": "Active"}
    assert CardForm({"tag_id": "AB_1", **fields}).is_valid()
    assert "There is a card AB already" in str(CardForm({"tag_id": "ab", **fields}).errors)
