"""A session as drawings: what is drawn, where, and what an operator reads at a place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from gateway.pages.axis import times, top_of
from gateway.pages.curve import Curve, curve
from gateway.pages.samples import POINTS, series_of
from ocpp_ws.models import OcppMessage
from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations.admin.show import page
from stations.models import ConnectorStatusChange

BEGIN = datetime(2026, 11, 5, 12, tzinfo=UTC)
ENERGY, POWER, SOC = "Energy.Active.Import.Register", "Power.Active.Import", "SoC"


@pytest.fixture
def ended(session: ChargingSession) -> ChargingSession:
    """From 12 to 13 h, from 1000 Wh on."""
    session.started_at, session.stopped_at, session.status = BEGIN, BEGIN + timedelta(hours=1), "completed"
    session.save()
    return session


def value(session: ChargingSession, minute: float, measurand: str, number: float, **more: Any) -> MeterValue:
    at = BEGIN + timedelta(minutes=minute)
    told = {"timestamp": at, "sampled_at": at, "received_at": at, "value": str(number), "number": number}
    told |= {"digest": MeterValue.objects.count()}
    return MeterValue(station=session.station, session=session, measurand=measurand, **(told | more))


def add(session: ChargingSession, *told: tuple[float, str, float], **more: Any) -> None:
    for minute, measurand, number in told:
        value(session, minute, measurand, number, **more).save()


def drawn(session: ChargingSession) -> Curve:
    found = curve(session)
    assert found
    return found


def change(session: ChargingSession, minute: float, status: str, **more: Any) -> None:
    at = BEGIN + timedelta(minutes=minute)
    where = {"station": session.station, "connector_number": session.connector_number} | more
    ConnectorStatusChange.objects.create(status=status, timestamp=at, received_at=at, **where)


def test_energy_begins_at_the_start_of_the_session_whenever_it_is_told_first(ended: ChargingSession) -> None:
    add(ended, (30, ENERGY, 3000), (60, ENERGY, 5000))
    [panel] = drawn(ended).panels
    assert (panel.unit, panel.last) == ("kWh", "4.00 kWh")
    assert [tick.text for tick in panel.axis] == ["4", "3", "2", "1", "0"]
    assert panel.lines[0].points == "0.0,200.0 500.0,100.0 1000.0,0.0"


def test_units_are_read_as_told(ended: ChargingSession) -> None:
    add(ended, (0, POWER, 7400), (20, POWER, 7400.0), unit="W")
    add(ended, (30, POWER, 7.4), unit="kW")
    [series] = series_of(ended)
    assert {number for _at, number in series.samples} == {7.4}


def test_each_phase_is_a_line_and_the_car_has_a_drawing_of_its_own(ended: ChargingSession) -> None:
    for phase in ("", "L1", "L2-N"):
        add(ended, (0, POWER, 1000), (60, POWER, 2000), phase=phase)
    add(ended, (10, "SoC", 40), location="EV", unit="Percent")
    power, soc = drawn(ended).panels
    assert [(one.label, one.tone) for one in power.lines] == [("Power", "blue"), ("L1", "orange"), ("L2-N", "teal")]
    assert (soc.axis[0].text, soc.last) == ("100", "40 %")
    assert soc.lines[0].dot == ("16.67", "40.00"), "a single value is a dot"


def test_the_values_at_a_place_can_be_read(ended: ChargingSession, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    add(ended, (0, POWER, 7400), (30, POWER, 3700), (30, ENERGY, 2000))
    change(ended, 20, "SuspendedEV")
    change(ended, 40, "Charging")
    middle = drawn(ended).strips[-1]
    assert middle.at == "13:30:00"
    assert middle.values == ["Power 3.70 kW", "Energy 1.00 kWh", "paused by the vehicle"]


def test_pauses_are_shaded_from_their_status_to_the_next_one(ended: ChargingSession) -> None:
    add(ended, (0, POWER, 7400), (60, POWER, 7400))
    change(ended, -5, "SuspendedEV")
    change(ended, 15, "SuspendedEVSE")
    change(ended, 30, "Charging")
    change(ended, 20, "Charging", connector_number=2)
    change(ended, 45, "SuspendedEV")
    change(ended, 70, "Available")
    shades = [(one.left, one.width, one.word) for one in drawn(ended).shades]
    assert shades == [("25.00", "25.00", "paused by the station"), ("75.00", "25.00", "paused by the vehicle")]


def test_a_long_session_is_thinned_out_and_keeps_its_ends(ended: ChargingSession) -> None:
    count = POINTS * 3
    rows = [value(ended, 60 * n / count, POWER, n, digest=n) for n in range(count)]
    rows += [value(ended, 15 * n, ENERGY, 1000 + n, digest=count + n) for n in range(5)]
    MeterValue.objects.bulk_create(rows)
    power, energy = series_of(ended)
    assert POINTS / 2 < len(power.samples) <= POINTS + 2
    assert (power.samples[0][1], power.samples[-1][1]) == (0, (count - 1) / 1000)
    assert len(energy.samples) == 5, "what is told seldom stays whole"


@pytest.mark.parametrize(("highest", "top"), [(7.4, 8), (11, 20), (22, 40), (0, 1), (0.9, 1), (100, 100), (3, 4)])
def test_an_axis_ends_at_a_round_number(highest: float, top: float) -> None:
    assert top_of(highest) == pytest.approx(top)


@pytest.mark.parametrize(
    ("minutes", "texts"),
    [
        (0.5, ["12:00:00", "12:00:05"]),
        (60, ["12:00", "12:10"]),
        (300, ["12:00", "13:00"]),
        (14_400, ["07.11.", "09.11."]),
    ],
)
def test_times_are_round(minutes: float, texts: list[str]) -> None:
    found = times(BEGIN, BEGIN + timedelta(minutes=minutes))
    assert [tick.text for tick in found][:2] == texts
    assert len(found) <= 7


def test_nothing_is_drawn_of_nothing(session: ChargingSession) -> None:
    assert curve(session) is None
    add(session, (0, POWER, float("nan")), (1, "Voltage", 230))
    assert curve(session) is None


def live(session: ChargingSession, client: Client, state: str = "") -> Any:
    return client.get(state or reverse("admin:sessions_app_chargingsession_live", args=[session.pk]))


def test_an_active_session_grows_by_itself_and_only_then(operator: Client, session: ChargingSession) -> None:
    first = live(session, operator)
    assert live(session, operator, first.context["next"]).status_code == 204
    session.last_meter_at, session.last_meter_wh = BEGIN, 9000
    session.save()
    add(session, (0, POWER, 7400))
    second = live(session, operator, first.context["next"])
    assert "8.00 kWh" in second.content.decode()
    session.status = "completed"
    session.save()
    assert "next" not in live(session, operator, second.context["next"]).context


def test_a_look_for_new_values_costs_five_queries(
    operator: Client, session: ChargingSession, django_assert_num_queries: Any
) -> None:
    state = live(session, operator).context["next"]
    with django_assert_num_queries(5):  # login session, user, the session, its newest value, its newest status
        live(session, operator, state)


def test_the_page_shows_the_sessions_own_messages(operator: Client, session: ChargingSession) -> None:
    for number in (77, 78):
        OcppMessage.objects.create(
            station=session.station, epoch=1, direction="in", unique_id=f"u{number}", action="MeterValues",
            transaction_id=number, at=BEGIN, answered_at=BEGIN, answer={},
        )  # fmt: skip
    response = operator.get(page(session))
    assert [line["message"].unique_id for line in response.context["tail"]["lines"]] == ["u77"]
    assert f"session={session.pk}" in response.context["tail"]["next"]
    session.status = "completed"
    session.save()
    assert "next" not in operator.get(page(session)).context["tail"], "nothing more is to come"


def test_what_may_not_be_seen_is_not_on_the_page(session: ChargingSession) -> None:
    user = User.objects.create_user("sara", is_staff=True)
    client = Client()
    client.force_login(user)
    assert live(session, client).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_chargingsession"))
    response = client.get(page(session))
    assert response.status_code == 200
    assert not [name for name in ("tail", "values", "stop") if name in response.context]


def test_the_curve_is_for_who_may_see_meter_values_and_a_card_leads_to_who_may_see_cards(
    session: ChargingSession,
) -> None:
    session.card = RfidCard.objects.create(tag_id="TAG")
    session.save()
    add(session, (0, POWER, 7400), (1, POWER, 7400))
    user = User.objects.create_user("sara", is_staff=True)
    client = Client()
    client.force_login(user)
    for more in ((), ("view_metervalue", "view_rfidcard")):
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_chargingsession", *more]))
        html = client.get(page(session)).content.decode()
        assert ('class="panels"' in html) == bool(more)
        facts = html.split('<dl class="facts"')[1].split("</dl>")[0]
        assert "TAG" in facts
        assert (page(session.card) in facts) == bool(more)


def test_what_comes_while_the_page_is_made_is_not_missed(operator: Client, session: ChargingSession) -> None:
    def come(execute: Any, sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if '"sessions_app_chargingsession"."meter_start"' in sql and not MeterValue.objects.exists():
            add(session, (1, SOC, 80))
            ChargingSession.objects.update(soc_percent=80)
        return answer

    for address in (page(session), reverse("admin:sessions_app_chargingsession_live", args=[session.pk])):
        MeterValue.objects.all().delete()
        with connection.execute_wrapper(come):
            shown = operator.get(address)
        assert MeterValue.objects.exists()
        assert live(session, operator, shown.context["next"]).status_code == 200
