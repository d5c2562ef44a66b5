"""Reliability 1.5, the rows about frames, over a real socket to a real gateway: the listed answer, then life goes on.

The variants are those of the protocol's own test; here they meet the handlers and both databases.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from ocpp_ws.protocol import ACTIONS, check
from ocpp_ws.protocol.errors import RULES, SEMANTIC
from tests.bad_input.wire import Link, numbers
from tests.protocol.examples import NOW, START, STATUS, STOP, frame, meter_values
from tests.protocol.test_bad_input import ACCEPTED, IGNORED, REFUSED, Table, row

SERVED = {
    "Authorize", "BootNotification", "CancelReservation", "DataTransfer", "DiagnosticsStatusNotification",
    "FirmwareStatusNotification", "Heartbeat", "LogStatusNotification", "MeterValues", "ReserveNow",
    "SecurityEventNotification", "SignCertificate", "SignedFirmwareStatusNotification", "StartTransaction",
    "StatusNotification", "StopTransaction",
}  # fmt: skip


def cases(table: Table) -> list[Any]:
    """As in the table, but for half a surrogate pair as such: no text frame can hold it (that is B26)."""
    return [
        case
        for name, variants in table.items()
        for case in row(name, *variants)
        if case.values[0].encode("utf-8", "surrogatepass").decode("utf-8", "ignore") == case.values[0]
    ]


def with_fresh_id(text: str) -> tuple[str, str]:
    """The same frame with an id that no frame had before."""
    unique_id = f"case-{next(numbers)}"
    return text.replace('"id-1"', f'"{unique_id}"', 1), unique_id


@pytest.mark.parametrize(("text", "reason"), cases(IGNORED))
def test_what_cannot_be_answered_is_ignored(junk: Callable[[], Link], text: str, reason: str) -> None:
    link = junk()
    assert link.ask(text) == []
    assert link.kept() == []


def refuses(link: Link, text: str, unique_id: Any, code: str) -> None:
    """The CALLERROR of five elements, and the frame as it came in the message log."""
    text, fresh = with_fresh_id(text)
    unique_id = fresh if unique_id == "id-1" else unique_id
    (answer,) = link.ask(text)
    kind, answered, came, description, details = json.loads(answer)
    assert (kind, answered, type(answered), came, details) == (4, unique_id, type(unique_id), code, {})
    assert 0 < len(description) <= 255
    (kept,) = link.kept()
    assert (kept.unique_id, kept.error_code) == (str(unique_id)[:255], code)
    assert kept.payload == {"raw": text.replace("\x00", "\ufffd")[:100_000]}


@pytest.mark.parametrize("patience", ["tolerant", "strict"])
@pytest.mark.parametrize(("text", "unique_id", "code"), cases(REFUSED))
def test_what_cannot_be_processed_gets_its_callerror_and_is_kept(
    tolerant: Link, strict: Link, patience: str, text: str, unique_id: object, code: str
) -> None:
    refuses(strict if patience == "strict" else tolerant, text, unique_id, code)


def takes(link: Link, text: str, payload: dict[str, Any]) -> None:
    """A schema-valid CALLRESULT, and the payload as it was understood in the message log."""
    text, _ = with_fresh_id(text)
    (answer,) = link.ask(text)
    kind, unique_id, result = json.loads(answer)
    (kept,) = link.kept()
    assert (kind, str(unique_id)[:255]) == (3, kept.unique_id)
    sent = re.search(r'2\s*,\s*("[^"]*"|-?[0-9]+)', text)
    assert sent is not None
    assert (unique_id, type(unique_id)) == ((echoed := json.loads(sent[1])), type(echoed))
    assert check(kept.action, "result", result) == ()
    assert (kept.payload, kept.error_code) == (payload, "")


@pytest.mark.parametrize(("text", "payload", "quirks", "strictly"), cases(ACCEPTED))
def test_what_can_be_lived_with_is_taken_and_noted(
    tolerant: Link, text: str, payload: dict[str, Any], quirks: list[str], strictly: str | None
) -> None:
    takes(tolerant, text, payload)
    assert tolerant.quirks() >= set(quirks)


@pytest.mark.parametrize(("text", "payload", "quirks", "strictly"), cases(ACCEPTED))
def test_a_strict_station_is_refused_what_the_table_says(
    strict: Link, text: str, payload: dict[str, Any], quirks: list[str], strictly: str | None
) -> None:
    if strictly is None:
        takes(strict, text, payload)
    else:
        (answer,) = strict.ask(with_fresh_id(text)[0])
        assert json.loads(answer)[2] == strictly


def test_every_deviation_that_a_strict_station_is_refused_for_is_tried_here() -> None:
    tried = {kind for variants in ACCEPTED.values() for *_, quirks, code in variants if code for kind in quirks}
    refused = {kind for kind, rule in RULES.items() if rule.refused == SEMANTIC}
    # the next test; and what can only be in an answer to a CALL of ours: a limit with two decimals
    assert refused - tried == {"id-reused", "bad-step"}


def test_an_id_that_is_used_again_is_refused_by_the_strict_switch_only(tolerant: Link, strict: Link) -> None:
    first, unique_id = with_fresh_id(frame("StatusNotification", STATUS))
    second = first.replace("Available", "Charging")
    for link in (tolerant, strict):
        assert json.loads(link.ask(first)[0])[:2] == [3, unique_id]
    assert json.loads(tolerant.ask(second)[0]) == [3, unique_id, {}]
    assert json.loads(strict.ask(second)[0])[:3] == [4, unique_id, "ProtocolError"]


@pytest.mark.parametrize("action", row("B10", *((action,) for action in sorted(ACTIONS - SERVED))))
def test_an_action_that_is_not_served_differs_from_an_unknown_one(tolerant: Link, action: str) -> None:
    refuses(tolerant, frame(action, {}), "id-1", "NotSupported")


def test_every_action_that_is_served_is_known_here(tolerant: Link) -> None:
    unserved = [action for action in SERVED if "NotSupported" in tolerant.ask(with_fresh_id(frame(action, {}))[0])[0]]
    assert unserved == []


WHENS = ["yesterday", "", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("when", row("B21", *((when,) for when in WHENS)))
def test_a_time_that_cannot_be_believed_is_replaced_and_flagged(tolerant: Link, when: str) -> None:
    start = frame("StartTransaction", {**START, "meterStart": next(numbers), "timestamp": when})
    (answer,) = tolerant.ask(with_fresh_id(start)[0])
    number = json.loads(answer)[2]["transactionId"]
    stop = {**STOP, "transactionId": number, "meterStop": 10**6, "timestamp": when}
    meter = meter_values() | {"transactionId": number}
    meter["meterValue"][0]["timestamp"] = when
    for text in (frame("MeterValues", meter), frame("StopTransaction", stop)):
        assert json.loads(tolerant.ask(with_fresh_id(text)[0])[0])[0] == 3
    ((started, received, sent, flags, values),) = tolerant.rows(
        "SELECT started_at, start_received_at, started_as_sent, flags,"
        " (SELECT count(*) FROM sessions_app_metervalue v WHERE v.session_id = s.id)"
        " FROM sessions_app_chargingsession s WHERE transaction_id = ?",
        number,
    )
    assert (started, values) == (received, 1)
    assert sent[:10] == when[:10]
    assert "unparsable_time" in flags or "clock_deviation" in flags


@pytest.mark.parametrize(
    "text",
    row("B20", *((text,) for text in ("A\x00B", "\x00", "\ud800", "\udc00\ud800", "x\ud83d", "\x00\ud83d\ude00"))),
)
def test_nul_and_half_a_surrogate_pair_are_stored_as_replacements(tolerant: Link, text: str) -> None:
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")
    payload = {**STATUS, "connectorId": 9, "info": text, "vendorId": text, "timestamp": NOW}
    assert json.loads(tolerant.ask(with_fresh_id(frame("StatusNotification", payload))[0])[0])[0] == 3
    stored = tolerant.rows(
        "SELECT info, vendor_id FROM stations_connector WHERE station_id = ? AND number = 9", tolerant.station_id
    )
    assert stored == [(expected, expected)]
