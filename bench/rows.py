"""Rows for the bench: a year of a network's life, ending now."""

import json
import random
import sqlite3
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

YEAR_MS = 365 * 24 * 3600 * 1000
CONNECTORS = 2
SITES = 40
Row = dict[str, Any]


def now_ms() -> int:
    return int(time.time() * 1000)


def text(ms: int) -> str:
    """A time as Django stores it in SQLite."""
    return str(datetime.fromtimestamp(ms // 1000, UTC).replace(tzinfo=None))


def insert(database: sqlite3.Connection, model: Any, rows: Iterable[Row]) -> None:
    """Insert dicts by column; a column that a row does not name gets the model's default."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = [field.column for field in fields]
    default = {f.column: None if f.primary_key else stored(f.get_default()) for f in fields}
    marks = ", ".join("?" * len(columns))
    named = ", ".join(f'"{column}"' for column in columns)
    sql = f'INSERT INTO "{model._meta.db_table}" ({named}) VALUES ({marks})'
    whole = (default | row for row in rows)
    database.executemany(sql, ([row[column] for column in columns] for row in whole))


def stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def spread(count: int, end: int) -> Iterator[int]:
    """`count` different times in ms over the year before `end`, in order."""
    pick, step = random.Random(count), YEAR_MS // count
    return (end - YEAR_MS + i * step + pick.randrange(step) for i in range(count))


def stations(database: sqlite3.Connection, count: int) -> None:
    from stations.models import ChargingStation, Connector

    pick, now = random.Random(1), now_ms()
    insert(database, ChargingStation, (station(number, now, pick) for number in range(1, count + 1)))
    states = ["Available"] * 7 + ["Charging"] * 3 + ["Preparing", "Finishing", "Unavailable", "Faulted"]
    insert(
        database,
        Connector,
        (
            {
                "station_id": 1 + i // CONNECTORS, "number": 1 + i % CONNECTORS, "status": pick.choice(states),
                "error_code": "NoError", "status_at": text(now), "status_received_at": text(now),
            }
            for i in range(count * CONNECTORS)
        ),
    )  # fmt: skip


def station(number: int, now: int, pick: random.Random) -> Row:
    online = pick.random() < 0.9
    vendor = pick.choice(["Alpha", "Beta", "Gamma", "Delta"])
    return {
        "id": number, "cp_id": f"CP_{number:04}", "cp_key": f"cp_{number:04}",
        "name": f"Station {number}", "site": f"Site {number % SITES}",
        "vendor": vendor, "model": f"{vendor} {pick.choice([11, 22, 50, 150])}", "serial_number": f"SN{number:08}",
        "firmware": f"1.{pick.randrange(9)}", "status": "Available", "error_code": "NoError", "epoch": 7,
        "owner": "elsewhere" if online else "", "lease_until": text(now + YEAR_MS) if online else None,
        "connected_at": text(now - pick.randrange(10**8)), "last_seen_at": text(now - pick.randrange(10**6)),
        "last_boot_at": text(now - pick.randrange(10**9)), "subprotocol": "ocpp1.6", "created_at": text(now - YEAR_MS),
    }  # fmt: skip


def cards(database: sqlite3.Connection, count: int) -> None:
    from rfid.models import RfidCard

    at = text(now_ms() - YEAR_MS)
    every = (
        {
            "id": number, "tag_id": f"TAG{number:07}", "tag_key": f"tag{number:07}", "holder": f"Holder {number}",
            "created_at": at, "updated_at": at, "status": "Blocked" if number % 50 == 0 else "Active",
        }
        for number in range(1, count + 1)
    )  # fmt: skip
    insert(database, RfidCard, every)


def sessions(database: sqlite3.Connection, count: int, stations: int, cards: int, commands: int) -> None:
    """One in 20 is interrupted; the newest of many connectors are active. Some were started by a command."""
    from sessions_app.models import ChargingSession, TransactionIdCounter

    pick, end, charging = random.Random(2), now_ms(), set[int]()
    first_active = count - min(count // 20, 800)

    def every() -> Iterator[Row]:
        for i, at in enumerate(spread(count, end)):
            place, card = pick.randrange(stations * CONNECTORS), 1 + pick.randrange(cards)
            active = i >= first_active and place not in charging
            if active:
                charging.add(place)
            command = 1 + i // 100 if i % 100 == 0 and i // 100 < commands else None
            yield session(i, at, place, card, command, active, pick)

    insert(database, ChargingSession, every())
    insert(database, TransactionIdCounter, [{"id": 1, "value": count}])


def session(i: int, at: int, place: int, card: int, command: int | None, active: bool, pick: random.Random) -> Row:
    tag, meter, wh = f"TAG{card:07}", pick.randrange(10**7), pick.randrange(500, 60_000)
    started, stop = text(at), at + pick.randrange(600_000, 4 * 3_600_000)
    row: Row = {
        "id": at, "transaction_id": i + 1, "station_id": 1 + place // CONNECTORS,
        "connector_number": 1 + place % CONNECTORS, "card_id": card, "id_tag": tag, "id_tag_key": tag.lower(),
        "authorization": "Accepted", "id_tag_info": '{"status": "Accepted"}', "command_id": command,
        "meter_start": meter, "started_at": started, "started_as_sent": started.replace(" ", "T") + ".000000Z",
        "start_received_at": started, "last_meter_wh": meter + wh, "last_meter_at": text(stop),
    }  # fmt: skip
    if active:
        return row | {"active_connector_id": place + 1, "power_w": 11_000.0, "soc_percent": 50.0}
    interrupted, reason = i % 20 == 0, pick.choice(["Local", "Remote", "EVDisconnected"])
    return row | {
        "status": "interrupted" if interrupted else "completed", "meter_stop": meter + wh, "stopped_at": text(stop),
        "stopped_as_sent": text(stop), "stop_received_at": text(stop), "stop_reason": "" if interrupted else reason,
        "stop_inferred": interrupted,
    }  # fmt: skip


def commands(database: sqlite3.Connection, count: int, stations: int) -> None:
    from stations.models import Command

    pick = random.Random(3)
    actions = ["RemoteStartTransaction", "RemoteStopTransaction", "Reset", "GetConfiguration", "UnlockConnector"]
    states = ["answered"] * 16 + ["timeout", "call_error", "station_offline", "unknown"]
    every = (
        {
            "id": i + 1, "station_id": 1 + pick.randrange(stations), "action": pick.choice(actions),
            "actor": "operator", "payload": '{"connectorId": 1}', "state": (state := pick.choice(states)),
            "created_at": text(at),
            "status": "Accepted" if state == "answered" else "", "answer": '{"status": "Accepted"}',
            "sent_at": text(at), "finished_at": text(at + 400), "epoch": 7,
        }
        for i, at in enumerate(spread(count, now_ms()))
    )  # fmt: skip
    insert(database, Command, every)


def reservations(database: sqlite3.Connection, count: int, stations: int, cards: int) -> None:
    from stations.models import Reservation

    pick = random.Random(4)
    every = (
        {
            "station_id": 1 + i % stations, "reservation_id": i + 1, "connector_number": 1,
            "id_tag": f"TAG{1 + pick.randrange(cards):07}", "expiry_date": text(at + 3_600_000), "created_at": text(at),
            "status": pick.choice(["Used", "Expired", "Cancelled"]), "ended_at": text(at + 3_600_000),
        }
        for i, at in enumerate(spread(count, now_ms()))
    )  # fmt: skip
    insert(database, Reservation, every)


def quirks(database: sqlite3.Connection, stations: int) -> None:
    from stations.models import Quirk

    at, kinds = text(now_ms()), ["unknown-enum", "extra-member", "bad-format"]
    every = (
        {
            "station_id": number, "action": "MeterValues", "kind": kind, "path": "meterValue.0.sampledValue.0.unit",
            "count": number, "first_seen_at": at, "last_seen_at": at,
        }
        for number in range(1, stations + 1)
        for kind in kinds
    )  # fmt: skip
    insert(database, Quirk, every)


def messages(database: sqlite3.Connection, count: int, stations: int) -> None:
    from ocpp_ws.models import OcppMessage

    pick, actions = (
        random.Random(5),
        ["MeterValues"] * 14 + ["StatusNotification"] * 4 + ["Authorize", "StartTransaction"],
    )
    sample = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": str(n)} for n in range(8)]}
    payload = json.dumps({"connectorId": 1, "transactionId": 1, "meterValue": [sample]})
    every = (
        {
            "station_id": 1 + pick.randrange(stations), "epoch": 7, "direction": "in", "unique_id": f"{i:036}",
            "action": pick.choice(actions), "payload": payload, "answer": "{}", "at": text(at),
            "answered_at": text(at + 20), "status": "Rejected" if i % 700 == 0 else "", "transaction_id": i,
            "error_code": "ProtocolError" if i % 500 == 0 else "",
        }
        for i, at in enumerate(spread(count, now_ms()))
    )  # fmt: skip
    insert(database, OcppMessage, every)
