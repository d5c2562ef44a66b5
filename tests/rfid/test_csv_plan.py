"""An import of cards, row by row: what would be written, and what is wrong with the rest."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.utils import timezone

from rfid.csv_files import COLUMNS, NotReadable, Outcome, Plan, apply, card_cells, csv_text, plan_cards, read_sheet
from rfid.models import RfidCard

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def plan(text: str) -> Plan:
    return plan_cards(read_sheet(text.encode()))


def only(text: str) -> Any:
    (row,) = plan(text).rows
    return row


def export() -> str:
    """As the admin's button gives it."""
    rows = RfidCard.objects.order_by("tag_key").values_list(*(column.field for column in COLUMNS))
    return csv_text([[column.name for column in COLUMNS], *map(card_cells, rows)])


def test_rows_are_new_changed_unchanged_or_wrong_and_nothing_is_written() -> None:
    RfidCard.objects.create(tag_id="KNOWN", holder="Ann", note="kept")
    RfidCard.objects.create(tag_id="Same", holder="Sam")
    found = plan("tag,holder,status\nknown,Bea,blocked\nSAME,Sam,Active\nNEW,Cid,\nWRONG,,bad\n")
    assert [row.outcome for row in found.rows] == [Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NEW, Outcome.ERROR]
    assert [(one.field, one.before, one.after) for one in found.rows[0].changes] == [
        ("holder", "Ann", "Bea"), ("status", "Active", "Blocked"),
    ]  # fmt: skip
    assert RfidCard.objects.filter(holder="Ann").exists()
    assert RfidCard.objects.count() == 2


def test_good_rows_are_written_and_bad_ones_are_left_out() -> None:
    old = RfidCard.objects.create(tag_id="KNOWN", holder="Ann", note="kept")
    RfidCard.objects.update(updated_at=datetime(2020, 1, 1, tzinfo=UTC))
    new, changed = apply(plan("tag,holder,limit,group\nknown,Bea,any,F\nÄ1,Cid,,\nWRONG,,bad,\n"))
    assert ([card.tag_id for card in new], changed) == (["Ä1"], [old])
    old.refresh_from_db()
    assert (old.tag_id, old.holder, old.note, old.parent_id_tag, old.max_sessions) == (
        "KNOWN",
        "Bea",
        "kept",
        "F",
        None,
    )
    assert old.updated_at.year > 2020
    made = RfidCard.objects.get(tag_key="ä1")
    assert (made.holder, made.status, made.max_sessions) == ("Cid", "Active", 1)
    assert RfidCard.objects.count() == 2


