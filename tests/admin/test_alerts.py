"""Alerts, who is told of them, and what became of it."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from gateway.models import Alert, Delivery, Event, Subscription
from stations.admin.show import listing, page
from stations.models import ChargingStation

HOOK = "https://user:pw@hooks.example.org/in?token=secret"


@pytest.fixture
def hook(db: None) -> Subscription:
    return Subscription.objects.create(name="ours", channel="webhook", address=HOOK)


def deliver(to: Subscription, state: str) -> Delivery:
    now = timezone.now()
    event = Event.objects.create(
        type="alert.opened", cp_id="CP_1", at=now, noted_at=now, key=f"{to.pk} {Event.objects.count()}"
    )
    return Delivery.objects.create(subscription=to, event=event, state=state, attempts=1, outcome="answered 500")


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_navigation_leads_to_the_open_ones(operator: Client, station: ChargingStation) -> None:
    now = timezone.now()
    for number, closed in ((1, None), (2, now)):
        Alert.objects.create(
            station=station, kind="faulted", subject=str(number), connector_number=number, detail=f"Fault {number}",
            since=now, opened_at=now, closed_at=closed,
        )  # fmt: skip
    shown = text(operator, listing(Alert, open="yes"))
    assert "Fault 1" in shown
    assert "Fault 2" not in shown


def test_who_may_only_look_sees_no_token(looker: Client, admin_client: Client, hook: Subscription) -> None:
    for address in (listing(Subscription), page(hook)):
        shown = text(looker, address)
        assert "https://hooks.example.org" in shown
        assert not [one for one in ("secret", "pw@", "whsec_") if one in shown]
    assert "token=secret" in text(admin_client, page(hook))
    assert hook.secret in text(admin_client, page(hook))


def test_a_new_one_is_told_of_alerts(admin_client: Client) -> None:
    form = {"name": "night", "channel": "email", "address": "operator@example.org", "types": ["alert.opened"]}
    shown = text(admin_client, f"{listing(Subscription)}add/")
    assert shown.count("checked") >= 2
    admin_client.post(f"{listing(Subscription)}add/", form | {"address": "https://example.org"})
    assert not Subscription.objects.exists()
    admin_client.post(f"{listing(Subscription)}add/", form)
    assert Subscription.objects.get().types == ["alert.opened"]


def test_what_has_failed_is_sent_again(admin_client: Client, looker: Client, hook: Subscription) -> None:
    failed = deliver(hook, "failed")
    again = {"action": "again", "_selected_action": [failed.pk]}
    looker.post(listing(Delivery), again)
    failed.refresh_from_db()
    assert failed.state == "failed"
    admin_client.post(listing(Delivery), again)
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("waiting", 0)


def test_a_list_of_many_has_as_few_queries(
    operator: Client, hook: Subscription, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        deliver(Subscription.objects.create(name=f"{number}", address="a@example.org"), "delivered")
    with django_assert_max_num_queries(10):
        assert text(operator, listing(Subscription)).count("delivered") >= 8
