"""Lines of the message log that come by themselves: what a page shows, and what has come since."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Left
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from gateway.pages.tables import when
from ocpp_ws.admin import answered, arrow
from ocpp_ws.models import OcppMessage
from stations.admin.show import TONES, after, link, listing, page

MOST = 100  # lines at once; what came between is in the list
KEPT_SECONDS = 5  # how long a row may take from its id to its commit
SHOWN = 200_000  # characters of a frame on a page: it may have 4 MiB
BACK = 1000  # ids before the newest that may still be uncommitted when a page is opened
PAYLOAD, ANSWER = 300, 150  # characters of a line
INDEXED = {"station__id__exact", "session"}  # filters that lead to rows of one station
CURSOR = re.compile(r"\d{1,18}(?:\.\d{1,18}){2,1500}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a page has shown: the rows up to `after`, and of the later ones those in `seen`.

    Several processes commit at once, so a row may become visible after one with a larger id. `after` therefore
    follows some seconds behind: at the next turn it becomes `mark`, the newest row that was shown at the last one.
    """

    after: int
    mark: int
    turned: int  # seconds since 1970
    seen: frozenset[int] = frozenset()

    @classmethod
    def begin(cls, shown: Iterable[int], newest: int) -> "Cursor":
        """A page that shows the newest rows of its kind, without a gap between them; `newest` is of any kind."""
        oldest = min(shown, default=newest + 1)
        after = max(newest - BACK, oldest - 1, 0)
        return cls(after, newest, int(time.time()), frozenset(pk for pk in shown if pk > after))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that was written as `text`. Raises ValueError."""
        if not CURSOR.fullmatch(text):
            raise ValueError("no cursor")
        after, mark, turned, *seen = map(int, text.split("."))
        return cls(after, mark, turned, frozenset(after + one for one in seen))

    def __str__(self) -> str:
        return ".".join(map(str, (self.after, self.mark, self.turned, *sorted(pk - self.after for pk in self.seen))))

    def advanced(self, found: list[int], now: int) -> "Cursor":
        """After these rows, the newest first, were shown, too."""
        if len(found) >= MOST:  # there were more: nobody waits for those
            return Cursor(found[-1] - 1, found[0], now, frozenset(found))
        seen = self.seen.union(found)
        if now - self.turned < KEPT_SECONDS:
            return Cursor(self.after, self.mark, self.turned, seen)
        return Cursor(self.mark, max(self.mark, *seen, 0), now, frozenset(pk for pk in seen if pk > self.mark))


def lines(rows: QuerySet[OcppMessage]) -> list[dict[str, Any]]:
    """Messages as lines: of payload and answer only the beginning is read, they may have megabytes."""
    said, replied = (Left(Cast(name, TextField()), most) for name, most in (("payload", PAYLOAD), ("answer", ANSWER)))
    read = rows.defer("payload", "answer").annotate(said=said, replied=replied).select_related("station")
    today = timezone.localdate()
    return [line(message, today) for message in read]


def line(message: Any, today: Any) -> dict[str, Any]:
    at = timezone.localtime(message.at)
    return {
        "message": message,
        "at": date_format(at, "H:i:s") if at.date() == today else date_format(at, "j M H:i:s"),
        "full": when(message.at),
        "arrow": arrow(message),
        "station": link(message.station),
        "outcome": answered(message),
        "after": after(message.latency_ms),
        "tone": tone(message),
        "brief": " → ".join(text for text in (message.said, message.replied) if text and text != "{}"),
        "frames": reverse("admin:ocpp_ws_ocppmessage_frames", args=[message.pk]),
        "page": page(message),
    }


def tone(message: OcppMessage) -> str:
    if message.error_code:
        return "red"
    if message.answered_at is None:
        return "orange"
    return "red" if TONES.get(message.status) == "red" else ""


def tail(rows: QuerySet[OcppMessage], *, most: int, live: bool = True, **filters: Any) -> dict[str, Any]:
    """What gateway/tail.html shows of `rows`, the newest first. `filters` are the list's, for the same rows: with
    them later ones are found, as long as it is `live`."""
    shown = lines(rows.order_by("-pk")[:most])
    later = follow([one["message"].pk for one in shown], filters) if live else {}
    return later | {"lines": shown, "one_station": True, "all": listing(OcppMessage, **filters)}


def follow(shown: list[int], filters: dict[str, Any]) -> dict[str, Any]:
    """Where a page that shows these rows looks for later ones."""
    if filters.keys() <= INDEXED:
        newest = max(shown, default=0)
    else:  # of many rows few may be of that kind: only later ones are to be read
        newest = OcppMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return look_on(Cursor.begin(shown, newest), filters)


def look_on(cursor: Cursor, filters: dict[str, Any]) -> dict[str, Any]:
    address = f"{reverse('admin:ocpp_ws_ocppmessage_tail')}?{urlencode({**filters, 'cursor': cursor}, doseq=True)}"
    return {"next": address, "one_station": bool(INDEXED & filters.keys())}


@dataclass(frozen=True, slots=True)
class Frame:
    title: str
    text: str
    cut: bool


def frames(message: OcppMessage) -> list[Frame]:
    """CALL and answer as they went over the wire, in lines."""
    call = frame(_("CALL"), [2, message.unique_id, message.action, message.payload])
    if message.error_code:
        error = [4, message.unique_id, message.error_code, message.error_description, {}]
        return [call, frame(_("CALLERROR"), error)]
    if message.answered_at is None or message.answer is None:
        return [call]
    return [call, frame(_("CALLRESULT"), [3, message.unique_id, message.answer])]


def frame(title: str, members: list[Any]) -> Frame:
    text = json.dumps(members, indent=2, ensure_ascii=False)
    return Frame(title, text[:SHOWN], len(text) > SHOWN)
