"""What must hold after every run (INV), read straight from the database and compared with what the stations know."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.reliability.fleet import Fleet
from tests.reliability.simulated import Acknowledged

Row = tuple[Any, ...]
SESSIONS = """
    SELECT cp_id, transaction_id, connector_number, id_tag_key, meter_start, started_as_sent, generation,
           s.status, meter_stop, active_connector_id
    FROM sessions_app_chargingsession s JOIN stations_chargingstation c ON c.id = s.station_id"""
SAMPLES = """
    SELECT cp_id, value FROM sessions_app_metervalue v JOIN stations_chargingstation c ON c.id = v.station_id"""
STOP = "StopTransaction"
LOGGED = """
    SELECT unique_id FROM ocpp_ws_ocppmessage WHERE direction = 'in' AND error_code = ''
    UNION SELECT unique_id FROM ocpp_ws_rejectedframe WHERE kind = 'dead_letter'"""


def rows(url: str, sql: str) -> list[Row]:
    """All rows of a query; `url` as in DATABASE_URL."""
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            return connection.execute(sql).fetchall()
    with closing(sqlite3.connect(urlsplit(url).path, timeout=30)) as connection:
        return connection.execute(sql).fetchall()


def online(url: str) -> set[str]:
    """The stations whose lease is running."""
    found = rows(url, "SELECT cp_id, lease_until FROM stations_chargingstation WHERE lease_until IS NOT NULL")
    now = datetime.now(UTC)
    return {cp_id for cp_id, until in found if as_utc(until) > now}


def as_utc(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(slots=True)
class Findings:
    """Counts that must all be 0, each with examples."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, name: str, found: list[Any]) -> None:
        self.counts[name], self.examples[name] = len(found), found[:3]

    @property
    def broken(self) -> dict[str, tuple[int, list[Any]]]:
        return {name: (count, self.examples.get(name, [])) for name, count in self.counts.items() if count}


def check(url: str, fleet: Fleet) -> Findings:
    """Every invariant. The fleet must have finished: energies are compared to 1 Wh."""
    findings, acknowledged = Findings(), fleet.acknowledged
    sessions, samples = rows(url, SESSIONS), Counter(rows(url, SAMPLES))
    by_number = {(row[0], row[1]): row for row in sessions}
    logged = {unique_id for (unique_id,) in rows(url, LOGGED)}
    active = [row for row in sessions if row[7] == "active"]
    stopped = [by_number.get((a.cp_id, a.payload["transactionId"])) for a in acknowledged if a.action == STOP]
    findings.add("acknowledged, not in the message log", [a for a in acknowledged if a.unique_id not in logged])
    findings.add("acknowledged, not stored", [a for a in acknowledged if not is_stored(a, by_number, samples)])
    findings.add("sessions with one natural key", repeated((row[0], *row[2:6]) for row in sessions))
    findings.add("samples stored twice", [key for key, count in samples.items() if count > 1])
    findings.add("active sessions on one connector", repeated((row[0], row[2]) for row in active))
    findings.add("acknowledged stops of open sessions", [row for row in stopped if row and row[7] == "active"])
    findings.add("negative energies", [row for row in sessions if row[8] is not None and row[8] < row[4]])
    sold = sum(row[8] - row[4] for row in sessions if row[8] is not None)
    findings.counts["Wh by which stations and database differ"] = abs(sold - fleet.energy_wh)
    if url.startswith("sqlite"):
        findings.add("integrity_check", [row for row in rows(url, "PRAGMA integrity_check") if row != ("ok",)])
    return findings


def assert_kept(url: str, fleet: Fleet) -> None:
    broken = check(url, fleet).broken
    assert not broken, broken


def is_stored(one: Acknowledged, sessions: dict[tuple[str, int], Row], samples: "Counter[Row]") -> bool:
    if one.action == "MeterValues":
        return (one.cp_id, one.payload["meterValue"][0]["sampledValue"][0]["value"]) in samples
    number = one.payload.get("transactionId") or one.answer["transactionId"]
    session = sessions.get((one.cp_id, number))
    if session is None:
        return False
    if one.action == "StartTransaction":
        return bool(session[4] == one.payload["meterStart"])
    return bool(session[8] == one.payload["meterStop"])


def repeated(keys: Any) -> list[Any]:
    return [key for key, count in Counter(keys).items() if count > 1]
