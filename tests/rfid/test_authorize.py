"""Authorize: what a card is told (core 4.1, 7.2, 7.27)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rfid.models import RfidCard
from rfid.services import authorize, find_card, id_tag_info

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> RfidCard:
    return RfidCard.objects.create(tag_id="04aaBB")


def ask(id_tag: str = "04AABB") -> dict[str, str]:
    card = find_card(id_tag)
    return id_tag_info(card, authorize(card, now=NOON))


def test_a_card_is_known_whatever_its_case(card: RfidCard) -> None:
    assert ask("04AAbb") == {"status": "Accepted"}


@pytest.mark.parametrize("id_tag", ["", " ", "04AABB ", "04AAB", "X" * 500, "\ufffd", "Ä"])
def test_an_unknown_tag_is_invalid(card: RfidCard, id_tag: str) -> None:
    assert ask(id_tag) == {"status": "Invalid"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "Blocked"}, "Blocked"),
        ({"status": "Inactive"}, "Invalid"),
        ({"valid_until": NOON}, "Expired"),
        ({"valid_until": NOON + timedelta(seconds=1)}, "Accepted"),
        ({"status": "Blocked", "valid_until": NOON - timedelta(days=1)}, "Blocked"),
        ({"max_sessions": 0}, "Accepted"),
    ],
)
def test_the_cards_state_decides(card: RfidCard, change: dict[str, object], status: str) -> None:
    RfidCard.objects.update(**change)
    assert ask()["status"] == status


def test_expiry_and_group_are_told_and_left_out_where_there_are_none(card: RfidCard) -> None:
    RfidCard.objects.update(valid_until=NOON + timedelta(days=1), parent_id_tag="FLEET")
    assert ask() == {"status": "Accepted", "expiryDate": "2026-03-02T12:00:00Z", "parentIdTag": "FLEET"}


def test_showing_a_card_that_charges_is_never_concurrent(card: RfidCard) -> None:
    assert authorize(card, now=NOON) == "Accepted"
    assert authorize(card, now=NOON, other_sessions=1) == "ConcurrentTx"


def test_a_group_is_not_a_card(card: RfidCard) -> None:
    RfidCard.objects.update(parent_id_tag="FLEET")
    assert find_card("FLEET") is None


@pytest.mark.parametrize("id_tag", ["04AABB_12345", "04aabb;7", "04AABB_1;2", "04AABB"])
def test_what_a_station_appends_to_a_tag_is_cut_off(card: RfidCard, settings: Any, id_tag: str) -> None:
    settings.ID_TAG_SPLIT = "_;"
    assert ask(id_tag)["status"] == "Accepted"
    settings.ID_TAG_SPLIT = ""
    assert ask(id_tag)["status"] == ("Accepted" if id_tag == "04AABB" else "Invalid")


def test_a_card_with_the_whole_tag_comes_first(card: RfidCard, settings: Any) -> None:
    settings.ID_TAG_SPLIT = "_"
    RfidCard.objects.create(tag_id="04AABB_1", status="Blocked")
    assert [ask(tag)["status"] for tag in ("04AABB_1", "04AABB_2")] == ["Blocked", "Accepted"]


@pytest.mark.parametrize("id_tag", ["", " ", "_", "_04AABB"])
def test_nothing_is_left_of_no_tag(card: RfidCard, settings: Any, id_tag: str) -> None:
    settings.ID_TAG_SPLIT = "_"
    assert ask(id_tag) == {"status": "Invalid"}
