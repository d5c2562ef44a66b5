"""The reconciliation list in the admin: found, read, and settled by one click of somebody who may."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from ocpp_ws.models import RejectedFrame
from sessions_app.models import ChargingSession, ReconciliationItem
from stations.admin.show import listing, page
from stations.models import ChargingStation
from tests.admin.hostile import HOSTILE

STOP = {"transactionId": 4711, "meterStop": 6000, "timestamp": "2026-03-01T12:30:00Z", "idTag": HOSTILE}


@pytest.fixture
def item(station: ChargingStation) -> ReconciliationItem:
    return ReconciliationItem.objects.create(
        station=station, kind="unmatched_stop", key="k", action="StopTransaction", payload=STOP,
        detail=f"StopTransaction named {HOSTILE}.", created_at=timezone.now(),
    )  # fmt: skip


def fix(item: ReconciliationItem, name: str) -> str:
    return page(item).replace("change/", f"fix/{name}/")


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_list_and_page_show_hostile_text_as_text(operator: Client, item: ReconciliationItem) -> None:
    for address in (listing(ReconciliationItem), listing(ReconciliationItem, q="x"), page(item)):
        assert "<script>x()" not in text(operator, address)
    assert page(item) in text(operator, listing(ReconciliationItem))


def test_page_shows_the_frame_and_the_sessions_it_may_be_about(
    operator: Client, item: ReconciliationItem, session: ChargingSession
) -> None:
    html = text(operator, page(item))
    assert "&quot;meterStop&quot;: 6000" in html
    assert page(session) in html
    assert fix(item, "close") in html
    assert fix(item, "dismiss") in html


def test_open_items_are_counted_beside_every_page(operator: Client, item: ReconciliationItem) -> None:
    home = text(operator, "/admin/")
    assert listing(ReconciliationItem, state="open") in home
    assert badge(home, listing(ReconciliationItem, state="open")) == "1"
    ReconciliationItem.objects.update(resolved_at=timezone.now())
    assert badge(text(operator, "/admin/"), listing(ReconciliationItem, state="open")) == ""


def badge(html: str, address: str) -> str:
    """What stands beside an entry of the navigation."""
    entry = html.split(f'href="{address}"', 1)[1].split("</a>", 1)[0]
    words = re.sub(r"<[^>]+>", " ", entry.split(">", 1)[1]).split()
    return words[-1] if words[-1].isdigit() else ""


def test_open_ones_and_kinds_and_stations_can_be_chosen(operator: Client, item: ReconciliationItem) -> None:
    other = ReconciliationItem.objects.create(
        station=ChargingStation.objects.create(cp_id="CP_2"), kind="suspect_session", key="x", detail="odd",
        created_at=timezone.now(), resolved_at=timezone.now(), resolved_by="olga",
    )  # fmt: skip
    for lookup, shown in (
        ({"state": "open"}, item), ({"state": "resolved"}, other), ({"kind__exact": "suspect_session"}, other),
        ({"station__id__exact": item.station_id}, item),
    ):  # fmt: skip
        html = text(operator, listing(ReconciliationItem, **lookup))
        assert [page(one) in html for one in (item, other)] == [shown == item, shown == other]


def test_one_click_closes_the_session(operator: Client, item: ReconciliationItem, session: ChargingSession) -> None:
    response = operator.post(fix(item, "close"), {"session": session.pk})
    assert response.headers["Location"] == page(item)
    session.refresh_from_db()
    item.refresh_from_db()
    assert (session.status, session.meter_stop) == ("completed", 6000)
    assert (item.resolved_by, item.session) == ("olga", session)
    assert "olga" in text(operator, page(item))
    assert fix(item, "dismiss") not in text(operator, page(item))


def test_a_click_that_comes_too_late_says_so(
    operator: Client, item: ReconciliationItem, session: ChargingSession
) -> None:
    ChargingSession.objects.update(status="completed", active_connector=None)
    html = operator.post(fix(item, "close"), {"session": session.pk}, follow=True).content.decode()
    assert "has ended meanwhile" in html
    item.refresh_from_db()
    assert item.resolved_at is None


@pytest.mark.parametrize("session", ["", "0", "x", "9" * 40, "-1"], indirect=False)
def test_a_session_that_is_none_changes_nothing(operator: Client, item: ReconciliationItem, session: str) -> None:
    assert operator.post(fix(item, "close"), {"session": session}).status_code == 302
    item.refresh_from_db()
    assert item.resolved_at is None


def test_only_a_post_settles(operator: Client, item: ReconciliationItem) -> None:
    assert operator.get(fix(item, "dismiss")).status_code == 405
    item.refresh_from_db()
    assert item.resolved_at is None


def test_a_click_from_another_page_is_refused(item: ReconciliationItem) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("olga"))
    assert strict.post(fix(item, "dismiss")).status_code == 403


def test_who_may_only_look_settles_nothing(looker: Client, item: ReconciliationItem) -> None:
    assert fix(item, "dismiss") not in text(looker, page(item))
    assert looker.post(fix(item, "dismiss")).status_code == 403
    item.refresh_from_db()
    assert item.resolved_at is None


def test_who_may_change_items_settles_them(client: Client, item: ReconciliationItem) -> None:
    user = User.objects.create_user("carl", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_reconciliationitem"))
    client.force_login(user)
    client.post(fix(item, "dismiss"))
    item.refresh_from_db()
    assert item.resolved_by == "carl"


def test_nobody_edits_an_item_by_hand(operator: Client, item: ReconciliationItem) -> None:
    assert operator.post(page(item), {"detail": "nothing"}).status_code == 403
    assert operator.post(page(item).replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_rejected_frames_are_shown_as_text_and_dead_letters_counted(operator: Client, station: ChargingStation) -> None:
    common: dict[str, Any] = {"station": station, "epoch": 1, "received_at": timezone.now() - timedelta(days=1)}
    dead = RejectedFrame.objects.create(
        **common, kind="dead_letter", action="MeterValues", raw=HOSTILE + "x" * 100_000, error=HOSTILE
    )
    refused = RejectedFrame.objects.create(
        **common, kind="refused", action="Nonsense", raw="[2]", error="NotImplemented"
    )
    html = text(operator, page(dead))
    assert "<script>x()" not in html
    assert "&gt;&lt;script&gt;x()" in html
    assert len(html) < 200_000
    to_repair = text(operator, listing(RejectedFrame, state="open"))
    assert [page(one) in to_repair for one in (dead, refused)] == [True, False]
    assert page(refused) in text(operator, listing(RejectedFrame, q="nonsense"))
    assert badge(text(operator, "/admin/"), listing(RejectedFrame)) == "1"
