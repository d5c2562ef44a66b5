"""The columns of a file of cards, named as in the REST API, and the values of their cells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ocpp_ws.protocol import exact_timestamp
from rfid.csv_files.cells import Cell
from rfid.models import RfidCard

Read = Callable[[str], Any]
ANY_NUMBER = "any"  # as many sessions at once as there are
DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:[, ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
EXCEL_NUMBER = re.compile(r"\d[.,]?\d*E\+\d+", re.ASCII | re.IGNORECASE)
LEAVE = object()  # what the card has, or a new card's default


class Unfit(Exception):
    """A cell that cannot be taken; the sentence says what to write."""


@dataclass(frozen=True, slots=True)
class Column:
    """`words` are further names that people give to it; `read` raises Unfit."""

    name: str
    field: str
    read: Read
    words: tuple[str, ...] = ()


def read_tag(cell: str) -> str:
    if not cell:
        raise Unfit(_("The tag is missing. Write the card's number into the column tagId, or delete the row."))
    return read_text("tag_id")(cell)


def unfit_for_a_new_card(tag: str) -> str:
    """Why no card can be made of it; empty: it can."""
    if EXCEL_NUMBER.fullmatch(tag):
        text = _("%(tag)s is what a spreadsheet made of a long number. Format the column as text, write the tag anew.")
        return text % {"tag": tag}
    if not tag.isprintable() or "/" in tag:  # the card's address in the REST API contains it
        return _("A tag has printable characters without “/” only. Write it as the station reads it.")
    return ""


def read_text(field: str) -> Read:
    most = getattr(RfidCard._meta.get_field(field), "max_length", None) or 0
    named = {"tag_id": "tagId", "parent_id_tag": "parentIdTag"}.get(field, field)

    def read(cell: str) -> str:
        if len(cell) > most:
            text = _("%(column)s has %(count)d characters, and %(most)d fit. Shorten it.")
            raise Unfit(text % {"column": named, "count": len(cell), "most": most})
        return cell

    return read


def read_status(cell: str) -> Any:
    if not cell:
        return LEAVE
    word = next((word for word in RfidCard.Status.values if word.lower() == cell.lower()), None)
    if word is None:
        text = _("status is “%(cell)s”. Write Active, Blocked or Inactive.")
        raise Unfit(text % {"cell": cell[:40]})
    return word


def read_moment(cell: str) -> datetime | None:
    """A moment, or a day that is valid to its end; without an offset by the current time zone's clock."""
    if not cell:
        return None
    try:
        return day(cell) or datetime_of(cell)
    except (ValueError, OverflowError):
        text = _("validUntil is “%(cell)s”. Write it as 2027-12-31 or 2027-12-31 18:00.")
        raise Unfit(text % {"cell": cell[:40]}) from None


def day(cell: str) -> datetime | None:
    """The end of a day; None: there is a time as well."""
    if match := DAY_FIRST.fullmatch(cell):
        if match[4]:
            return None
        found = date(int(match[3]), int(match[2]), int(match[1]))
    elif len(cell) == len("2027-12-31"):
        found = date.fromisoformat(cell)
    else:
        return None
    return as_utc(datetime.combine(found + timedelta(days=1), time.min))


def datetime_of(cell: str) -> datetime:
    if match := DAY_FIRST.fullmatch(cell):
        d, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
        return as_utc(datetime(year, month, d, hour, minute, second))
    if ":" not in cell:
        raise ValueError(cell)
    return as_utc(datetime.fromisoformat(cell))


def as_utc(moment: datetime) -> datetime:
    aware = moment if moment.tzinfo else timezone.make_aware(moment)
    return aware.astimezone(UTC)


def read_limit(cell: str) -> Any:
    if not cell:
        return LEAVE
    if cell.lower() == ANY_NUMBER:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 5 and int(cell) <= 32_767):
        text = _("maxSessions is “%(cell)s”. Write a whole number up to 32767, or any.")
        raise Unfit(text % {"cell": cell[:40]})
    return int(cell)


COLUMNS = (
    Column("tagId", "tag_id", read_tag, ("tag", "idTag", "uid", "rfid", "card")),
    Column("status", "status", read_status),
    Column("validUntil", "valid_until", read_moment, ("validTo", "expiryDate", "expires")),
    Column("holder", "holder", read_text("holder"), ("owner",)),
    Column("parentIdTag", "parent_id_tag", read_text("parent_id_tag"), ("group", "parent", "parentTag")),
    Column("maxSessions", "max_sessions", read_limit, ("sessionsAtOnce", "limit")),
    Column("note", "note", read_text("note"), ("comment",)),
)


def card_cells(values: Sequence[Any]) -> list[Cell]:
    """The values of a card's COLUMNS as cells that read back as them."""
    cells = {column.name: value for column, value in zip(COLUMNS, values, strict=True)}
    if until := cells["validUntil"]:
        cells["validUntil"] = exact_timestamp(until)
    if cells["maxSessions"] is None:
        cells["maxSessions"] = ANY_NUMBER
    return list(cells.values())
