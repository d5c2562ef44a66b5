"""Core 4.8: the idTag is verified anew, and a refused one gets its session all the same."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from stations.models import ChargingStation, UnknownTag
from tests.sessions_app.messages import NOON, Messages, at


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "Blocked"}, "Blocked"),
        ({"status": "Inactive"}, "Invalid"),
        ({"valid_until": NOON}, "Expired"),
        ({"valid_until": NOON + timedelta(seconds=1)}, "Accepted"),
        ({"tag_id": "ANOTHER", "tag_key": "another"}, "Invalid"),
    ],
)
def test_a_refused_card_gets_a_session_with_its_real_status(
    charger: Messages, card: RfidCard, change: dict[str, object], status: str
) -> None:
    RfidCard.objects.update(**change)
    session = charger.start()
    assert session.id_tag_info["status"] == session.authorization == status
    assert ChargingSession.objects.get().status == "active"


def test_a_second_session_of_a_card_is_concurrent(charger: Messages, card: RfidCard) -> None:
    charger.start(connector=1)
    second = charger.start(connector=2)
    assert second.id_tag_info["status"] == "ConcurrentTx"
    assert charger.start(connector=2).id_tag_info["status"] == "ConcurrentTx"  # and its retry is told the same


def test_the_same_card_on_the_same_connector_is_not_concurrent(charger: Messages, card: RfidCard) -> None:
    charger.start(at(0))
    assert charger.start(at(9)).id_tag_info["status"] == "Accepted"


def test_a_card_may_start_again_after_its_stop(charger: Messages, card: RfidCard) -> None:
    charger.stop(charger.start(connector=1).transaction_id)
    assert charger.start(connector=2).id_tag_info["status"] == "Accepted"


def test_sessions_that_were_refused_do_not_count(charger: Messages, card: RfidCard) -> None:
    RfidCard.objects.update(status="Blocked")
    charger.start(connector=1)
    RfidCard.objects.update(status="Active")
    assert charger.start(connector=2).id_tag_info["status"] == "Accepted"


@pytest.mark.parametrize(("limit", "last"), [(2, "ConcurrentTx"), (3, "Accepted"), (None, "Accepted")])
def test_a_card_may_have_as_many_sessions_as_it_says(
    charger: Messages, card: RfidCard, limit: int | None, last: str
) -> None:
    RfidCard.objects.update(max_sessions=limit)
    statuses = [charger.start(connector=number).id_tag_info["status"] for number in (1, 2, 3)]
    assert statuses == ["Accepted", "Accepted", last]


def test_sessions_count_over_stations(charger: Messages, card: RfidCard) -> None:
    charger.start()
    assert Messages("CP_2").start().id_tag_info["status"] == "ConcurrentTx"


def test_an_unknown_tag_may_be_accepted_and_becomes_no_card(charger: Messages, settings: LazySettings) -> None:
    settings.UNKNOWN_TAGS = "accept"
    session = charger.start()
    assert (session.authorization, session.card) == ("Accepted", None)
    assert not RfidCard.objects.exists()
    assert UnknownTag.objects.get().count == 1
    ChargingStation.objects.update(unknown_tags="deny")
    assert charger.start(connector=2).authorization == "Invalid"


def test_a_retry_is_told_the_same_and_counted_once(charger: Messages) -> None:
    for _ in range(3):
        assert charger.start().authorization == "Invalid"
    assert UnknownTag.objects.get().count == 1


def test_sessions_from_before_the_tag_became_a_card_count(charger: Messages, settings: LazySettings) -> None:
    settings.UNKNOWN_TAGS = "accept"
    charger.start(connector=1)
    RfidCard.objects.create(tag_id="04AABB")
    assert charger.start(connector=2).authorization == "ConcurrentTx"


def test_a_card_is_one_whatever_stations_append(charger: Messages, card: RfidCard, settings: LazySettings) -> None:
    settings.ID_TAG_SPLIT = "_"
    first, second = charger.start(connector=1, id_tag="04AABB_1"), charger.start(connector=2, id_tag="04AABB_2")
    assert (first.authorization, second.authorization) == ("Accepted", "ConcurrentTx")
    assert (first.card, first.id_tag) == (card, "04AABB_1")
