"""Every page opens, leads on, and shows text as text."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.show import listing, page
from stations.models import (
    Certificate,
    ChargingStation,
    Command,
    Connector,
    ConnectorStatusChange,
    Reservation,
    SecurityEvent,
)

# those of our own; users and groups hold what an administrator wrote
TABLES = sorted(
    (model for model in admin.site._registry if model._meta.app_label != "auth"), key=lambda one: one.__name__
)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("hostile_rows")
@pytest.mark.parametrize("table", TABLES)
def test_list_and_page_show_hostile_text_as_text(operator: Client, table: Any) -> None:
    newest = table.objects.order_by("-pk").first()
    for address in (listing(table), listing(table, q="x"), page(newest)):
        assert "<script>x()" not in text(operator, address)
    assert page(newest) in text(operator, listing(table))


@pytest.mark.usefixtures("hostile_rows")
def test_home_page_shows_hostile_text_as_text(operator: Client) -> None:
    html = text(operator, "/admin/")
    assert "<script>x()" not in html
    assert "&lt;script&gt;x()" in html


def test_users_and_groups_open(operator: Client) -> None:
    group = Group.objects.create(name="depot")
    for address in ("/admin/auth/user/", "/admin/auth/user/add/", "/admin/auth/group/", page(group)):
        text(operator, address)


def test_station_page_tells_connectors_sessions_and_where_to_look_on(
    operator: Client, station: ChargingStation, session: ChargingSession
) -> None:
    html = text(operator, page(station))
    assert page(session) in html
    assert "2.50 kWh" in html
    assert "7.4 kW" in html
    lists = (ChargingSession, OcppMessage, Command, Connector, MeterValue, Reservation, Certificate, SecurityEvent)
    for table in lists:
        assert listing(table, station__id__exact=station.pk) in html


def test_station_page_tells_how_statuses_changed_and_what_is_wrong_with_the_whole_station(
    operator: Client, station: ChargingStation
) -> None:
    fault = {"status": "Faulted", "error_code": "OtherError", "vendor_error_code": "E13"}
    ChargingStation.objects.update(**fault)
    html = text(operator, page(station))
    assert "OtherError, E13" in html
    at = timezone.now()
    change = ConnectorStatusChange.objects.create(
        station=station, connector_number=0, timestamp=at, received_at=at, **fault
    )
    html = text(operator, page(station))
    assert html.count("OtherError, E13") == 2
    assert page(change) in html
    assert listing(ConnectorStatusChange, station__id__exact=station.pk) in html


def test_reservations_are_shown_with_the_time_that_is_left(
    operator: Client, station: ChargingStation, reservation: Reservation
) -> None:
    for address in (page(station), listing(Reservation)):
        html = text(operator, address)
        assert page(reservation) in html
        assert "1 h 00 min" in html
    Reservation.objects.update(expiry_date=timezone.now())
    assert page(reservation) not in text(operator, page(station))
    assert "Expired" in text(operator, listing(Reservation, status__exact="Active"))
    Reservation.objects.update(status="Used", expiry_date=reservation.expiry_date)
    assert page(reservation) not in text(operator, page(station))
    assert "1 h 00 min" not in text(operator, listing(Reservation))


def test_session_page_leads_to_station_card_values_and_messages(operator: Client, session: ChargingSession) -> None:
    session.card = RfidCard.objects.create(tag_id="TAG")
    session.save()
    html = text(operator, page(session))
    assert "2500 Wh" in html
    for address in (page(session.station), page(session.card), listing(MeterValue, session__id__exact=session.pk)):
        assert address in html
    assert listing(OcppMessage, session=session.pk) in html


def test_card_page_leads_to_its_sessions(operator: Client, session: ChargingSession) -> None:
    card = RfidCard.objects.create(tag_id="tag")
    html = text(operator, page(card))
    assert page(session) in html
    assert listing(ChargingSession, q="tag") in html


def test_banner_stands_on_every_page_in_the_development_profile_only(operator: Client, settings: Any) -> None:
    for address in ("/admin/", listing(RfidCard), "/admin/rfid/"):
        settings.GATEWAY_PROFILE = "dev"
        assert "Development profile" in text(operator, address)
        settings.GATEWAY_PROFILE = "prod"
        assert "Development profile" not in text(operator, address)


@pytest.mark.usefixtures("hostile_rows")
def test_no_page_asks_another_host(operator: Client, station: ChargingStation) -> None:
    for address in ("/admin/", page(station), listing(OcppMessage)):
        html = text(operator, address)
        assert 'src="http' not in html
        assert 'link href="http' not in html


def test_navigation_and_station_page_show_only_what_a_user_may_see(client: Client, session: ChargingSession) -> None:
    user = User.objects.create_user("carl", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_chargingstation", "view_command"]))
    client.force_login(user)
    html = text(client, page(session.station))
    assert listing(Command, station__id__exact=session.station_id) in html
    assert listing(ChargingSession, station__id__exact=session.station_id) not in html
    home = text(client, "/admin/")
    for hidden in (page(session), " kWh", "7.4 kW", ">TAG", ": TAG", "No session"):
        assert hidden not in html + home
    assert f'href="{listing(ChargingSession)}"' not in home
    assert f'href="{listing(ChargingStation)}"' in text(client, "/admin/")


def test_every_table_has_its_place_in_the_admin() -> None:
    assert all(admin.site.is_registered(table) for table in TABLES)
