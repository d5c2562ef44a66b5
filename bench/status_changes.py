"""The history of statuses: what a connector tells around a session, and a fault now and then."""

import random
import sqlite3
from collections.abc import Iterator

from bench.rows import CONNECTORS, Row, insert, now_ms, spread, text

CYCLE = ["Preparing", "Charging", "Finishing", "Available"]


def fill(database: sqlite3.Connection, count: int, stations: int) -> None:
    from stations.models import ConnectorStatusChange

    insert(database, ConnectorStatusChange, changes(count, stations))


def changes(count: int, stations: int) -> Iterator[Row]:
    pick, told = random.Random(6), dict[int, int]()
    for at in spread(count, now_ms()):
        place = pick.randrange(stations * CONNECTORS)
        told[place] = told.get(place, -1) + 1
        fault = pick.random() < 0.01
        yield {
            "station_id": 1 + place // CONNECTORS, "connector_number": 1 + place % CONNECTORS,
            "status": "Faulted" if fault else CYCLE[told[place] % len(CYCLE)],
            "error_code": "OtherError" if fault else "NoError", "vendor_error_code": "E13" if fault else "",
            "timestamp": text(at), "as_sent": text(at).replace(" ", "T") + ".000000Z", "received_at": text(at),
        }  # fmt: skip
