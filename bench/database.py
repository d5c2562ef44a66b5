"""A database of the size that a busy gateway reaches in a year, built once and kept."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from bench import meter_values, rows, status_changes

ROOT = Path(__file__).resolve().parent.parent
SUPERUSER = "bench"


@dataclass(frozen=True)
class Size:
    """How many rows; what is not given grows with the sessions and ends at a full-size network."""

    sessions: int
    meter_values: int

    @property
    def stations(self) -> int:
        return min(1_000, max(20, self.sessions // 100))

    @property
    def cards(self) -> int:
        return min(5_000, max(50, self.sessions // 100))

    @property
    def messages(self) -> int:
        return max(1_000, self.sessions // 5)

    @property
    def status_changes(self) -> int:
        return max(1_000, self.sessions * 2)

    @property
    def commands(self) -> int:
        return max(100, self.sessions // 50)

    @property
    def reservations(self) -> int:
        return self.commands // 2


def prepared(path: Path, size: Size) -> None:
    """Make sure that `path` holds such a database with the product's present schema. Django is set up for it."""
    mark = crc32(b"".join(file.read_bytes() for file in schema_files()) + repr(size).encode()) >> 1
    if not path.exists() or user_version(path) != mark:
        remove(path)
        migrate()
        started = time.monotonic()
        with fast(path) as database:
            fill(database, size)
            database.execute(f"PRAGMA user_version = {mark}")
        megabytes = path.stat().st_size // 1_000_000
        print(f"{path}: {megabytes} MB in {time.monotonic() - started:.0f} s; kept for the next run")


def schema_files() -> list[Path]:
    """What decides on the content: migrations, and the code that makes the rows."""
    migrations = (file for app in ROOT.iterdir() for file in (app / "migrations").glob("0*.py"))
    return sorted(
        [*migrations, *(Path(module.__file__ or "") for module in (rows, meter_values, status_changes)), Path(__file__)]
    )


def user_version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def migrate() -> None:
    """The product's own migrations, and somebody who may see every page of the admin."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_superuser(SUPERUSER, password=os.urandom(12).hex())
    connection.close()


@contextmanager
def fast(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction without any safety, then the product's journal mode again."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN EXCLUSIVE")
    yield connection
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def fill(database: sqlite3.Connection, size: Size) -> None:
    with without_indexes(database):
        for name, step in steps(database, size).items():
            timed(name, step)


def steps(database: sqlite3.Connection, size: Size) -> dict[str, Callable[[], None]]:
    """In the order in which they refer to each other."""
    return {
        "stations": lambda: rows.stations(database, size.stations),
        "cards": lambda: rows.cards(database, size.cards),
        "commands": lambda: rows.commands(database, size.commands, size.stations),
        "sessions": lambda: rows.sessions(database, size.sessions, size.stations, size.cards, size.commands),
        "reservations": lambda: rows.reservations(database, size.reservations, size.stations, size.cards),
        "quirks": lambda: rows.quirks(database, size.stations),
        "messages": lambda: rows.messages(database, size.messages, size.stations),
        "statuses": lambda: status_changes.fill(database, size.status_changes, size.stations),
        "meter values": lambda: meter_values.fill(database, size.meter_values),
    }


@contextmanager
def without_indexes(database: sqlite3.Connection) -> Iterator[None]:
    """Indexes are made at the end, each by one sort; those of constraints stay."""
    found = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in found:
        database.execute(f'DROP INDEX "{name}"')
    yield
    timed("indexes", lambda: [database.execute(sql) for _, sql in found])


def timed(name: str, step: Callable[[], object]) -> None:
    started = time.monotonic()
    step()
    print(f"  {name:<13} {time.monotonic() - started:6.1f} s", flush=True)
