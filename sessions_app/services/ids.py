"""The two numbers of a session (docs/adr/0003-two-session-numbers.md)."""

import threading
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import F, Func, Max, QuerySet, Value

from ocpp_ws.protocol import Quirk
from sessions_app.models import ChargingSession, TransactionIdCounter
from stations.models import ChargingStation
from stations.services import count_quirks

LARGEST_SEQUENCE_ID = 2_147_483_646  # 2147483647 is one stack's "none"
_lock = threading.Lock()
_last: int | None = None


def next_session_id(now: datetime) -> int:
    """max(last + 1, now in ms): unique in this process, in order of time, and never again after a clock set back.

    Another process may take the same number: the primary key decides, and who loses asks for the next.
    """
    global _last
    with _lock:
        if _last is None:
            _last = ChargingSession.objects.aggregate(last=Max("id"))["last"] or 0
        _last = max(_last + 1, int(now.timestamp() * 1000))
        return _last


def next_transaction_id(station: ChargingStation, session_id: int) -> int | Func:
    """The number that the station is told, or what makes it at the INSERT: small and positive, or the session's own."""
    if (station.transaction_ids or settings.OCPP_TRANSACTION_IDS) == "timestamp_ms":
        return session_id
    if connection.vendor == "postgresql":
        return Func(Value("ocpp_transaction_id"), function="nextval")
    counter = TransactionIdCounter.objects.filter(pk=1)
    if not counter.update(value=F("value") + 1):  # from here on the row is locked until COMMIT
        TransactionIdCounter.objects.bulk_create([TransactionIdCounter(pk=1)], ignore_conflicts=True)
        counter.update(value=F("value") + 1)
    return counter.values_list("value", flat=True).get()


def find_session(station_id: int, transaction_id: int, *, now: datetime) -> ChargingSession | None:
    """The station's own session of that number; another station's is never found."""
    mine = ChargingSession.objects.filter(station_id=station_id)
    if found := mine.filter(transaction_id=transaction_id).first():
        return found
    if found := truncated_session(mine, transaction_id):
        tell_small_numbers(station_id, transaction_id, now)
    return found


def truncated_session(mine: QuerySet[ChargingSession], number: int) -> ChargingSession | None:
    """A station that truncates to 32 bits repeats a large number, a session's own id, modulo 2^32, signed or not."""
    newest = mine.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None or not -(2**31) <= number < 2**32:
        return None
    turn = newest >> 32  # one turn is 49 days: this one and the one before
    possible = [(number % 2**32) + (t << 32) for t in (turn, turn - 1)]
    return mine.filter(pk__in=possible, transaction_id=F("pk")).order_by("-pk").first()


def tell_small_numbers(station_id: int, number: int, now: datetime) -> None:
    """From now on; and let the operator see why."""
    ChargingStation.objects.filter(pk=station_id).update(transaction_ids=ChargingStation.TransactionIds.SEQUENCE)
    quirk = Quirk("truncated-transaction", "transactionId", str(number))
    count_quirks(station_id=station_id, action="StartTransaction", quirks=[quirk], now=now)
