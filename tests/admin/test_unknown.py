"""Unknown stations and tags in the admin: one click takes one in, or forgets it."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from rfid.models import RfidCard
from stations.admin.show import listing
from stations.models import ChargingStation, UnknownStation, UnknownTag
from tests.admin.test_reconciliation import badge

SEEN: dict[str, Any] = {"count": 3, "first_seen_at": timezone.now(), "last_seen_at": timezone.now()}


@pytest.fixture
def stranger(db: None) -> UnknownStation:
    return UnknownStation.objects.create(cp_id="NEW_1", address="10.0.0.9:1", user_agent="agent", **SEEN)


@pytest.fixture
def tag(station: ChargingStation) -> UnknownTag:
    return UnknownTag.objects.create(tag="04AABB", station=station, **SEEN)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def buttons(html: str) -> dict[str, str]:
    """The words of the buttons in the rows, and where they post to."""
    return {words: place for place, words in re.findall(r'formaction="([^"]+)" formmethod="post" >([^<]+)<', html)}


def test_strangers_are_counted_beside_every_page(operator: Client, stranger: UnknownStation) -> None:
    assert badge(text(operator, "/admin/"), listing(UnknownStation)) == "1"
    ChargingStation.objects.create(cp_id="new_1")
    assert badge(text(operator, "/admin/"), listing(UnknownStation)) == "", "it is known now"


@pytest.mark.parametrize(("words", "registration"), [("Add", "Accepted"), ("Add as pending", "Pending")])
def test_one_click_adds_a_station(operator: Client, stranger: UnknownStation, words: str, registration: str) -> None:
    html = text(operator, listing(UnknownStation))
    assert "10.0.0.9:1" in html
    response = operator.post(buttons(html)[words], follow=True)
    assert "NEW_1" in response.content.decode()
    station = ChargingStation.objects.get()
    assert (station.cp_id, station.registration) == ("NEW_1", registration)
    assert not UnknownStation.objects.exists()


def test_one_click_makes_a_card(operator: Client, tag: UnknownTag) -> None:
    operator.post(buttons(text(operator, listing(UnknownTag)))["Make it a card"])
    assert (RfidCard.objects.get().tag_id, RfidCard.objects.get().status) == ("04AABB", "Active")
    assert not UnknownTag.objects.exists()


def test_a_tag_that_no_card_can_have_stays_and_says_why(operator: Client, tag: UnknownTag) -> None:
    UnknownTag.objects.update(tag="x" * 21)
    place = buttons(text(operator, listing(UnknownTag)))["Make it a card"]
    assert "at most 20 characters" in operator.post(place, follow=True).content.decode()
    assert UnknownTag.objects.exists()


@pytest.mark.parametrize("table", [UnknownStation, UnknownTag])
def test_rows_are_forgotten_one_by_one_or_together(
    operator: Client, stranger: UnknownStation, tag: UnknownTag, table: Any
) -> None:
    operator.post(buttons(text(operator, listing(table)))["Forget"])
    assert not table.objects.exists()
    fields = {"cp_id": "A"} if table is UnknownStation else {"tag": "A", "station": tag.station}
    row = table.objects.create(**fields, **SEEN)
    operator.post(listing(table), {"action": "forget_selected", "_selected_action": [row.pk]})
    assert not table.objects.exists()


@pytest.mark.parametrize("table", [UnknownStation, UnknownTag])
def test_who_may_only_look_changes_nothing(
    operator: Client, looker: Client, stranger: UnknownStation, tag: UnknownTag, table: Any
) -> None:
    places = buttons(text(operator, listing(table))).values()
    assert buttons(text(looker, listing(table))) == {}
    assert {looker.post(place).status_code for place in places} == {403}
    assert table.objects.count() == 1
    assert (ChargingStation.objects.count(), RfidCard.objects.count()) == (1, 0)


def test_who_may_add_cards_may_adopt_and_not_forget(client: Client, tag: UnknownTag) -> None:
    user = User.objects.create_user("carl", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_unknowntag", "add_rfidcard"]))
    client.force_login(user)
    assert set(buttons(text(client, listing(UnknownTag)))) == {"Make it a card"}


def test_only_a_post_takes_in(operator: Client, stranger: UnknownStation) -> None:
    place = buttons(text(operator, listing(UnknownStation)))["Add"]
    assert operator.get(place).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get())
    assert strict.post(place).status_code == 403
    assert not ChargingStation.objects.exists()