def test_only_what_a_row_changes_is_written() -> None:
    """Somebody edits another field between the preview and its confirmation."""
    for tag in ("A", "B"):
        RfidCard.objects.create(tag_id=tag, holder="x", note="x")
    found = plan("tag,holder,note\nA,new,x\nB,x,new\n")
    RfidCard.objects.update(status="Blocked")
    RfidCard.objects.filter(tag_id="B").update(holder="meanwhile")
    apply(found)
    assert sorted(RfidCard.objects.values_list("tag_id", "holder", "note", "status")) == [
        ("A", "new", "x", "Blocked"), ("B", "meanwhile", "new", "Blocked"),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_card_that_is_made_meanwhile_undoes_all() -> None:
    RfidCard.objects.create(tag_id="OLD", holder="x")
    found = plan("tag,holder\nOLD,new\nA,\nB,\n")
    RfidCard.objects.create(tag_id="b")
    with pytest.raises(IntegrityError):
        apply(found)
    assert sorted(RfidCard.objects.values_list("tag_id", "holder")) == [("OLD", "x"), ("b", "")]


def test_an_export_reads_back_as_no_change_and_as_the_same_cards() -> None:
    moment = datetime(2027, 12, 31, 22, 59, 59, 123456, tzinfo=UTC)
    cards = [
        RfidCard(tag_id="0012345"),
        RfidCard(tag_id="a/b", note="made before that was forbidden"),
        RfidCard(tag_id="=1+1", holder='=HYPERLINK("x")', note="'-5", parent_id_tag="@g", valid_until=moment),
        RfidCard(tag_id="-17", holder="Müller, Jörg; \"J\"\nzwei", status="Blocked", max_sessions=None),
        RfidCard(tag_id="x", status="Inactive", max_sessions=0, valid_until=datetime(9999, 12, 31, tzinfo=UTC)),
    ]  # fmt: skip
    for card in cards:
        card.save()
    text = export()
    assert plan(text).counts() == {Outcome.UNCHANGED: 5}
    RfidCard.objects.exclude(tag_id="a/b").delete()
    apply(plan(text))
    assert export() == text


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2027-12-31", datetime(2028, 1, 1, tzinfo=BERLIN)),
        ("31.12.2027", datetime(2028, 1, 1, tzinfo=BERLIN)),
        ("31/12/2027", datetime(2028, 1, 1, tzinfo=BERLIN)),
        ("2027-07-01 18:00", datetime(2027, 7, 1, 18, tzinfo=BERLIN)),
        ("1.7.2027 18:00", datetime(2027, 7, 1, 18, tzinfo=BERLIN)),
        ("1/7/2027 18:00:05", datetime(2027, 7, 1, 18, 0, 5, tzinfo=BERLIN)),
        ("2027-07-01T18:00:00Z", datetime(2027, 7, 1, 18, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_day_is_valid_to_its_end_by_the_viewers_clock(cell: str, moment: datetime | None) -> None:
    with timezone.override(BERLIN):
        assert only(f"tag,validUntil\nA,{cell}\n").values["valid_until"] == moment


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",,,", "tag is missing"),
        ("1.23E+15,,,", "what a spreadsheet made of a long number"),
        ("a/b,,,", "without “/”"),
        ("a\x07b,,,", "printable"),
        ("x" * 21 + ",,,", "tagId has 21 characters, and 20 fit"),
        ("A,Activ,,", "Write Active, Blocked or Inactive"),
        ("A,,31.02.2027,", "Write it as 2027-12-31"),
        ("A,,46022,", "Write it as 2027-12-31"),
        ("A,,9999-12-31,", "Write it as 2027-12-31"),
        ("A,,18:00,", "Write it as 2027-12-31"),
        ("A,,,-1", "whole number up to 32767"),
        ("A,,,32768", "whole number up to 32767"),
        ("A,,,1,x", "5 cells, and there are 4 columns"),
        ("12345,,,", "There is a card 0012345"),
    ],
)
def test_a_row_that_cannot_be_taken_says_what_to_do(row: str, sentence: str) -> None:
    RfidCard.objects.create(tag_id="0012345")
    content = f"tag,status,validUntil,maxSessions\n{row}\n" if row.strip(",") else "note,tag\nx,\n"
    (problem,) = only(content).problems
    assert sentence in problem


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    assert len(only("tag,status,limit\nA,bad,bad\n").problems) == 2


def test_a_tag_that_is_twice_in_the_file_is_taken_once() -> None:
    found = plan("tag,holder\nÄ1,first\nä1,second\n")
    assert [row.outcome for row in found.rows] == [Outcome.NEW, Outcome.ERROR]
    assert "stands in line 2 already" in found.rows[1].problems[0]


@pytest.mark.parametrize(
    ("head", "sentence"),
    [("tag,validUntill", "validUntill"), ("holder", "no column tagId"), ("tag,Tag ID", "two columns for tagId")],
)
def test_columns_that_are_not_understood_are_refused(head: str, sentence: str) -> None:
    """A misspelt one must not make a card valid for ever."""
    with pytest.raises(NotReadable, match=sentence):
        plan(f"{head}\nA,\n")


def test_a_thousand_cards_are_looked_up_in_few_queries(django_assert_max_num_queries: Any) -> None:
    text = "tag,holder\n" + "".join(f"T{n},x\n" for n in range(1000))
    with django_assert_max_num_queries(3):
        found = plan(text)
    apply(found)
    with django_assert_max_num_queries(3):
        assert plan(text).counts() == {Outcome.UNCHANGED: 1000}
