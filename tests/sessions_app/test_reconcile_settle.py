"""What an operator's click does to the list and to the sessions."""

from datetime import timedelta
from typing import Any

import pytest

from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from sessions_app.services import look_after_rebooted
from sessions_app.services.settle import NotPossible, settle
from tests.sessions_app.messages import NOON, Messages, at, fresh, meter_value, sample, stored
from tests.sessions_app.test_reconcile_reboot import BOOT, boot

Status = ChargingSession.Status
CLICK = NOON + timedelta(hours=5)


def click(name: str, session: ChargingSession | None = None) -> ReconciliationItem:
    item = ReconciliationItem.objects.get(resolved_at=None)
    settle(item_id=item.pk, name=name, by="olga", now=CLICK, session_id=session.pk if session else None)
    item.refresh_from_db()
    assert (item.resolved_at, item.resolved_by) == (CLICK, "olga")
    return item


@pytest.fixture
def two(charger: Messages) -> list[ChargingSession]:
    """Two open sessions: which one a stop without a number means cannot be told."""
    return [charger.start(connector=1), charger.start(connector=2, id_tag="OTHER")]


def test_a_stop_is_given_its_session_with_its_data(charger: Messages, two: list[ChargingSession]) -> None:
    data = [meter_value(at(10), sample(2000)), meter_value(at(20), sample(3000))]
    charger.stop(-1, meter=6000, reason="EVDisconnected", data=data)
    item = click("close", two[1])
    session = fresh(two[1])
    assert (session.status, session.meter_stop, session.stop_reason) == (Status.COMPLETED, 6000, "EVDisconnected")
    assert session.stopped_at == NOON + timedelta(minutes=30)
    assert (stored(session), stored(None)) == (["2000", "3000"], [])
    assert fresh(two[0]).status == Status.ACTIVE
    assert str(session.pk) in item.resolution


def test_the_stop_once_more_after_the_click_changes_nothing(charger: Messages, two: list[ChargingSession]) -> None:
    data = [meter_value(at(10), sample(2000))]
    charger.stop(-1, data=data)
    click("close", two[1])
    charger.stop(-1, data=data)
    assert MeterValue.objects.count() == 1
    assert ReconciliationItem.objects.count() == 1
    assert fresh(two[0]).status == Status.ACTIVE


def test_a_stop_closes_no_session_that_has_its_stop_or_is_anothers(
    charger: Messages, two: list[ChargingSession]
) -> None:
    charger.stop(-1)
    charger.stop(two[0].transaction_id, meter=7000)
    for wrong in (two[0], Messages("CP_2").start()):
        before = ChargingSession.objects.filter(pk=wrong.pk).values().get()
        with pytest.raises(NotPossible):
            click("close", wrong)
        assert ChargingSession.objects.filter(pk=wrong.pk).values().get() == before
    assert ReconciliationItem.objects.filter(resolved_at=None).exists()


def test_values_are_attached_up_to_the_next_number(charger: Messages) -> None:
    for minute, number in enumerate([4711, 4711, 4712]):
        charger.meter(
            meter_value(at(minute), sample(2000 + minute)), transaction_id=number,
            received=NOON + timedelta(minutes=minute),
        )  # fmt: skip
    ReconciliationItem.objects.filter(payload__transactionId=4712).update(resolved_at=NOON)
    session = charger.start()
    click("attach", session)
    assert (stored(session), stored(None)) == (["2000", "2001"], ["2002"])
    assert fresh(session).last_meter_wh == 2001


def test_the_second_stop_may_be_used_instead_of_the_first(charger: Messages) -> None:
    session = charger.start()
    charger.stop(session.transaction_id, meter=6000)
    charger.stop(session.transaction_id, at(31), meter=6500)
    click("use")
    session = fresh(session)
    assert (session.meter_stop, session.stopped_at) == (6500, NOON + timedelta(minutes=31))
    assert 6000 in [conflict["meterStop"] for conflict in session.stop_conflicts]


def test_a_suspect_session_is_accepted_as_it_is(charger: Messages) -> None:
    session = charger.start()
    charger.stop(session.transaction_id, meter=900)
    before = ChargingSession.objects.values().get()
    assert click("accept").resolution == "Accepted as it is."
    assert ChargingSession.objects.values().get() == before


def test_a_silent_session_is_ended_with_its_last_register(charger: Messages) -> None:
    session = charger.start(meter=1000)
    charger.meter(meter_value(at(10), sample(4000)), transaction_id=session.transaction_id)
    boot(charger)
    look_after_rebooted(now=BOOT + timedelta(days=1))
    item = click("end")
    session = fresh(session)
    assert (session.status, session.meter_stop, session.stop_inferred) == (Status.INTERRUPTED, 4000, True)
    assert item.resolution == "Ended with its last value."


def test_a_session_that_has_gone_on_is_not_ended(charger: Messages) -> None:
    session = charger.start()
    boot(charger)
    look_after_rebooted(now=BOOT + timedelta(days=1))
    ChargingSession.objects.update(needs_reconcile_since=None)
    with pytest.raises(NotPossible):
        click("end")
    assert fresh(session).status == Status.ACTIVE
    assert ReconciliationItem.objects.get().resolved_at is None


@pytest.mark.parametrize("name", ["close", "nonsense"])
def test_what_is_not_offered_is_not_done(charger: Messages, name: str) -> None:
    charger.stop(charger.start().transaction_id, meter=900)
    with pytest.raises(NotPossible):
        click(name)


def test_an_item_is_settled_once(charger: Messages) -> None:
    charger.stop(4711)
    item: Any = click("dismiss")
    with pytest.raises(NotPossible):
        settle(item_id=item.pk, name="dismiss", by="victor", now=CLICK)
    item.refresh_from_db()
    assert item.resolved_by == "olga"
